import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sha256 } from "../domain/content.ts";
import { contradictionOf } from "../domain/contradiction.ts";
import { parseCsv } from "../domain/ids.ts";
import { maskMsisdn } from "../domain/msisdn.ts";
import { readFile } from "../lifecycle/certificate-file.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import { findByCode, readCertificate, type StoredCertificate } from "../store/certificates.ts";
import { readChain } from "../store/evidence.ts";
import { readMessage } from "../store/messages.ts";
import { findCallerById } from "../store/parties/users.ts";
import { contradictionWords } from "./contradiction-words.ts";
import { html, languageOf, query, SECURITY_HEADERS } from "./page.ts";
import { askPage, certificatePage, unknownPage, type Comparison } from "./verification-page.ts";

const MADRID = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Madrid",
  dateStyle: "short",
  timeStyle: "medium",
});

/**
 * The public verification page: whoever holds a code sees what its certificate states, masked, and
 * may download the file, because the code is on it. It works without scripts.
 */
export function registerVerification(
  server: FastifyInstance,
  context: LifecycleContext,
  { test }: { readonly test: boolean },
): void {
  server.get("/verifica", async (request, reply) => {
    const typed = query(request, "csv");
    const language = languageOf(request);
    if (typed === undefined) return html(reply, 200, askPage(language));
    const csv = parseCsv(typed);
    if (csv === undefined) return html(reply, 404, unknownPage(language));
    return reply.redirect(`/verifica/${csv}?l=${language}`, 303);
  });

  server.get<{ Params: Params }>("/verifica/:csv", async (request, reply) => {
    return show(context, request, reply, { test });
  });

  void server.register(async (scope) => {
    await scope.register(multipart, { limits: { fileSize: MOST_BYTES, files: 1, fields: 0 } });
    scope.post<{ Params: Params }>("/verifica/:csv", async (request, reply) => {
      const uploaded = await uploadedFile(request);
      return show(context, request, reply, { test, uploaded });
    });
  });

  server.get<{ Params: Params }>("/verifica/:csv/pdf", async (request, reply) => {
    const certificate = await find(context, request.params.csv);
    if (!certificate) return html(reply, 404, unknownPage(languageOf(request)));
    return reply
      .headers(SECURITY_HEADERS)
      .type("application/pdf")
      .header("content-disposition", `attachment; filename="certificat-${certificate.csv}.pdf"`)
      .send(await readFile(context, certificate));
  });
}

interface Params {
  readonly csv: string;
}

/** Far larger than any certificate. */
const MOST_BYTES = 5 * 1024 * 1024;

/** The bytes of the only file of the form; undefined when there is none, or it is too large. */
async function uploadedFile(request: FastifyRequest): Promise<Buffer | undefined> {
  try {
    const part = await request.file();
    return await part?.toBuffer();
  } catch {
    return undefined;
  }
}

async function show(
  context: LifecycleContext,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
  { test, ...form }: { readonly test: boolean; readonly uploaded?: Buffer | undefined },
): Promise<FastifyReply> {
  const language = languageOf(request);
  const certificate = await find(context, request.params.csv);
  if (!certificate) return html(reply, 404, unknownPage(language));
  const message = await readMessage(context.db, certificate.messageId);
  const caller = message && (await findCallerById(context.db, message.userId));
  if (!caller) return html(reply, 404, unknownPage(language));
  const correction =
    certificate.kind === "negative" &&
    (await readCertificate(context.db, certificate.messageId, "corrective"));
  const contradiction = correction
    ? undefined
    : contradictionOf(certificate.kind, await readChain(context.db, certificate.messageId));
  const facts = {
    csv: certificate.csv,
    kind: certificate.kind,
    entityName: caller.entity.name,
    recipientMasked: maskMsisdn(message.recipient.msisdn),
    acceptedAt: inMadrid(message.acceptedAt),
    issuedAt: inMadrid(certificate.issuedAt),
    retainUntil: inMadrid(certificate.retainUntil),
    sha256: certificate.sha256,
    correctedBy: correction ? correction.csv : undefined,
    contradiction: contradiction && contradictionWords(contradiction, inMadrid),
    test,
  };
  const comparison = "uploaded" in form ? compare(certificate, form.uploaded) : undefined;
  return html(reply, 200, certificatePage(language, facts, comparison));
}

function compare(certificate: StoredCertificate, uploaded: Buffer | undefined): Comparison {
  if (uploaded === undefined || uploaded.length === 0) return "tooLarge";
  return sha256(uploaded) === certificate.sha256 ? "same" : "different";
}

async function find(
  context: LifecycleContext,
  typed: string,
): Promise<StoredCertificate | undefined> {
  const csv = parseCsv(typed);
  const found = csv === undefined ? undefined : await findByCode(context.db, csv);
  return found && readCertificate(context.db, found.messageId, found.kind);
}

function inMadrid(at: Date): string {
  return `${MADRID.format(at)} (Europe/Madrid)`;
}
