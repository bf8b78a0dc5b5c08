import type pg from "pg";
import { findSubject, type Anchored, type SubjectName } from "./anchors.ts";
import { createBatcher } from "../batch.ts";
import { findCredentialByCertificate, findCredentials, rememberNonces } from "./users.ts";
import type { Credential, UsedNonce } from "./users.ts";

/**
 * Who may come in, as the door asks for it. Nothing is kept between two questions, so that who is shut
 * out is refused with the next call on every replica; but questions that come together are one.
 */
export interface CallerRegistry {
  findCredential(username: string): Promise<Credential | undefined>;
  findCertificate(fingerprint: string): Promise<Credential | undefined>;
  findSubject(names: readonly SubjectName[]): Promise<Anchored | undefined>;
  rememberNonce(used: UsedNonce): Promise<boolean>;
}

export function createCallerRegistry(db: pg.Pool): CallerRegistry {
  return {
    findCredential: createBatcher((usernames) => findCredentials(db, usernames), { lanes: 1 }),
    findCertificate: (fingerprint) => findCredentialByCertificate(db, fingerprint),
    findSubject: (names) => findSubject(db, names),
    rememberNonce: createBatcher((used) => rememberNonces(db, used)),
  };
}
