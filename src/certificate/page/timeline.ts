import type { CertificateFacts } from "../../domain/certificate.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { SegmentView } from "../../domain/message.ts";
import type { Wording } from "../wording/wording.ts";
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
  const rows = facts.evidence.flatMap((record) => {
    const row = describe(record, facts, wording);
    if (record.body.event === "SubmissionAcceptance" && scheduledAt) {
      return [row, ours(cell(event.scheduled), scheduledAt)];
    }
    const late = record.body.event === "ContentHandoverFailure" && receiptDeadline <= record.at;
    return late ? [ours(cell(event.deadline), receiptDeadline), row] : [row];
  });
  rows.push(ours(cell(event.issued), facts.issuedAt), [
    cell(event.stamped),
    cell(event.inSeal),
    cell(event.inSeal),
    NONE,
  ]);
  table(
    paper,
    [0.317, 0.202, 0.193, 0.288],
    [label.event, label.ourTime, label.ourTimeUtc, label.operatorTime],
    rows,
  );
}

const NONE: Cell = [{ text: "–" }];

function cell(text: string, remark?: string): Cell {
  return remark === undefined ? [{ text }] : [{ text }, { text: remark, soft: true }];
}

/** A row about an instant of ours; what the operator says of it stands at its end. */
function ours(what: Cell, at: Date, operator: Cell = NONE): Cell[] {
  return [what, [{ text: shortInstant(at) }], [{ text: utcInstant(at), soft: true }], operator];
}

function describe({ at, body }: Evidence, facts: CertificateFacts, wording: Wording): Cell[] {
  const { event, label } = wording;
  const status = (code: number | null): string | undefined =>
    code === null ? undefined : `SMPP command_status 0x${code.toString(16).padStart(8, "0")}`;
  switch (body.event) {
    case "SubmissionAcceptance":
      return ours(cell(event.accepted), at);
    case "RelayAttempt":
      return ours(cell(event.attempt(body.attempt)), at);
    case "RelayDeferred":
      return ours(cell(event.deferred, status(body.commandStatus)), at);
    case "RelayToNonERDS":
      return ours(cell(event.relayed(facts.segments.length)), at);
    case "RelayToNonERDSFailure": {
      const text = body.reason === "refused" ? event.refused : event.unconfirmed;
      return ours(cell(text, status(body.commandStatus)), at);
    }
    case "DeliveryReceipt": {
      const arrivedAt = new Date(body.receivedAt);
      // The table of segments has the code of the report that counts.
      const counts = facts.segments.some(
        ({ number, stateAt }) =>
          number === body.segment && stateAt?.getTime() === arrivedAt.getTime(),
      );
      const code =
        body.errorCode === null || counts ? [] : [`${label.operatorCode} ${body.errorCode}`];
      const remarks = [...code, ...(body.doubt === null ? [] : [event.doubtful])].join(" · ");
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
          remarks === "" ? undefined : remarks,
        ),
        arrivedAt,
        dates.length === 0 ? NONE : cell(dates.join(" · ")),
      );
    }
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
      return ours(cell(event.decided[body.as], `${body.decidedBy}: ${body.reason}`), at);
    case "CertificateMailed":
      return ours(cell(event.mailed), at);
    case "CertificateIssued":
      return ours(cell(event.issuedBefore(wording.title[body.kind]), `CSV ${body.csv}`), at);
  }
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
