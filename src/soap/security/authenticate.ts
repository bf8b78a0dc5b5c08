import type { Clock } from "../../domain/clock.ts";
import type { Caller } from "../../domain/entity.ts";
import { decryptSecret, equalBytes, passwordDigest } from "../../domain/secret.ts";
import type { Authentication, Credential, TimestampDemand } from "../../store/parties/users.ts";
import type { Backend } from "../backend.ts";
import type { Port } from "../port.ts";
import { credentialOf, type ClientCertificate, type Holders } from "./certificate-holder.ts";
import { endOfLongWindow, endOfWindow, isFresh, isWithinWindow, readInstant } from "./freshness.ts";
import type { PasswordCheck } from "./password-check.ts";
import type { SecurityHeader, UsernameToken } from "./read-security.ts";
import type { Signature } from "./read-signature.ts";
import {
  INCOMPLETE,
  NO_TIMESTAMP,
  NO_TIMESTAMP_AT_ALL,
  NO_TOKEN,
  NOT_ACCEPTED,
  refuse,
  REPEATED,
  STALE,
} from "./refusal.ts";

export interface Authenticator extends Holders {
  readonly backend: Holders["backend"] & Pick<Backend, "rememberNonce">;
  readonly clock: Clock;
  readonly port: Pick<Port, "timestampByPolicy">;
  readonly checkPassword: PasswordCheck;
  /** Encrypts the secrets of the users who may use PasswordDigest. */
  readonly secretsKey: Buffer;
}

/** How a message came. */
interface Connection {
  readonly address: string;
  /** Of the connection, when the caller showed one. */
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** Who calls, and how it was proved. */
export interface Proof {
  readonly caller: Caller;
  /** By a signature with SHA-1, which the entity's policy lets pass. */
  readonly isWeak: boolean;
  /** The entity wants its answers signed. */
  readonly signsResponses: boolean;
}

/**
 * Who calls: what the message says outweighs the certificate of its connection, which may be that of a
 * bus between us and the caller. A fault tells what is wrong with clocks and nonces only to callers who
 * proved that they know the secret; to others it tells nothing.
 *
 * @throws ServiceError NotAuthenticated
 */
export async function authenticate(
  authenticator: Authenticator,
  security: SecurityHeader | undefined,
  { address, clientCertificate }: Connection,
): Promise<Proof> {
  const now = authenticator.clock.now();
  const { usernameToken, signature } = security ?? {};
  if (security && signature) {
    const credential = await bySignature(authenticator, security, signature, now);
    if (usernameToken) {
      const named = await byToken(authenticator, security, { ...usernameToken, address }, now);
      if (named.caller.user.userId !== credential.caller.user.userId) throw refuse();
    }
    return proved(credential, signature.isWeak);
  }
  if (security && usernameToken) {
    return proved(await byToken(authenticator, security, { ...usernameToken, address }, now));
  }
  if (!clientCertificate) throw refuse(NO_TOKEN);
  const kind = "clientCertificate";
  const credential = await credentialOf(authenticator, clientCertificate, kind, now);
  assertAccepted(credential, kind);
  assertFresh(security, now);
  return proved(credential);
}

function proved({ caller, policy }: Credential, isWeak = false): Proof {
  return { caller, isWeak, signsResponses: policy?.signsResponses === true };
}

async function byToken(
  authenticator: Authenticator,
  security: SecurityHeader,
  { address, ...token }: UsernameToken & Pick<Connection, "address">,
  now: Date,
): Promise<Credential> {
  const credential = await authenticator.backend.findCredential(token.username);
  if (token.password.kind === "digest") {
    await checkDigest(authenticator, token, credential, now);
  } else {
    const { checkPassword } = authenticator;
    const isRight = await checkPassword({
      username: token.username,
      password: token.password.value,
      scrypt: credential?.scrypt,
      address,
    });
    if (!isRight) throw refuse();
  }
  if (!credential) throw refuse();
  assertAccepted(credential, token.password.kind === "digest" ? "passwordDigest" : "passwordText");
  assertFresh(security, now);
  return credential;
}

/** The signature itself was verified when it was read; here it is decided whose it is. */
async function bySignature(
  authenticator: Authenticator,
  security: SecurityHeader,
  signature: Signature,
  now: Date,
): Promise<Credential> {
  const credential = await credentialOf(authenticator, signature, "signature", now);
  assertAccepted(credential, "x509");
  if (signature.isWeak && credential.policy?.sha1 !== true) throw refuse(NOT_ACCEPTED);
  const demand = (authenticator.port.timestampByPolicy && credential.policy?.timestamp) || "signed";
  const used = {
    username: credential.caller.user.username,
    nonce: signature.mark,
    expiresAt: rememberedUntil(demand, security, signature, now),
  };
  if (!(await authenticator.backend.rememberNonce(used, now))) throw refuse(REPEATED);
  return credential;
}

/**
 * Until when a signature must not come again. Where it covers no Timestamp nothing in the message says
 * how old it is: whoever repeats it could write another one.
 *
 * @throws ServiceError NotAuthenticated when the Timestamp is less than what is demanded, or stale
 */
function rememberedUntil(
  demand: TimestampDemand,
  { timestamp }: SecurityHeader,
  { coversTimestamp }: Signature,
  now: Date,
): Date {
  const created = timestamp?.created === undefined ? undefined : readInstant(timestamp.created);
  if (demand === "signed" && !(coversTimestamp && created)) throw refuse(NO_TIMESTAMP);
  if (demand === "unsigned" && !created) throw refuse(NO_TIMESTAMP_AT_ALL);
  const isStale = timestamp !== undefined && !isFresh(timestamp, now);
  if (isStale || (created && !isWithinWindow(created, now))) throw refuse(STALE);
  return coversTimestamp && created ? endOfWindow(created) : endOfLongWindow(now);
}

function assertAccepted({ policy }: Credential, kind: Authentication): void {
  if (policy && !policy.accepts.includes(kind)) throw refuse(NOT_ACCEPTED);
}

function assertFresh(security: SecurityHeader | undefined, now: Date): void {
  if (security?.timestamp && !isFresh(security.timestamp, now)) throw refuse(STALE);
}

async function checkDigest(
  { backend, secretsKey }: Authenticator,
  token: UsernameToken,
  credential: Credential | undefined,
  now: Date,
): Promise<void> {
  const { nonce: nonceText, created } = token;
  if (nonceText === undefined || created === undefined) throw refuse(INCOMPLETE);
  const nonce = Buffer.from(nonceText, "base64");
  if (nonce.length < 8) throw refuse(INCOMPLETE);
  const secret = credential?.encrypted && secretIn(credential.encrypted, secretsKey);
  const expected = passwordDigest(nonce, created, secret ?? "");
  const given = Buffer.from(token.password.value, "base64");
  if (!equalBytes(given, expected) || !credential || secret === undefined) throw refuse();
  const at = readInstant(created);
  if (!at || !isWithinWindow(at, now)) throw refuse(STALE);
  const { username } = credential.caller.user;
  // By its bytes: one nonce can be written in base64 in several ways.
  const used = { username, nonce: nonce.toString("base64"), expiresAt: endOfWindow(at) };
  if (!(await backend.rememberNonce(used, now))) throw refuse(REPEATED);
}

/** A credential is kept for a while, and its secret with it: to decrypt it costs as much as the digest. */
const decrypted = new WeakMap<Buffer, string>();

function secretIn(encrypted: Buffer, key: Buffer): string {
  const before = decrypted.get(encrypted);
  if (before !== undefined) return before;
  const secret = decryptSecret(encrypted, key);
  decrypted.set(encrypted, secret);
  return secret;
}
