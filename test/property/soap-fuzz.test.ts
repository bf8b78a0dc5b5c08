import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastify, { type FastifyInstance } from "fastify";
import { ServiceError } from "../../src/domain/errors.ts";
import { registerSoapDoor } from "../../src/soap/door.ts";
import { withXml } from "../../src/soap/xml/document.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { systemRandom } from "../../src/system.ts";
import { createHands } from "../support/hands.ts";

/** SOAP_FUZZ=20000 in CI; the seed is printed and can be given again as SOAP_FUZZ_SEED. */
const RUNS = Number(process.env["SOAP_FUZZ"] ?? (process.env["CI"] ? 20_000 : 2_000));
const SEED = process.env["SOAP_FUZZ_SEED"] ?? systemRandom.bytes(4).toString("hex");
const FOLDER = fileURLToPath(new URL("../contract/", import.meta.url));
const SEEDS = readdirSync(FOLDER)
  .filter((name) => name.includes("__"))
  .map((name) => readFileSync(join(FOLDER, name, "request.xml")));
/** Pieces that mean something to a parser. */
const PIECES = [
  "<", ">", "/>", "</", "&", "&#0;", "&#xD800;", "<!--", "-->", "<![CDATA[", "]]>", "<?a ?>", "\0",
  "<!DOCTYPE a>", "\ufeff", "\uffff", 'xmlns="', "xmlns:soap=", '"', "__proto__", "soap:", "\r", "%s",
  "😀", "\x80", "../../etc/passwd", "' or 1=1 --", "<soap:Body>", "mustUnderstand=", "9".repeat(400),
].map((piece) => Buffer.from(piece)); // prettier-ignore

/** The types of Node leave WebAssembly to browsers. */
declare const WebAssembly: { readonly Memory: { prototype: { grow: (pages: number) => number } } };
const PAGE = 65_536;
/** By how much the memory of the parser has grown. */
let grownBytes = 0;
WebAssembly.Memory.prototype.grow = new Proxy(WebAssembly.Memory.prototype.grow, {
  apply(grow, memory, pages: [number]) {
    grownBytes += pages[0] * PAGE;
    return Reflect.apply(grow, memory, pages);
  },
});

const { clock } = createHands();
let server: FastifyInstance;

beforeAll(async () => {
  server = fastify();
  const refuse = (): Promise<never> => Promise.reject(new ServiceError("MessageNotFound"));
  await registerSoapDoor(server, {
    backend: {
      acceptSubmission: refuse,
      tellStatus: refuse,
      fetchCertificate: refuse,
      cancelMessage: refuse,
      searchMessages: refuse,
      tellUsage: refuse,
      findCredential: () => Promise.resolve(undefined),
      rememberNonce: () => Promise.resolve(true),
    },
    clock,
    random: systemRandom,
    publicUrl: "http://127.0.0.1",
    secretsKey: systemRandom.bytes(32),
    validateResponses: true,
    log: {
      error: (message, { error }) => {
        throw new Error(message, { cause: error });
      },
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
    },
  });
});
afterAll(() => server.close());

test(`${RUNS} mutated requests get well-formed SOAP or a 4xx (SOAP_FUZZ_SEED=${SEED})`, async () => {
  process.stderr.write(`SOAP_FUZZ_SEED=${SEED}\n`);
  const random = seededRandom(SEED);
  const below = (limit: number): number => random.bytes(4).readUInt32BE() % limit;
  const limits = { depth: 64, elements: 1_000, attributes: 1_000 };
  const types = [
    "text/xml; charset=utf-8",
    "text/xml",
    "application/soap+xml",
    "multipart/related",
  ];
  let early = 0;
  for (let run = 0; run < RUNS; run += 1) {
    if (run === Math.floor(RUNS / 4)) early = grownBytes;
    const payload = mutate(below);
    const type = types[below(40)] ?? "text/xml; charset=utf-8";
    const answer = await server.inject({
      method: "POST",
      url: "/ws/sms-certificat",
      headers: { "content-type": type },
      payload,
    });
    expect([200, 400, 413, 415, 500]).toContain(answer.statusCode);
    expect(answer.body).not.toContain("<code>Internal</code>");
    withXml(answer.rawPayload, { limits }, () => undefined);
  }
  // Trees that are not freed would pile up in the memory of the parser, which never shrinks.
  expect(grownBytes - early).toBeLessThan(32 * 1024 * 1024);
}, 600_000);

function mutate(below: (limit: number) => number): Buffer {
  let bytes = Buffer.from(SEEDS[below(SEEDS.length)]!);
  for (let times = 1 + below(4); times > 0 && bytes.length > 0; times -= 1) {
    const at = below(bytes.length);
    const end = Math.min(at + below(60), bytes.length);
    const piece = PIECES[below(PIECES.length)]!;
    const [before, middle, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, end),
      bytes.subarray(end),
    ];
    switch (below(5)) {
      case 0:
        bytes = Buffer.concat([before, piece, middle, after]);
        break;
      case 1:
        bytes = Buffer.concat([before, after]);
        break;
      case 2:
        bytes = Buffer.concat([before, middle, middle, after]);
        break;
      case 3:
        bytes[at] = below(256);
        break;
      default:
        bytes = Buffer.concat([before, piece, after]);
    }
  }
  return bytes;
}
