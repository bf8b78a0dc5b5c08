import { mayCome } from "../../domain/certificate.ts";
import type { EniMetadata } from "../../domain/eni.ts";
import { assertMay, type Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { parseCsv, type MessageId } from "../../domain/ids.ts";
import { IllegalEvidence, tryFold } from "../../domain/message.ts";
import type { CertificateKind, Outcome } from "../../domain/outcome.ts";
import type { Words } from "../../domain/words.ts";
import {
  findByCode,
  readCertificate,
  readCode,
  readIssuedCode,
  type StoredCertificate,
} from "../../store/certificates.ts";
import { readChain } from "../../store/evidence.ts";
import { readFile } from "../certificate-file.ts";
import { verificationUrl } from "../certify-message.ts";
import type { LifecycleContext } from "../context.ts";
import { findMessages, type MessageKey } from "./find-message.ts";
import { certificateExpectedBy } from "./tell-status.ts";

export type CertificateAnswer =
  | {
      readonly state: "issued";
      readonly messageId: MessageId;
      readonly kind: CertificateKind;
      readonly issuedAt: Date;
      readonly retainUntil: Date;
      readonly sha256: string;
      readonly csv: string;
      readonly verificationUrl: string;
      readonly eni?: EniMetadata | undefined;
      /** The code of the other one, where a negative certificate was corrected: both are kept. */
      readonly corrects: string | undefined;
      readonly correctedBy: string | undefined;
      readonly pdf: Buffer;
    }
  | {
      /** Not yet is an answer, never a fault. */
      readonly state: "pending";
      readonly messageId: MessageId;
      readonly expectedBy: Date;
    };

/**
 * The certificate of a message; the latest one when no kind is asked for. A code brings the
 * certificate that it is printed on. What is answered is hashed again first.
 *
 * @throws ServiceError MessageNotFound when the caller's entity has no such message or code, without
 *   telling whether another entity has, and when the message cannot get a certificate of the kind that
 *   is asked for; Unavailable when the store of its file does not answer
 */
export async function fetchCertificate(
  context: LifecycleContext,
  caller: Caller,
  key: MessageKey | { readonly csv: string },
  kind?: CertificateKind,
): Promise<CertificateAnswer> {
  assertMay(caller, context.clock.now(), "certificates");
  const named = "csv" in key ? await byCode(context, key.csv) : { key, kind };
  const [message] = named ? await findMessages(context, caller, [named.key]) : [];
  if (!named || !message) throw new ServiceError("MessageNotFound");
  const stored = await readCertificate(context.db, message.messageId, named.kind ?? kind);
  if (!stored) {
    await assertToCome(context, message.messageId, kind);
    const expectedBy = certificateExpectedBy(context, message);
    return { state: "pending", messageId: message.messageId, expectedBy };
  }
  return issued(context, stored, {
    ...(await otherCodes(context, stored)),
    pdf: await readFile(context, stored),
  });
}

type OtherCodes = Pick<Extract<CertificateAnswer, { state: "issued" }>, "corrects" | "correctedBy">;

async function otherCodes(
  { db }: LifecycleContext,
  { kind, messageId }: StoredCertificate,
): Promise<OtherCodes> {
  return {
    corrects: kind === "corrective" ? await readCode(db, messageId, "negative") : undefined,
    correctedBy:
      kind === "negative" ? await readIssuedCode(db, messageId, "corrective") : undefined,
  };
}

/** Nobody is told to wait for what cannot come. */
async function assertToCome(
  { db }: LifecycleContext,
  messageId: MessageId,
  kind: CertificateKind | undefined,
): Promise<void> {
  const view = tryFold(await readChain(db, messageId));
  if (view instanceof IllegalEvidence || mayCome(kind, view)) return;
  if (view.stage.name === "cancelled")
    throw new ServiceError("MessageNotFound", { hint: CANCELLED });
  const hint = kind === "corrective" ? NOTHING_CORRECTED : view.outcome && OTHER[view.outcome.kind];
  throw new ServiceError("MessageNotFound", { field: "kind", ...(hint && { hint }) });
}

const CANCELLED: Words = {
  ca: "El missatge es va anul·lar: no té certificat.",
  es: "El mensaje se anuló: no tiene certificado.",
  en: "The message was cancelled: it has no certificate.",
};

const NOTHING_CORRECTED: Words = {
  ca: "El missatge no té cap certificat rectificatiu: només n'hi ha quan, després d'un de negatiu, se sap d'un lliurament de dins del termini.",
  es: "El mensaje no tiene ningún certificado rectificativo: solo lo hay cuando, después de uno negativo, se sabe de una entrega dentro del plazo.",
  en: "The message has no corrective certificate: there is one only when, after a negative one, a delivery within the period is learnt of.",
};

const OTHER: Readonly<Record<Outcome["kind"], Words>> = {
  delivered: {
    ca: "El missatge consta com a lliurat: el seu certificat és positiu.",
    es: "El mensaje consta como entregado: su certificado es positivo.",
    en: "The message was reported as delivered: its certificate is positive.",
  },
  notDelivered: {
    ca: "El missatge no consta com a lliurat dins del termini: el seu certificat és negatiu.",
    es: "El mensaje no consta como entregado dentro del plazo: su certificado es negativo.",
    en: "The message was not reported as delivered within the period: its certificate is negative.",
  },
};

async function byCode(
  context: LifecycleContext,
  typed: string,
): Promise<{ key: MessageKey; kind: CertificateKind } | undefined> {
  const csv = parseCsv(typed);
  const found = csv === undefined ? undefined : await findByCode(context.db, csv);
  return found && { key: { messageId: found.messageId }, kind: found.kind };
}

function issued(
  context: LifecycleContext,
  stored: StoredCertificate,
  others: OtherCodes & { readonly pdf: Buffer },
): CertificateAnswer {
  return {
    state: "issued",
    messageId: stored.messageId,
    kind: stored.kind,
    issuedAt: stored.issuedAt,
    retainUntil: stored.retainUntil,
    sha256: stored.sha256,
    csv: stored.csv,
    verificationUrl: verificationUrl(context.settings.publicUrl, stored.csv),
    eni: stored.eni,
    ...others,
  };
}
