import type { X509Certificate } from "node:crypto";
import fastify, { type FastifyInstance } from "fastify";
import { PERMISSIONS } from "../../src/domain/entity.ts";
import { encryptSecret, hashSecret } from "../../src/domain/secret.ts";
import { uuidv7, type EntityId, type UserId } from "../../src/domain/ids.ts";
import { acceptSubmission } from "../../src/lifecycle/accept-submission.ts";
import { cancelMessage } from "../../src/lifecycle/calls/cancel-message.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { searchMessages } from "../../src/lifecycle/calls/search-messages.ts";
import { tellUsage } from "../../src/lifecycle/calls/tell-usage.ts";
import { tellStatus } from "../../src/lifecycle/calls/tell-status.ts";
import { busPorts } from "../../src/pica/ports.ts";
import type { Backend } from "../../src/soap/backend.ts";
import { registerSoapDoor, type DoorOptions } from "../../src/soap/door.ts";
import type { DoorLogFields } from "../../src/soap/log.ts";
import { saveAlias } from "../../src/store/parties/aliases.ts";
import { insertEntity } from "../../src/store/parties/entities.ts";
import { createCallerRegistry } from "../../src/store/parties/caller-registry.ts";
import { insertTariff } from "../../src/store/parties/tariffs.ts";
import { replaceCodes, setBusIdentity } from "../../src/store/parties/requesters.ts";
import { findCredential, insertUser, registerCertificate } from "../../src/store/parties/users.ts";
import { systemRandom } from "../../src/system.ts";
import { startStory, type Story } from "./story.ts";

export const SECRET = "demo-secret";
/** The code under which the bus knows the entity of `demo`. */
export const INE10 = "9821920002";

export const BUS_SETTINGS = {
  namespace: "http://pica.gencat.net/mp/ws",
  genericModality: undefined,
};

/** The door on a real lifecycle and a real database, on a clock that the test turns. */
export interface OpenDoor {
  readonly story: Story;
  readonly server: FastifyInstance;
  readonly secretsKey: Buffer;
  /** Where it listens. */
  readonly url: string;
  /** What it wrote to the log. */
  readonly log: readonly { readonly message: string; readonly fields: DoorLogFields }[];
  close(): Promise<void>;
}

/**
 * Users, all with the same secret: `demo`; `whole`, who may do everything; `text-only`, who may not use
 * PasswordDigest; `no-permission`;
 * `no-contract`, whose entity has no certified SMS; `bus`, the bus itself, of an
 * entity of its own; `sender`, who may only send; and `officer`, who is the officer 00000000T of the entity of `demo`.
 */
export async function openDoor(
  options: Partial<DoorOptions> = {},
  server: FastifyInstance = fastify(),
): Promise<OpenDoor> {
  const story = await startStory();
  const { context } = story;
  const secretsKey = systemRandom.bytes(32);
  await addUsers(story, secretsKey);
  const log: { message: string; fields: DoorLogFields }[] = [];
  const write = (message: string, fields: DoorLogFields): void => {
    log.push({ message, fields });
  };
  const doorLog = { error: write, warn: write, info: write, debug: write };
  let url = "";
  await registerSoapDoor(server, {
    backend: backendOf(story),
    clock: context.clock,
    random: systemRandom,
    publicUrl: () => url,
    secretsKey,
    validateResponses: true,
    log: doorLog,
    ports: busPorts({ context, settings: BUS_SETTINGS, log: doorLog }),
    ...options,
  });
  url = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    story,
    server,
    secretsKey,
    url,
    log,
    async close() {
      await server.close();
      await story.close();
    },
  };
}

export function backendOf({ context }: Story): Backend {
  return {
    acceptSubmission: (caller, submission, how) =>
      acceptSubmission(context, caller, submission, how),
    tellStatus: (caller, keys) => tellStatus(context, caller, keys),
    fetchCertificate: (caller, key, kind) => fetchCertificate(context, caller, key, kind),
    cancelMessage: (caller, key) => cancelMessage(context, caller, key),
    searchMessages: (caller, search) => searchMessages(context, caller, search),
    tellUsage: (caller, period) => tellUsage(context, caller, period),
    ...createCallerRegistry(context.db),
  };
}

/** A second process's door on the same database: it shares nothing else with the first. */
export async function openReplica(
  { story, secretsKey }: OpenDoor,
  options: Partial<DoorOptions> = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = fastify();
  const silent = (): void => undefined;
  await registerSoapDoor(server, {
    backend: backendOf(story),
    clock: story.context.clock,
    random: systemRandom,
    publicUrl: "http://127.0.0.1",
    secretsKey,
    validateResponses: true,
    log: { error: silent, warn: silent, info: silent, debug: silent },
    ...options,
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return { url, close: () => server.close() };
}

/** Lets a certificate stand for a user. */
export async function registerFor(
  { story }: Pick<OpenDoor, "story">,
  username: string,
  certificate: X509Certificate,
): Promise<void> {
  const { db, clock } = story.context;
  const credential = await findCredential(db, username);
  if (!credential) throw new Error("there is no such user");
  await registerCertificate(
    db,
    {
      fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
      userId: credential.caller.user.userId,
      subject: certificate.subject,
      notAfter: new Date(certificate.validTo),
    },
    clock.now(),
  );
}

async function addUsers({ context, caller }: Story, key: Buffer): Promise<void> {
  const { db, clock } = context;
  const now = clock.now();
  const newId = (): string => uuidv7(now, systemRandom);
  const without = {
    ...caller.entity,
    entityId: newId() as EntityId,
    name: "Departament sense contracte",
    nif: "S0811002E",
    certificatesEnabled: false,
  };
  await insertEntity(db, without, now);
  await saveAlias(
    db,
    {
      entityId: caller.entity.entityId,
      alias: "Generalitat",
      registration: "registered",
      registerNumber: "ES-2026-000001",
      enabled: true,
    },
    now,
  );
  const counted = {
    ...caller.entity,
    entityId: newId() as EntityId,
    name: "Departament que compta",
    nif: "S0811003C",
  };
  await insertEntity(db, counted, now);
  const limited = {
    ...caller.entity,
    entityId: newId() as EntityId,
    name: "Departament al límit",
    nif: "S0811004A",
    quota: { daily: 0, monthly: undefined },
  };
  await insertEntity(db, limited, now);
  await replaceCodes(db, limited.entityId, ["9821920119"]);
  const validFrom = new Date("2020-01-01T00:00:00Z");
  await insertTariff(db, { item: "sms", entityId: undefined, validFrom, price: "0.0725" });
  await insertTariff(db, { item: "certificate", entityId: undefined, validFrom, price: "0.35" });
  const scrypt = await hashSecret(SECRET, systemRandom);
  const bus = { ...without, entityId: newId() as EntityId, name: "El bus", nif: "S0811004A" };
  await insertEntity(db, bus, now);
  await replaceCodes(db, caller.entity.entityId, [INE10]);
  await replaceCodes(db, without.entityId, ["800180001"]);
  const users = [
    { username: "demo", permissions: ["send", "certificates", "consult"] as const },
    { username: "whole", permissions: PERMISSIONS },
    { username: "text-only", digest: false },
    { username: "no-permission", permissions: [] },
    { username: "no-contract", entityId: without.entityId },
    { username: "at-limit", entityId: limited.entityId },
    {
      username: "accountant",
      entityId: counted.entityId,
      permissions: ["send", "administer"] as const,
    },
    { username: "bus", entityId: bus.entityId },
    { username: "officer" },
    { username: "sender", permissions: ["send"] as const },
  ];
  for (const { username, digest = true, ...more } of users) {
    const user = { ...caller.user, userId: newId() as UserId, username, ...more };
    const encrypted = digest ? encryptSecret(SECRET, key, systemRandom) : undefined;
    await insertUser(db, user, { scrypt, encrypted }, now);
  }
  await setBusIdentity(db, "bus", { nif: undefined, isBus: true });
  await setBusIdentity(db, "officer", { nif: "00000000T", isBus: undefined });
}
