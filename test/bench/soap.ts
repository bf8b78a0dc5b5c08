import { fork, type ChildProcess } from "node:child_process";
import { Agent, request as httpRequest } from "node:http";
import { fileURLToPath } from "node:url";
import { passwordDigest } from "../../src/domain/secret.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { PATH, SECRET } from "../support/soap-bench-server.ts";

/**
 * What a call costs the process that answers it, beside a bare node:http server that reads the request
 * and answers a constant of the same size. Each server is a process of its own; what counts is its CPU
 * time for each request, which the load on the machine hardly changes.
 */
const CALLS = 6_000;
const FLAT_CALLS = Number(process.env["SOAP_BENCH_CALLS"] ?? 60_000);
const AT_ONCE = 16;

interface Usage {
  readonly cpu: number;
  readonly rss: number;
}

const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#";

function envelope(password: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}"><wsse:UsernameToken><wsse:Username>bench</wsse:Username>${password}</wsse:UsernameToken></wsse:Security></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

const PLAIN = `<wsse:Password Type="${PROFILE}PasswordText">${SECRET}</wsse:Password>`;

function digest(): string {
  const nonce = systemRandom.bytes(16);
  const created = systemClock.now().toISOString();
  const value = passwordDigest(nonce, created, SECRET).toString("base64");
  return `<wsse:Password Type="${PROFILE}PasswordDigest">${value}</wsse:Password><wsse:Nonce>${nonce.toString("base64")}</wsse:Nonce><wsu:Created>${created}</wsu:Created>`;
}

const SEND = `<SendCertifiedSms xmlns="urn:sms-certificat:v1"><clientReference>2026-1234-1</clientReference><recipient><msisdn>+34600100000</msisdn><name>Núria Solé</name></recipient><text>Teniu una notificació nova a la seu electrònica.</text><fileNumber>2026/1234</fileNumber></SendCertifiedSms>`;
const GET = `<GetCertificate xmlns="urn:sms-certificat:v1"><clientReference>2026-1234-1</clientReference></GetCertificate>`;

interface Running {
  readonly port: number;
  usage(): Promise<Usage>;
  stop(): void;
}

async function start(kind: string): Promise<Running> {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const child = fork(at("../support/soap-bench-server.ts"), [kind], {
    execArgv: ["--import", at("../support/typescript.js")],
  });
  const { port } = await next<{ port: number }>(child);
  return {
    port,
    usage: async () => {
      child.send("usage");
      return next<Usage>(child);
    },
    stop: () => child.disconnect(),
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

async function call(agent: Agent, port: number, body: Buffer, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "text/xml; charset=utf-8",
      "content-length": body.length,
      "x-answer-size": size,
    };
    const sent = httpRequest({ agent, port, path: PATH, method: "POST", headers }, (answer) => {
      let length = 0;
      answer.on("data", (chunk: Buffer) => (length += chunk.length));
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(length);
        else reject(new Error(`answered ${answer.statusCode ?? 0}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/**
 * Microseconds of CPU that the server spends on each call. Every server gets the same load, in steps of
 * 10 ms: a server that is driven as fast as it can be leaves its client idle for a different time, and
 * waking the client is paid by the server.
 */
async function cost(server: Running, text: string, calls: number, size = 700): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const body = Buffer.from(text);
  const run = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      const tick = new Promise((resolve) => setTimeout(resolve, 10));
      await Promise.all(
        Array.from({ length: AT_ONCE }, () => call(agent, server.port, body, size)).concat(
          tick.then(() => 0),
        ),
      );
    }
  };
  await run(Math.ceil(calls / 3));
  const before = await server.usage();
  await run(calls);
  const after = await server.usage();
  agent.destroy();
  return (after.cpu - before.cpu) / calls;
}

/** As many calls as the server can answer. */
async function flood(server: Running, text: string, calls: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const body = Buffer.from(text);
  let left = calls;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await call(agent, server.port, body, 700);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  agent.destroy();
}

async function answerSize(server: Running, text: string): Promise<number> {
  const agent = new Agent();
  const size = await call(agent, server.port, Buffer.from(text), 0);
  agent.destroy();
  return size;
}

async function bench(): Promise<void> {
  const [plain, own, other] = [await start("bare"), await start("door"), await start("node-soap")];
  const textCall = envelope(PLAIN, SEND);
  const digestCall = envelope(digest(), SEND);
  const get = envelope(PLAIN, GET);
  const small = await answerSize(own, textCall);
  const large = await answerSize(own, get);

  const bareSmall = await cost(plain, textCall, CALLS, small);
  const withText = await cost(own, textCall, CALLS);
  const withDigest = await cost(own, digestCall, CALLS);
  const bareLarge = await cost(plain, get, CALLS / 2, large);
  const withPdf = await cost(own, get, CALLS / 2);
  const nodeSoapCost = await cost(other, textCall, CALLS);
  await flood(own, textCall, 5_000);
  const settled = await own.usage();
  await flood(own, textCall, FLAT_CALLS);
  const growth = (await own.usage()).rss - settled.rss;
  for (const server of [plain, own, other]) server.stop();

  const round = (value: number): number => Math.round(value * 100) / 100;
  const figures = {
    bareSmallMicroseconds: round(bareSmall),
    sendTextMicroseconds: round(withText),
    sendDigestMicroseconds: round(withDigest),
    bareLargeMicroseconds: round(bareLarge),
    getCertificateMicroseconds: round(withPdf),
    nodeSoapMicroseconds: round(nodeSoapCost),
    calls: FLAT_CALLS,
    growthMebibytes: round(growth / 1024 / 1024),
  };
  const bars = [
    { name: "SendCertifiedSms, PasswordText, to bare", value: withText / bareSmall, limit: 4 },
    { name: "SendCertifiedSms, PasswordDigest, to bare", value: withDigest / bareSmall, limit: 4 },
    { name: "GetCertificate of 100 KB, to bare", value: withPdf / bareLarge, limit: 3 },
    { name: "growth of memory, MiB", value: growth / 1024 / 1024, limit: 24 },
  ].map((bar) => ({ ...bar, value: round(bar.value), ok: bar.value <= bar.limit }));
  const line = (name: string, value: number): string =>
    `  ${name.padEnd(44)}${value.toFixed(1)} µs\n`;
  process.stdout.write(
    [
      "CPU of the server for each call:\n",
      line(`bare node:http, answer of ${small} bytes`, bareSmall),
      line("SendCertifiedSms, PasswordText", withText),
      line("SendCertifiedSms, PasswordDigest", withDigest),
      line("SendCertifiedSms, npm soap as a server", nodeSoapCost),
      line(`bare node:http, answer of ${large} bytes`, bareLarge),
      line("GetCertificate of 100 KB", withPdf),
      `Memory after ${FLAT_CALLS} more calls: ${(growth / 1024 / 1024).toFixed(1)} MiB more\n`,
      `${JSON.stringify({ bench: "soap", figures, bars })}\n`,
    ].join(""),
  );
  if (bars.some(({ ok }) => !ok)) process.exitCode = 1;
}

await bench();
