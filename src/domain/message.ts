import { isFinal, type MessageState } from "./delivery-receipt.ts";
import type { AcceptedSegment, DecidedAs, Evidence, EvidenceBody } from "./evidence.ts";
import type { CertificateKind, LateDelivery, NotDeliveredReason, Outcome } from "./outcome.ts";
import { afterDecision, afterReceipt, type ReceiptBody, type SegmentView } from "./segment.ts";

export type { SegmentView } from "./segment.ts";

/**
 * Where a message is. Each stage carries only what is known when it is entered:
 *
 *     accepted → relaying → relayed ──────────┬→ delivered
 *                   ├→ indeterminate (answer lost; never sent again by itself)
 *                   ├→ refused                ├→ undeliverable (a segment failed; waits the deadline)
 *                   └→ accepted (deferred)      └→ notDelivered (the deadline passed)
 */
export type Stage =
  | {
      readonly name: "accepted";
      readonly since: Date;
      /** The SMSC put it off the last time; it is tried again. */
      readonly deferredWith?: number | null;
    }
  | { readonly name: "relaying"; readonly since: Date; readonly attempt: number }
  | { readonly name: "relayed"; readonly since: Date }
  | {
      readonly name: "indeterminate";
      readonly since: Date;
      /** A person has ordered that it is sent again. */
      readonly resendOrdered?: true;
    }
  | { readonly name: "refused"; readonly since: Date; readonly commandStatus: number | null }
  | {
      readonly name: "undeliverable";
      readonly since: Date;
      readonly messageState: MessageState;
      /** A person has decided that it was delivered all the same. */
      readonly decidedDelivered?: true;
    }
  | { readonly name: "delivered"; readonly since: Date }
  | { readonly name: "notDelivered"; readonly since: Date; readonly reason: NotDeliveredReason }
  | { readonly name: "cancelled"; readonly since: Date };

interface IssuedCertificate {
  readonly kind: CertificateKind;
  readonly issuedAt: Date;
  readonly csv: string;
  readonly sha256: string;
}

export interface MessageView {
  readonly stage: Stage;
  readonly segments: readonly SegmentView[];
  readonly outcome?: Outcome | undefined;
  /** Reported when the outcome was closed already. */
  readonly lateDelivery?: LateDelivery | undefined;
  /** The last decision of a person about its conflicts. */
  readonly decision?: DecidedAs | undefined;
  readonly certificates: readonly IssuedCertificate[];
}

/** The evidence tells an order of events that cannot happen: a bug, or a damaged database. */
export class IllegalEvidence extends Error {
  override readonly name = "IllegalEvidence";
}

/** The stage of a message is nothing but the fold of its evidence. */
export function foldMessage(chain: readonly Evidence[]): MessageView {
  const [first, ...rest] = chain;
  if (first?.body.event !== "SubmissionAcceptance") {
    throw new IllegalEvidence("a message begins with its SubmissionAcceptance");
  }
  const numbers = Array.from({ length: first.body.segmentCount }, (_, index) => index + 1);
  return rest.reduce<MessageView>(step, {
    stage: { name: "accepted", since: first.at },
    segments: numbers.map((number) => ({ number })),
    certificates: [],
  });
}

/** The fold for a batch, where one damaged message must not stop the others. */
export function tryFold(chain: readonly Evidence[]): MessageView | IllegalEvidence {
  try {
    return foldMessage(chain);
  } catch (error) {
    if (error instanceof IllegalEvidence) return error;
    throw error;
  }
}

/** Whether the operator certainly has nothing of it: it may be cancelled, and is not paid for. */
export function isNothingRelayed({ stage, segments }: MessageView): boolean {
  const untouched = segments.every(
    ({ smscMessageId, messageState }) => smscMessageId === undefined && messageState === undefined,
  );
  return untouched && (stage.name === "accepted" || stage.name === "refused");
}

/** Whether an event may be appended at this stage. */
export function mayFollow(stage: Stage, event: EvidenceBody["event"]): boolean {
  if (stage.name === "indeterminate") {
    if (event === "RelayAttempt") return stage.resendOrdered === true;
    if (event === "ResendOrdered") return stage.resendOrdered === undefined;
  }
  if (stage.name === "undeliverable" && event === "ContentHandover") {
    return stage.decidedDelivered === true;
  }
  // A name that a later version writes is in no list of this one.
  return (LEGAL_BEFORE as Partial<typeof LEGAL_BEFORE>)[event]?.includes(stage.name) ?? false;
}

/** What the operator reports, and what a person decides about it, also after the end. */
const EVERYWHERE: readonly Stage["name"][] = [
  "accepted",
  "relaying",
  "relayed",
  "indeterminate",
  "refused",
  "undeliverable",
  "delivered",
  "notDelivered",
];

const LEGAL_BEFORE: Record<EvidenceBody["event"], readonly Stage["name"][]> = {
  SubmissionAcceptance: [],
  SubmissionCancelled: ["accepted"],
  RelayAttempt: ["accepted", "relaying"],
  RelayDeferred: ["relaying", "undeliverable"],
  RelayToNonERDS: ["relaying", "indeterminate", "undeliverable"],
  RelayToNonERDSFailure: ["relaying", "undeliverable"],
  DeliveryReceipt: EVERYWHERE,
  ResendOrdered: ["indeterminate"],
  ContentHandover: ["relayed", "indeterminate"],
  ContentHandoverFailure: [
    "accepted",
    "relaying",
    "relayed",
    "indeterminate",
    "refused",
    "undeliverable",
  ],
  LateDelivery: ["notDelivered"],
  ConflictDecided: EVERYWHERE,
  CertificateIssued: ["delivered", "notDelivered"],
  CertificateMailed: ["delivered", "notDelivered"],
};

function step(view: MessageView, { at, body, seq }: Evidence): MessageView {
  if (!mayFollow(view.stage, body.event)) {
    throw new IllegalEvidence(`record ${seq}: ${body.event} cannot follow ${view.stage.name}`);
  }
  switch (body.event) {
    case "SubmissionAcceptance":
      return view;
    case "SubmissionCancelled":
      return { ...view, stage: { name: "cancelled", since: at } };
    case "RelayAttempt": {
      const payloads = new Map(body.segments.map((s) => [s.number, s.payloadSha256]));
      return {
        ...view,
        stage: { name: "relaying", since: at, attempt: body.attempt },
        segments: view.segments.map((segment) => ({
          ...segment,
          payloadSha256: payloads.get(segment.number) ?? segment.payloadSha256,
        })),
      };
    }
    case "RelayDeferred":
      return withStage(withAccepted(view, body.accepted), {
        name: "accepted",
        since: at,
        deferredWith: body.commandStatus,
      });
    case "RelayToNonERDS":
      return withStage(withAccepted(view, body.accepted), { name: "relayed", since: at });
    case "RelayToNonERDSFailure":
      return withStage(
        withAccepted(view, body.accepted),
        body.reason === "refused"
          ? { name: "refused", since: at, commandStatus: body.commandStatus }
          : { name: "indeterminate", since: at },
      );
    case "DeliveryReceipt":
      return withReceipt(view, body);
    case "ResendOrdered":
      return { ...view, stage: { name: "indeterminate", since: at, resendOrdered: true } };
    case "ContentHandover": {
      const deliveredAt = new Date(body.deliveredAt);
      return {
        ...view,
        stage: { name: "delivered", since: at },
        outcome: { kind: "delivered", at: deliveredAt },
      };
    }
    case "ContentHandoverFailure":
      return {
        ...view,
        stage: { name: "notDelivered", since: at, reason: body.reason },
        outcome: { kind: "notDelivered", at, reason: body.reason },
      };
    case "LateDelivery": {
      if (view.lateDelivery) throw new IllegalEvidence(`record ${seq}: delivered late twice`);
      const deliveredAt = body.deliveredAt === null ? undefined : new Date(body.deliveredAt);
      const receivedAt = new Date(body.receivedAt);
      return { ...view, lateDelivery: { receivedAt, deliveredAt, verdict: body.verdict } };
    }
    case "ConflictDecided":
      return withDecision(view, body.as);
    case "CertificateIssued": {
      const { kind, csv, sha256 } = body;
      return {
        ...view,
        certificates: [...view.certificates, { kind, csv, sha256, issuedAt: at }],
      };
    }
    case "CertificateMailed":
      return view;
  }
}

/** A failed segment keeps the message undeliverable, whatever the link still says of the others. */
function withStage(view: MessageView, stage: Stage): MessageView {
  return view.stage.name === "undeliverable" ? view : { ...view, stage };
}

function withAccepted(view: MessageView, accepted: readonly AcceptedSegment[]): MessageView {
  const answers = new Map(accepted.map((segment) => [segment.number, segment]));
  return {
    ...view,
    segments: view.segments.map((segment) => {
      const answer = answers.get(segment.number);
      if (!answer) return segment;
      const { smscMessageId, answeredAt } = answer;
      return { ...segment, smscMessageId, relayedAt: new Date(answeredAt) };
    }),
  };
}

function withReceipt(view: MessageView, body: ReceiptBody): MessageView {
  const segments = view.segments.map((segment) =>
    segment.number === body.segment ? afterReceipt(segment, body) : segment,
  );
  const open = ["accepted", "relaying", "relayed", "indeterminate", "refused"].includes(
    view.stage.name,
  );
  const { messageState } = body;
  const failed = isFinal(messageState) && messageState !== "DELIVERED" && body.doubt === null;
  const stage: Stage =
    open && failed
      ? { name: "undeliverable", since: new Date(body.receivedAt), messageState }
      : view.stage;
  return { ...view, stage, segments };
}

function withDecision(view: MessageView, as: DecidedAs): MessageView {
  const segments = view.segments.map((segment) => afterDecision(segment, as));
  const decided = { ...view, segments, decision: as };
  if (view.stage.name !== "undeliverable") return decided;
  const { name, since, messageState } = view.stage;
  const stage: Stage = { name, since, messageState };
  return { ...decided, stage: as === "delivered" ? { ...stage, decidedDelivered: true } : stage };
}
