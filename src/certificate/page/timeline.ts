import type { CertificateFacts } from "../../domain/certificate.ts";
import type { AcceptedSegment, Evidence } from "../../domain/evidence.ts";
import type { ReceiptBody, SegmentView } from "../../domain/segment.ts";
import type { Wording } from "../wording/wording.ts";
import { conflictInWords, saysOf } from "./fates.ts";
import { localInstant, shortInstant, utcInstant } from "./instants.ts";
import type { Paper } from "./paper.ts";
import { heading } from "./parts.ts";
import { table, type Cell } from "./table.ts";

/** Three kinds of time: ours as it was, the operator's as it gave it, and the one of the time-stamp. */
export function writeTimeline(
  paper: Paper,
  number: number,
  facts: CertificateFacts,
  wording: Wording,
): void {
  const { event, label } = wording;
  heading(paper, number, wording.section.timeline);
  const { scheduledAt, receiptDeadline } = facts.message;
  const { outcome } = facts;
  const rows = facts.evidence.map((record) => describe(record, facts, wording));
  if (scheduledAt) rows.push(ours(cell(event.scheduled), scheduledAt));
  const over = outcome.kind === "notDelivered" || facts.kind === "corrective";
  if (over) rows.push(ours(cell(event.deadline), receiptDeadline));
  // The chain has its records in the order of writing: a report is written later than it arrived.
  const ordered = rows.toSorted((one, other) => one.at.getTime() - other.at.getTime());
  const issued = ours(cell(event.issued), facts.issuedAt);
  const stamped = [cell(event.stamped), cell(event.inSeal), cell(event.inSeal), NONE];
  table(
    paper,
    [0.317, 0.202, 0.193, 0.288],
    [label.event, label.ourTime, label.ourTimeUtc, label.operatorTime],
    [...[...ordered, issued].map(({ cells }) => cells), stamped],
  );
}

/** What happened at an instant. */
interface Row {
  readonly at: Date;
  readonly cells: readonly Cell[];
}

const NONE: Cell = [{ text: "–" }];

function cell(text: string, ...remarks: readonly (string | undefined)[]): Cell {
  const below = remarks.filter((remark) => remark !== undefined && remark !== "");
  return [{ text }, ...below.map((remark) => ({ text: remark ?? "", soft: true }))];
}

/** A row about an instant of ours; what the operator says of it stands at its end. */
function ours(what: Cell, at: Date, operator: Cell = NONE): Row {
  const [local, utc] = [shortInstant(at), utcInstant(at)];
  return { at, cells: [what, [{ text: local }], [{ text: utc, soft: true }], operator] };
}

function describe(record: Evidence, facts: CertificateFacts, wording: Wording): Row {
  const { at, body } = record;
  const { event } = wording;
  const status = (code: number | null): string | undefined =>
    code === null ? undefined : `SMPP command_status 0x${code.toString(16).padStart(8, "0")}`;
  const before = (accepted: readonly AcceptedSegment[]): string | undefined =>
    accepted.length === 0
      ? undefined
      : event.someAccepted({
          numbers: accepted.map(({ number }) => number),
          total: facts.segments.length,
        });
  switch (body.event) {
    case "SubmissionAcceptance":
      return ours(cell(event.accepted), at);
    case "RelayAttempt":
      return ours(cell(event.attempt(body.attempt)), at);
    case "RelayDeferred":
      return ours(cell(event.deferred, status(body.commandStatus), before(body.accepted)), at);
    case "RelayToNonERDS":
      return ours(cell(event.relayed(facts.segments.length)), at);
    case "RelayToNonERDSFailure": {
      const text = body.reason === "refused" ? event.refused : event.unconfirmed;
      return ours(cell(text, status(body.commandStatus), before(body.accepted)), at);
    }
    case "DeliveryReceipt":
      return report(record.seq, body, facts, wording);
    case "ResendOrdered":
      return ours(cell(event.resend, `${body.orderedBy}: ${body.reason}`), at);
    case "ContentHandover":
      return ours(cell(event.delivered), new Date(body.deliveredAt));
    case "ContentHandoverFailure":
      return ours(cell(event.undelivered), at);
    case "SubmissionCancelled":
      // A message that was cancelled has no certificate.
      return ours(NONE, at);
    case "LateDelivery": {
      const dated =
        body.deliveredAt === null ? "" : `: ${localInstant(new Date(body.deliveredAt))}`;
      const remark = event.lateVerdict[body.verdict] + dated;
      return ours(cell(event.late, remark), new Date(body.receivedAt));
    }
    case "ConflictDecided":
      return ours(
        cell(
          event.decided[body.as],
          conflictInWords(body.conflict, facts.segments.length, wording),
          `${body.decidedBy}: ${body.reason}`,
        ),
        at,
      );
    case "CertificateMailed":
      return ours(cell(event.mailed), at);
    case "CertificateIssued":
      return ours(cell(event.issuedBefore(wording.title[body.kind]), `CSV ${body.csv}`), at);
  }
}

/** A report of the operator: how it was attributed, and what became of it. */
function report(seq: number, body: ReceiptBody, facts: CertificateFacts, wording: Wording): Row {
  const { event, label } = wording;
  const arrivedAt = new Date(body.receivedAt);
  const segment = facts.segments.find(({ number }) => number === body.segment);
  // The table of segments has the code of the report that counts.
  const counts = segment?.stateAt?.getTime() === arrivedAt.getTime();
  const submitted = facts.receipts.find(
    ({ receiptId }) => receiptId === body.receiptId,
  )?.operatorSubmitDate;
  const dates = [
    ...(submitted === undefined ? [] : [`submit ${submitted}`]),
    ...(body.operatorDoneDate === null ? [] : [`done ${body.operatorDoneDate}`]),
  ];
  return ours(
    cell(
      event.receipt(body.segment, wording.state[body.messageState]),
      body.errorCode === null || counts ? undefined : `${label.operatorCode} ${body.errorCode}`,
      body.matchedBy === "recipient" ? event.byNumber : undefined,
      body.doubt === null ? undefined : event.doubtful(body.doubt),
      judged(seq, body, segment, facts, wording),
    ),
    arrivedAt,
    dates.length === 0 ? NONE : cell(dates.join(" · ")),
  );
}

/** What the decision of a person made of a report that it was about; undefined without one. */
function judged(
  seq: number,
  body: ReceiptBody,
  segment: SegmentView | undefined,
  { evidence }: CertificateFacts,
  { event }: Wording,
): string | undefined {
  const decision = evidence.findLast((record) => record.body.event === "ConflictDecided");
  if (segment?.decided === undefined || !decision || decision.seq < seq) return undefined;
  const says = saysOf(body.messageState);
  if (says === undefined && body.doubt === null) return undefined;
  return says === segment.decided ? event.upheld : event.setAside;
}

/** One row for each segment: what the operator calls it, and what became of it. */
export function writeSegments(
  paper: Paper,
  number: number,
  facts: CertificateFacts,
  wording: Wording,
): void {
  const { label } = wording;
  heading(paper, number, wording.section.segments);
  table(
    paper,
    [0.06, 0.16, 0.175, 0.07, 0.535],
    [label.segment, label.smscMessageId, label.state, label.code, label.payloadSha256],
    facts.segments.map((segment) => [
      [{ text: `${segment.number}/${facts.segments.length}`, weight: "bold" as const }],
      [{ text: segment.smscMessageId ?? "–" }],
      stateOf(segment, wording),
      [{ text: segment.errorCode ?? "–" }],
      [{ text: segment.payloadSha256 ?? "–", small: true }],
    ]),
  );
}

function stateOf({ messageState }: SegmentView, wording: Wording): Cell {
  if (messageState === undefined) return cell(wording.noState);
  return [{ text: `${wording.state[messageState]} (${messageState})` }];
}
