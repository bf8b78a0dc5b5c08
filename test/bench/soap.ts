import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { passwordDigest } from "../../src/domain/secret.ts";
import { PASSWORD_DIGEST, PASSWORD_TEXT, WSSE, WSU } from "../../src/soap/security/names.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { load } from "../support/http-load.ts";
import { createSigner } from "../support/signed-envelope.ts";
import { ANSWER_SIZES, PATH, SECRET } from "../support/soap-bench-server.ts";

/**
 * What a call costs the process that answers it, beside a bare node:http server that reads the request
 * and answers a constant of the same size. Each server is a process of its own, and all get the same
 * load; what counts is their CPU time, which the load on the machine changes little. The rounds go from
 * one server to the next, and the bars hold the median of what the rounds say.
 */
const ROUNDS = 5;
const CALLS = 4_000;
const FLAT_CALLS = Number(process.env["SOAP_BENCH_CALLS"] ?? 200_000);

interface Usage {
  readonly cpu: number;
  readonly rss: number;
}

function envelope(password: string, body: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}"><wsse:UsernameToken><wsse:Username>bench</wsse:Username>${password}</wsse:UsernameToken></wsse:Security></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`,
  );
}

const PLAIN = `<wsse:Password Type="${PASSWORD_TEXT}">${SECRET}</wsse:Password>`;

function digest(): string {
  const nonce = systemRandom.bytes(16);
  const created = systemClock.now().toISOString();
  const value = passwordDigest(nonce, created, SECRET).toString("base64");
  return `<wsse:Password Type="${PASSWORD_DIGEST}">${value}</wsse:Password><wsse:Nonce>${nonce.toString("base64")}</wsse:Nonce><wsu:Created>${created}</wsu:Created>`;
}

const SEND = `<SendCertifiedSms xmlns="urn:sms-certificat:v1"><clientReference>2026-1234-1</clientReference><recipient><msisdn>+34600100000</msisdn><name>Núria Solé</name></recipient><text>Teniu una notificació nova a la seu electrònica.</text><fileNumber>2026/1234</fileNumber></SendCertifiedSms>`;
const GET = `<GetCertificate xmlns="urn:sms-certificat:v1"><clientReference>2026-1234-1</clientReference></GetCertificate>`;

interface Running {
  run(body: Buffer, calls: number): Promise<void>;
  usage(): Promise<Usage>;
  close(): void;
}

async function start(kind: string): Promise<Running> {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const child = fork(at("../support/soap-bench-server.ts"), [kind], {
    execArgv: ["--import", at("../support/typescript.js")],
  });
  const { port } = await next<{ port: number }>(child);
  const headers = { "Content-Type": "text/xml; charset=utf-8" };
  return {
    run: (body, calls) => load(port, PATH, headers, body, calls),
    async usage() {
      child.send("usage");
      return next<Usage>(child);
    },
    close: () => child.disconnect(),
  };
}

function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("the server ended"));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}

/** Microseconds of CPU that the server spends on each call. */
async function cost(server: Running, body: Buffer, calls: number): Promise<number> {
  const before = await server.usage();
  await server.run(body, calls);
  return ((await server.usage()).cpu - before.cpu) / calls;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const round = (value: number): number => Math.round(value * 100) / 100;

async function bench(): Promise<void> {
  const sign = await createSigner(systemClock.now());
  const bareSmall = await start("bare-small");
  const bareLarge = await start("bare-large");
  const door = await start("door");
  const nodeSoap = await start("node-soap");
  const measured = {
    bareSmall: () => cost(bareSmall, envelope(PLAIN, SEND), CALLS),
    sendText: () => cost(door, envelope(PLAIN, SEND), CALLS),
    sendDigest: () => cost(door, envelope(digest(), SEND), CALLS),
    sendSigned: () => cost(door, Buffer.from(sign(SEND, systemClock.now())), CALLS / 4),
    nodeSoap: () => cost(nodeSoap, envelope(PLAIN, SEND), CALLS),
    bareLarge: () => cost(bareLarge, envelope(PLAIN, GET), CALLS / 2),
    getCertificate: () => cost(door, envelope(PLAIN, GET), CALLS / 2),
  };
  type Name = keyof typeof measured;
  const rounds: Record<Name, number>[] = [];
  // The first rounds are for the compiler of the engine.
  for (let done = -2; done < ROUNDS; done += 1) {
    const costs: Partial<Record<Name, number>> = {};
    for (const name of Object.keys(measured) as Name[]) costs[name] = await measured[name]();
    if (done >= 0) rounds.push(costs as Record<Name, number>);
  }
  // After the large answers of the rounds the heap takes the shape that these calls need.
  await door.run(envelope(PLAIN, SEND), FLAT_CALLS / 5);
  const settled = await door.usage();
  await door.run(envelope(PLAIN, SEND), FLAT_CALLS);
  const growth = ((await door.usage()).rss - settled.rss) / 1024 / 1024;
  for (const server of [bareSmall, bareLarge, door, nodeSoap]) server.close();

  const of = (name: Name): number => median(rounds.map((each) => each[name]));
  const ratio = (name: Name, base: Name): number =>
    median(rounds.map((each) => each[name] / each[base]));
  const bars = [
    ["SendCertifiedSms, PasswordText, to bare", ratio("sendText", "bareSmall"), 4],
    ["SendCertifiedSms, PasswordDigest, to bare", ratio("sendDigest", "bareSmall"), 4],
    ["SendCertifiedSms, X.509, milliseconds", of("sendSigned") / 1000, 0.8],
    ["GetCertificate of 100 KB, to bare", ratio("getCertificate", "bareLarge"), 3],
    [`growth of memory over ${FLAT_CALLS} calls, MiB`, growth, 12],
  ] as const;
  const judged = bars.map(([name, value, limit]) => ({
    name,
    value: round(value),
    limit,
    ok: value <= limit,
  }));
  const line = (name: string, value: number): string =>
    `  ${name.padEnd(46)}${value.toFixed(1).padStart(7)} µs\n`;
  process.stdout.write(
    [
      `CPU of the server for each call, median of ${ROUNDS} rounds:\n`,
      line(`bare node:http, answer of ${ANSWER_SIZES.small} bytes`, of("bareSmall")),
      line("SendCertifiedSms, PasswordText", of("sendText")),
      line("SendCertifiedSms, PasswordDigest", of("sendDigest")),
      line("SendCertifiedSms, signed with X.509", of("sendSigned")),
      line("SendCertifiedSms, npm soap as a server", of("nodeSoap")),
      line(`bare node:http, answer of ${ANSWER_SIZES.large} bytes`, of("bareLarge")),
      line("GetCertificate of a PDF of 100 KB", of("getCertificate")),
      `Memory: ${growth.toFixed(1)} MiB more after ${FLAT_CALLS} more calls\n`,
      ...judged.map(
        ({ name, value, limit, ok }) =>
          `${ok ? "ok  " : "MISS"}  ${name}: ${value} (at most ${limit})\n`,
      ),
    ].join(""),
  );
  const figures = {
    ...Object.fromEntries((Object.keys(measured) as Name[]).map((name) => [name, round(of(name))])),
    calls: FLAT_CALLS,
    growthMebibytes: round(growth),
  };
  process.stdout.write(`${JSON.stringify({ bench: "soap", figures, bars: judged })}\n`);
  if (judged.some(({ ok }) => !ok)) process.exitCode = 1;
}

await bench();
