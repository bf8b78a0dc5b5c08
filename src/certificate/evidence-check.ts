import { inflateSync } from "node:zlib";
import { certificateKind } from "../domain/certificate.ts";
import { sha256 } from "../domain/content.ts";
import { brokenLink, canonicalJson, type Evidence } from "../domain/evidence.ts";
import { tryFold } from "../domain/message.ts";
import { bodyOffset, dictionaryText, readRevision } from "./pdf/read-revision.ts";
import { textString } from "./pdf/syntax.ts";

/** What a certificate states, from the evidence inside, and whether that evidence holds together. */
export interface EvidenceCheck {
  readonly whole: boolean;
  /** Undefined when the attachment is not what this service writes. */
  readonly stated: StatedFacts | undefined;
}

export interface StatedFacts {
  readonly kind: string;
  readonly csv: string;
  readonly issuer: string;
  readonly issuerNif: string;
  readonly sender: string;
  readonly recipient: string;
  readonly outcome: StatedOutcome;
  readonly records: number;
  readonly receipts: number;
}

const NAME = "evidencia.json";
const NAMED = new RegExp(`/Names<</EmbeddedFiles<</Names\\[${textString(NAME)} (\\d+) 0 R`);
const FILE = /\/EF<<\/F (\d+) 0 R\/UF \1 0 R>>>>$/;
const CONTENT =
  /^<<\/Type\/EmbeddedFile\/Subtype\/application#2Fjson\/Params<<[^>]{0,200}>>(\/Filter\/FlateDecode)?\/Length (\d{1,8})>>\nstream\n/;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Opens the `evidencia.json` that a reader finds in a sealed revision and hashes again what it says: the
 * chain of records, the text, and each raw receipt, which the chain names.
 */
export function checkEvidence(sealed: Buffer): EvidenceCheck {
  try {
    const json = attachedJson(sealed);
    const attached: unknown = JSON.parse(json);
    // A member that is there twice says one thing to us and another to the next reader.
    if (canonicalJson(attached) !== json) throw new RangeError("no canonical JSON");
    return check(attached as AttachedEvidence);
  } catch {
    return { whole: false, stated: undefined };
  }
}

/** @throws when it is not where the certificates of this service have it */
function attachedJson(sealed: Buffer): string {
  const revision = readRevision(sealed);
  const found = (pattern: RegExp, object: number): number => {
    const number = pattern.exec(dictionaryText(revision, object))?.[1];
    if (number === undefined) throw new RangeError(`no ${NAME}`);
    return Number(number);
  };
  const at = bodyOffset(revision, found(FILE, found(NAMED, revision.root)));
  const match = CONTENT.exec(sealed.toString("latin1", at, at + 400));
  if (!match) throw new RangeError(`no ${NAME}`);
  const start = at + match[0].length;
  const bytes = sealed.subarray(start, start + Number(match[2]));
  const json = match[1] ? inflateSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes;
  return json.toString("utf8");
}

/** The members of the attachment that are looked at; it was written by evidence-package.ts. */
interface AttachedEvidence {
  readonly certificate: { readonly kind: string; readonly csv: string };
  readonly issuer: Party;
  readonly sender: Party;
  readonly message: {
    readonly messageId: string;
    readonly text: string;
    readonly textSha256: string;
    readonly acceptedAt: string;
    readonly segmentCount: number;
    readonly receiptDeadline: string;
    readonly recipient: { readonly msisdn: string };
  };
  readonly outcome: StatedOutcome;
  readonly evidence: readonly (Omit<Evidence, "at"> & { readonly at: string })[];
  readonly receipts: readonly {
    readonly receiptId: string;
    readonly raw: string;
    readonly rawSha256: string;
  }[];
}

interface StatedOutcome {
  readonly kind: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reason?: string;
}

interface Party {
  readonly name: string;
  readonly nif: string;
}

function check(attached: AttachedEvidence): EvidenceCheck {
  const { certificate, issuer, sender, message, outcome, receipts } = attached;
  const chain: Evidence[] = attached.evidence.map((one) => ({ ...one, at: new Date(one.at) }));
  const named = new Map<string, string>();
  for (const { body } of chain) {
    if (body.event === "DeliveryReceipt") named.set(body.receiptId, body.rawSha256);
  }
  const first = chain[0]?.body;
  const whole =
    brokenLink(chain) === undefined &&
    chain.every(({ messageId }) => messageId === message.messageId) &&
    first?.event === "SubmissionAcceptance" &&
    first.recipient === message.recipient.msisdn &&
    first.textSha256 === message.textSha256 &&
    first.segmentCount === message.segmentCount &&
    first.segmentCount <= MOST_SEGMENTS &&
    first.receiptDeadline === message.receiptDeadline &&
    attached.evidence[0]?.at === message.acceptedAt &&
    sha256(message.text) === message.textSha256 &&
    receipts.length === named.size &&
    receipts.every(({ receiptId, raw }) => {
      return sha256(Buffer.from(raw, "base64")) === named.get(receiptId);
    }) &&
    provenOutcome(chain, certificate.kind) === outcomeText(outcome);
  return {
    whole,
    stated: {
      kind: certificate.kind,
      csv: certificate.csv,
      issuer: `${issuer.name} (${issuer.nif})`,
      issuerNif: issuer.nif,
      sender: `${sender.name} (${sender.nif})`,
      recipient: message.recipient.msisdn,
      outcome,
      records: chain.length,
      receipts: receipts.length,
    },
  };
}

/** One octet counts them (3GPP TS 23.040, 9.2.3.24.1). */
const MOST_SEGMENTS = 255;

/** What the chain amounts to, for a certificate of a kind; undefined when it calls for none. */
function provenOutcome(chain: readonly Evidence[], kind: string): string | undefined {
  const view = tryFold(chain);
  if (view instanceof Error) return undefined;
  const { outcome, lateDelivery, segments } = view;
  const isTold = segments.length > 0 && segments.every((one) => one.saidDelivered !== undefined);
  if (kind === "corrective") {
    return lateDelivery && isTold
      ? outcomeText({ kind: "delivered", at: lateDelivery.receivedAt })
      : undefined;
  }
  if (!outcome || kind !== certificateKind(outcome)) return undefined;
  if (outcome.kind === "delivered" && !isTold) return undefined;
  return outcomeText(outcome);
}

function outcomeText({
  kind,
  at,
  reason,
}: Omit<StatedOutcome, "at"> & { readonly at: string | Date }): string {
  const instant = typeof at === "string" ? at : at.toISOString();
  return `${kind}${reason === undefined ? "" : ` (${reason})`} ${instant}`;
}
