import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { trustedAnchors } from "../certificate-parts.ts";
import { verifyPdf } from "../certificate/verify.ts";
import { sha256 } from "../domain/content.ts";
import { startService, type Service } from "../service.ts";
import { parseSettings } from "../settings.ts";
import { startSimulator, type Simulator } from "../smpp/simulator/simulator.ts";
import { systemClock, systemRandom, systemTimers } from "../system.ts";
import { createLogger } from "../telemetry/logger.ts";
import { print, readArguments, type Command } from "./command.ts";
import { contractDemo, type DemoAccount } from "./demo-account.ts";
import { connect, type Port } from "./demo-client.ts";
import { interrupted } from "./serve.ts";
import { explain } from "./verify-pdf.ts";

/** What "five days" shrink to, so that a person sees a negative certificate. */
const DEADLINE_SECONDS = 20;
const GRACE_SECONDS = 2;
/** The port of the README's examples. */
const USUAL_PORT = 8080;

const MESSAGES = [
  {
    clientReference: "demo-lliurat",
    recipient: { msisdn: "+34600100000", name: "Maria Solé i Puig", legalId: "00000000T" },
    text: "Generalitat de Catalunya: teniu una notificació nova de l'expedient 2026/1234 a la seu electrònica. Teniu 10 dies per accedir-hi. 📄",
    file: "certificat-positiu.pdf",
  },
  {
    clientReference: "demo-no-lliurat",
    recipient: { msisdn: "+34600100404", name: "Jordi Vila i Camps" },
    text: "Generalitat de Catalunya: la vostra sol·licitud ha estat resolta. Consulteu-la a la seu electrònica.",
    file: "certificat-negatiu.pdf",
  },
] as const;

export const demoCommand: Command = {
  name: "demo",
  summary: "from nothing to two sealed certificates, on a throw-away database",
  usage: `demo [--output DIRECTORY] [--keep]
  --output  where the certificates go; ./demo-output by default
  --keep    goes on serving, with credentials to try with SoapUI`,
  async run(args) {
    const options = readArguments(args, {
      output: { type: "string" },
      keep: { type: "boolean" },
    });
    const output = resolve(options.text("output") ?? "demo-output");
    const dataDirectory = await mkdtemp(join(tmpdir(), "sms-certificat-demo-"));
    const demo = await start(dataDirectory, options.flag("keep") ? USUAL_PORT : 0);
    try {
      await run(demo, output);
      if (options.flag("keep")) await keepServing(demo, output);
    } finally {
      await demo.service.stop();
      await demo.simulator.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    }
    return 0;
  },
};

interface Demo {
  readonly service: Service;
  readonly dataDirectory: string;
  readonly simulator: Simulator;
  readonly account: DemoAccount;
  /** The root of the test authority. */
  readonly trusted: string;
}

async function start(dataDirectory: string, port: number): Promise<Demo> {
  const parts = { clock: systemClock, random: systemRandom, timers: systemTimers };
  const simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, password: "password", receiptDelay: 1_500 },
    parts,
  );
  const settings = parseSettings({
    DATA_DIRECTORY: dataDirectory,
    PORT: String(await freePort(port)),
    SMPP_PORT: String(simulator.port),
    RECEIPT_DEADLINE: `PT${DEADLINE_SECONDS}S`,
    RECEIPT_GRACE: `PT${GRACE_SECONDS}S`,
    LOG_LEVEL: "error",
  });
  const log = createLogger({ ...settings.log, clock: systemClock, stream: process.stderr });
  const service = await startService(settings, { ...parts, log });
  const account = await contractDemo(
    { db: service.context.db, secretsKey: service.secretsKey },
    systemClock.now(),
  );
  print(`sms-certificat: a demonstration

  database  embedded PostgreSQL, thrown away at the end
  operator  simulated, over SMPP 3.4 on 127.0.0.1:${simulator.port}
  service   ${service.url}/ws/sms-certificat?wsdl
  seal      a test seal and a test time-stamp, made for this run: no legal value

Five days would be long to wait for: here they last ${DEADLINE_SECONDS} seconds.

`);
  const trusted = (await trustedAnchors(settings)) ?? "";
  return { service, dataDirectory, simulator, account, trusted };
}

async function run({ service, account, trusted }: Demo, output: string): Promise<void> {
  const port = await connect(`${service.url}/ws/sms-certificat?wsdl`, account);
  for (const { clientReference, recipient, text } of MESSAGES) {
    const request = { clientReference, recipient, text };
    const answer = await port.send({ ...request, language: "ca", fileNumber: "2026/1234" });
    print(
      `SendCertifiedSms  ${request.clientReference}: ${answer.stage}, ${answer.segments} segments ${answer.encoding}\n                  ${answer.messageId}`,
    );
  }
  print("");
  await follow(port);
  await mkdir(output, { recursive: true });
  print("");
  for (const { clientReference, file } of MESSAGES) {
    const certificate = await port.certificate(clientReference);
    const path = join(output, file);
    await writeFile(path, certificate.pdf);
    const same = sha256(certificate.pdf) === certificate.sha256;
    print(`GetCertificate    ${clientReference}: ${certificate.kind}, ${certificate.csv}
                  saved as ${path} (${Math.ceil(certificate.pdf.length / 1024)} KB)
                  SHA-256 ${same ? "as the service said" : "DIFFERS"}`);
    const verification = verifyPdf(certificate.pdf, { trusted });
    print(explain(verification, "                  "));
    if (!verification.valid) throw new Error("a certificate does not verify");
    if (!same) throw new Error("a certificate is not the file that the service hashed");
  }
  const root = join(output, "arrel-de-prova.pem");
  await writeFile(root, trusted);
  print(`
Two certificates are in ${output}. To check one again, with the test root of this run:
  node dist/main.js verify-pdf ${join(output, MESSAGES[0].file)} --trust ${root}`);
}

/** Asks for the status each half second and tells what is new, until both certificates are there. */
async function follow(port: Port): Promise<void> {
  const told = new Map<string, string>();
  const began = systemClock.now().getTime();
  for (;;) {
    let issued = 0;
    for (const { clientReference } of MESSAGES) {
      const status = await port.status(clientReference);
      const line = `${status.stage}, certificate ${status.certificate}`;
      if (told.get(clientReference) !== line) {
        const seconds = ((systemClock.now().getTime() - began) / 1000).toFixed(1).padStart(5);
        print(`GetStatus  ${seconds} s  ${clientReference}: ${line}`);
      }
      told.set(clientReference, line);
      if (status.certificate.startsWith("issued")) issued += 1;
    }
    if (issued === MESSAGES.length) return;
    await new Promise<void>((resolve) => systemTimers.after(500, resolve));
  }
}

async function keepServing(
  { service, account, dataDirectory }: Demo,
  output: string,
): Promise<void> {
  print(`
Still serving; end it with Ctrl+C.

  WSDL      ${service.url}/ws/sms-certificat?wsdl
  public    ${service.url}/verifica
  PICA      ${service.url}/ws/pica/Sincron?wsdl
  username  ${account.username}
  secret    ${account.secret}
  commands  DATA_DIRECTORY=${dataDirectory} node dist/main.js entity list

A back office of PICA or PCI: sends a message and a batch, prints the exchange, saves the certificate:
  node dist/main.js pica-call wsdl/pica/pica-call.yaml --url ${service.url} --secret ${account.secret} --output ${output}

Numbers that end in 000 are delivered, 404 never reported, 010 expired, 009 undeliverable, 007 refused.`);
  await interrupted();
}

/** The wanted port when nobody has it, else any free one. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer();
  const taken = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(true));
    probe.listen(wanted, "127.0.0.1", () => resolve(false));
  });
  if (taken) return freePort(0);
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return address !== null && typeof address === "object" ? address.port : 0;
}
