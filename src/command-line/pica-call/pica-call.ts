import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sha256 } from "../../domain/content.ts";
import { writeEnvelope } from "../../soap/envelope.ts";
import { PASSWORD_TEXT, WSSE } from "../../soap/security/names.ts";
import { signResponse } from "../../soap/security/sign-response.ts";
import { element } from "../../soap/xml/write.ts";
import { systemClock } from "../../system.ts";
import { print, readArguments, UsageError, type Command } from "../command.ts";
import { buildPetition, buildQuestion, modalityOf } from "./build-message.ts";
import { readCallFile, type Call, type CallFile } from "./call-file.ts";

/** How often what is not there yet is asked for again, and how often at most. */
const PAUSE = 1_000;
const MOST_TIMES = 60;

export const picaCallCommand: Command = {
  name: "pica-call",
  summary: "calls the doors of PICA and PCI as a back office would, from a YAML or JSON file",
  usage: `pica-call FILE [--url URL] [--username NAME] [--secret SECRET] [--output DIRECTORY]
  builds, signs and sends each call of the file, prints the exchange, asks again for what is not there
  yet, and saves certificates; wsdl/pica/pica-call.yaml is such a file
  --output  where the certificates go; . by default`,
  async run(args) {
    const options = readArguments(
      args,
      {
        url: { type: "string" },
        username: { type: "string" },
        secret: { type: "string" },
        output: { type: "string" },
      },
      ["FILE"],
    );
    const [path = ""] = options.words;
    const read = readCallFile(path, systemClock.now().toISOString().replace(/\D/g, ""));
    const file: CallFile = {
      ...read,
      url: (options.text("url") ?? read.url).replace(/\/+$/, ""),
      username: options.text("username") ?? read.username,
      secret: options.text("secret") ?? read.secret,
    };
    if (!file.signing && (file.username === undefined || file.secret === undefined)) {
      throw new UsageError("say --username and --secret, or key and certificate in the file");
    }
    const output = resolve(options.text("output") ?? ".");
    let refused = 0;
    for (const call of file.calls) {
      const answer = await perform(file, call);
      await saveCertificates(call, answer, output);
      if (isRefused(answer)) refused += 1;
    }
    return refused === 0 ? 0 : 1;
  },
};

function isRefused(answer: string): boolean {
  return /<CodigoEstado>0502<|:Fault>/.test(answer);
}

/** Sends a call, and asks again while its certificate or its batch is not there yet. */
async function perform(file: CallFile, call: Call): Promise<string> {
  const [first, later] = doorsOf(file, call);
  const petition = (): string => buildPetition(file, call, systemClock.now());
  const question = (): string => buildQuestion(file, call, systemClock.now());
  let answer = await send(file, first, petition());
  for (let times = 1; times < MOST_TIMES; times += 1) {
    if (call.async && /<CodigoEstado>000[12]</.test(answer)) {
      await wait(PAUSE);
      answer = await send(file, later, question(), times > 1);
    } else if (!call.async && answer.includes("<CodiError>3104<")) {
      await wait(PAUSE);
      answer = await send(file, first, petition(), true);
    } else break;
  }
  return answer;
}

interface Door {
  readonly path: string;
  readonly element: string;
  readonly namespace: string;
}

function doorsOf(file: CallFile, call: Call): [first: Door, later: Door] {
  if (file.spelling === "procesa") {
    const door = (name: string): Door => ({
      path: `/ws/pica/${name}`,
      element: "procesa",
      namespace: "http://www.openuri.org/",
    });
    return [door(call.async ? "Asincron" : "Sincron"), door("AsincronResposta")];
  }
  const path = `/ws/pica/services/${modalityOf(call)}`;
  const { namespace } = file;
  const element = call.async ? "cridaAsincrona" : "cridaSincrona";
  return [
    { path, element, namespace },
    { path, element: "obtindreResultat", namespace },
  ];
}

async function send(file: CallFile, door: Door, message: string, quietly = false): Promise<string> {
  const inside = `<p:${door.element} xmlns:p="${door.namespace}">${message}</p:${door.element}>`;
  const body = await secured(file, writeEnvelope("1.1", inside));
  const address = `${file.url}${door.path}`;
  if (!quietly) print(`\n──► POST ${address}\n${readable(body)}`);
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' },
    body,
  }).catch((error: unknown) => {
    const { code } = ((error as Error).cause ?? {}) as { readonly code?: string };
    throw new Error(`${address} does not answer (${code ?? (error as Error).message})`);
  });
  const answer = await response.text();
  print(`\n◄── HTTP ${response.status}\n${readable(answer)}`);
  return answer;
}

/** Signs the Body, or says who calls with a UsernameToken. */
async function secured(file: CallFile, envelope: string): Promise<string> {
  const now = systemClock.now();
  if (file.signing) {
    return (await signResponse(envelope, file.signing, { now, confirms: undefined })).toString();
  }
  const token = `<wsse:UsernameToken>${element("wsse:Username", file.username)}<wsse:Password Type="${PASSWORD_TEXT}">${element("x", file.secret).slice(3, -4)}</wsse:Password></wsse:UsernameToken>`;
  const header = `<s:Header><wsse:Security s:mustUnderstand="1" xmlns:wsse="${WSSE}">${token}</wsse:Security></s:Header>`;
  return envelope.replace("<s:Body>", () => `${header}<s:Body>`);
}

/** One element per line, with what is secret or long cut short. */
function readable(xml: string): string {
  let depth = 0;
  return xml
    .replace(/(<wsse:Password[^>]*>)[^<]*/g, "$1…")
    .replace(/>([A-Za-z0-9+/=]{120})[A-Za-z0-9+/=]*</g, ">$1…<")
    .replace(/>\s*</g, ">\n<")
    .split("\n")
    .map((line) => {
      if (line.startsWith("</")) depth -= 1;
      const indented = "  ".repeat(Math.max(depth, 0)) + line;
      if (/^<[^?!/][^>]*[^/]>$/.test(line)) depth += 1;
      return indented;
    })
    .join("\n");
}

async function saveCertificates(call: Call, answer: string, output: string): Promise<void> {
  const found = [...answer.matchAll(/<Sha256>([^<]*)<.*?<Csv>([^<]*)<.*?<Document>([^<]*)</gs)];
  for (const [, hash, csv = "", base64 = ""] of found) {
    const pdf = Buffer.from(base64, "base64");
    if (sha256(pdf) !== hash) throw new Error(`call ${call.id}: the document differs from Sha256`);
    const path = join(output, `certificat-${csv}.pdf`);
    await mkdir(output, { recursive: true });
    await writeFile(path, pdf);
    print(`\nsaved ${path} (${pdf.length} bytes, SHA-256 as stated)`);
  }
}
