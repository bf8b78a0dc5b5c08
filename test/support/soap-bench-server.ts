import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastify from "fastify";
import { listen as listenNodeSoap } from "soap";
import type { Caller } from "../../src/domain/entity.ts";
import type { EntityId, MessageId, UserId } from "../../src/domain/ids.ts";
import { encryptSecret, hashSecret } from "../../src/domain/secret.ts";
import type { Backend } from "../../src/soap/backend.ts";
import { registerSoapDoor } from "../../src/soap/door.ts";
import { systemClock, systemRandom } from "../../src/system.ts";

/** The servers of test/bench/soap.ts, each in a process of its own. */
export const PATH = "/ws/sms-certificat";
export const SECRET = "bench-secret";
/** Bytes of what the door answers to SendCertifiedSms, and to GetCertificate. */
export const ANSWER_SIZES = { small: 510, large: 133_933 };
const ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b" as MessageId;
const NOW = new Date("2026-03-02T09:00:00Z");

const [, , chosen] = process.argv;
if (process.send && chosen !== undefined) await serve(chosen);

async function serve(kind: string): Promise<void> {
  const servers: Readonly<Record<string, () => Promise<number>>> = {
    "bare-small": () => bare(ANSWER_SIZES.small),
    "bare-large": () => bare(ANSWER_SIZES.large),
    door,
    "node-soap": nodeSoap,
  };
  const port = await servers[kind]?.();
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system, rss: process.memoryUsage().rss });
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ port });
}

function bare(size: number): Promise<number> {
  const body = "x".repeat(size);
  const headers = { "content-type": "text/xml; charset=utf-8", "content-length": size };
  const server = createServer((call, answer) => {
    call.on("data", () => undefined);
    call.on("end", () => {
      answer.writeHead(200, headers);
      answer.end(body);
    });
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
}

async function door(): Promise<number> {
  const key = Buffer.alloc(32, 7);
  const caller: Caller = {
    entity: {
      entityId: ID as string as EntityId,
      name: "Banc de proves",
      nif: "S0811001G",
      dir3: undefined,
      enabled: true,
      certificatesEnabled: true,
    },
    user: {
      userId: ID as string as UserId,
      entityId: ID as string as EntityId,
      username: "bench",
      enabled: true,
      permissions: ["send", "certificates"],
    },
  };
  const credential = {
    caller,
    scrypt: await hashSecret(SECRET, systemRandom),
    encrypted: encryptSecret(SECRET, key, systemRandom),
  };
  const pdf = systemRandom.bytes(100_000);
  const acceptance = {
    messageId: ID,
    stage: "accepted" as const,
    acceptedAt: NOW,
    receiptDeadline: NOW,
    encoding: "GSM7" as const,
    segments: 1,
    unicodeCharacters: [],
    charge: { sms: 1, certificate: 1 },
  };
  const issued = {
    state: "issued" as const,
    messageId: ID,
    kind: "positive" as const,
    issuedAt: NOW,
    retainUntil: NOW,
    sha256: "0".repeat(64),
    csv: "0000-0000-0000-0000-0000-0000",
    verificationUrl: "http://127.0.0.1/verifica",
    corrects: undefined,
    correctedBy: undefined,
    pdf,
  };
  const backend: Backend = {
    acceptSubmission: () => Promise.resolve(acceptance),
    tellStatus: () => Promise.resolve([]),
    fetchCertificate: () => Promise.resolve(issued),
    cancelMessage: () => Promise.reject(new Error("not measured")),
    searchMessages: () => Promise.reject(new Error("not measured")),
    tellUsage: () => Promise.reject(new Error("not measured")),
    findCredential: () => Promise.resolve(credential),
    findCertificate: () => Promise.resolve(credential),
    rememberNonce: () => Promise.resolve(true),
  };
  const server = fastify();
  const quiet = (): void => undefined;
  await registerSoapDoor(server, {
    backend,
    clock: systemClock,
    random: systemRandom,
    publicUrl: "http://127.0.0.1",
    secretsKey: key,
    validateResponses: false,
    limits: { callsPerSecond: 1_000_000 },
    log: { error: quiet, warn: quiet, info: quiet, debug: quiet },
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  return (server.server.address() as { port: number }).port;
}

/** The same operation behind the server of the `soap` package, as it is. */
function nodeSoap(): Promise<number> {
  const wsdlPath = fileURLToPath(new URL("../../wsdl/sms-certificat.wsdl", import.meta.url));
  const answer = {
    messageId: ID,
    stage: "accepted",
    acceptedAt: NOW.toISOString(),
    receiptDeadline: NOW.toISOString(),
    encoding: "GSM7",
    segments: 1,
    charge: { sms: 1, certificate: 1 },
  };
  const port = { SendCertifiedSms: () => answer };
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      listenNodeSoap(server, {
        path: PATH,
        services: { SmsCertificat: { SmsCertificatSoap11: port, SmsCertificatSoap12: port } },
        xml: readFileSync(wsdlPath, "utf8"),
        uri: wsdlPath,
        callback: () => resolve((server.address() as { port: number }).port),
      });
    }),
  );
}
