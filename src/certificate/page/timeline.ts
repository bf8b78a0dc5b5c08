import type { CertificateFacts } from "../../domain/certificate.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { SegmentView } from "../../domain/message.ts";
import type { Wording } from "../wording/wording.ts";
import { shortInstant, utcInstant } from "./instants.ts";
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
  const submitDates = new Map(
    facts.receipts.map(({ receiptId, operatorSubmitDate }) => [receiptId, operatorSubmitDate]),
  );
  const scheduled = facts.message.scheduledAt;
  const rows = facts.evidence.flatMap((record) => {
    const row = describe(record, wording, submitDates);
    const after =
      record.body.event === "SubmissionAcceptance" && scheduled
        ? [[cell(event.scheduled), instant(scheduled), cell("–")]]
        : [];
    return [row, ...after];
  });
  rows.push(
    [cell(event.issued), instant(facts.issuedAt), cell("–")],
    [cell(event.stamped), cell(event.inSeal), cell("–")],
  );
  table(paper, [0.43, 0.29, 0.28], [label.event, label.ourTime, label.operatorTime], rows);
}

function cell(text: string, remark?: string): Cell {
  return remark === undefined ? [{ text }] : [{ text }, { text: remark, soft: true }];
}

function instant(at: Date): Cell {
  return [{ text: shortInstant(at) }, { text: utcInstant(at), soft: true }];
}

function describe(
  { at, body }: Evidence,
  wording: Wording,
  submitDates: ReadonlyMap<string, string | undefined>,
): Cell[] {
  const { event, label } = wording;
  const none = cell("–");
  const status = (code: number | null): string | undefined =>
    code === null ? undefined : `SMPP command_status 0x${code.toString(16).padStart(8, "0")}`;
  switch (body.event) {
    case "SubmissionAcceptance":
      return [cell(event.accepted), instant(at), none];
    case "RelayAttempt":
      return [cell(event.attempt(body.attempt)), instant(at), none];
    case "RelayDeferred":
      return [cell(event.deferred, status(body.commandStatus)), instant(at), none];
    case "RelayToNonERDS":
      return [cell(event.relayed), instant(at), none];
    case "RelayToNonERDSFailure": {
      const text = body.reason === "refused" ? event.refused : event.unconfirmed;
      return [cell(text, status(body.commandStatus)), instant(at), none];
    }
    case "DeliveryReceipt": {
      const code = body.errorCode === null ? [] : [`${label.operatorCode} ${body.errorCode}`];
      const remarks = [...code, ...(body.doubt === null ? [] : [event.doubtful])].join(" · ");
      const submitted = submitDates.get(body.receiptId);
      const dates = [
        ...(submitted === undefined ? [] : [`submit date: ${submitted}`]),
        ...(body.operatorDoneDate === null ? [] : [`done date: ${body.operatorDoneDate}`]),
      ];
      return [
        cell(
          event.receipt(body.segment, wording.state[body.messageState]),
          remarks === "" ? undefined : remarks,
        ),
        instant(new Date(body.receivedAt)),
        dates.length === 0 ? none : dates.map((text) => ({ text })),
      ];
    }
    case "ResendOrdered":
      return [cell(event.resend, body.reason), instant(at), none];
    case "ContentHandover":
      return [cell(event.delivered), instant(new Date(body.deliveredAt)), none];
    case "ContentHandoverFailure":
      return [cell(event.deadline), instant(at), none];
    case "SubmissionCancelled":
      // A message that was cancelled has no certificate.
      return [none, instant(at), none];
    case "LateDelivery": {
      const dated = body.deliveredAt === null ? none : instant(new Date(body.deliveredAt));
      const remark = event.lateVerdict[body.verdict];
      return [cell(event.late, remark), instant(new Date(body.receivedAt)), dated];
    }
    case "ConflictDecided":
      return [cell(event.decided[body.as], body.reason), instant(at), none];
    case "CertificateIssued":
      return [cell(`${event.issued}: ${body.csv}`), instant(at), none];
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
    [0.1, 0.43, 0.2, 0.27],
    [label.segment, label.smscMessageId, label.state, label.reportedAt],
    facts.segments.map((segment) => [
      [{ text: `${segment.number}/${facts.segments.length}`, weight: "bold" as const }],
      [
        { text: segment.smscMessageId ?? "–" },
        ...(segment.payloadSha256 === undefined
          ? []
          : [
              { text: `${label.payloadSha256}:`, soft: true },
              { text: segment.payloadSha256, soft: true },
            ]),
      ],
      stateOf(segment, wording),
      arrivalOf(segment),
    ]),
  );
}

function stateOf({ messageState, errorCode }: SegmentView, wording: Wording): Cell {
  if (messageState === undefined) return cell(wording.noState);
  const code = errorCode === undefined ? undefined : `${wording.label.operatorCode} ${errorCode}`;
  return [
    { text: `${wording.state[messageState]} (${messageState})` },
    ...(code === undefined ? [] : [{ text: code, soft: true }]),
  ];
}

function arrivalOf({ stateAt, operatorDoneDate }: SegmentView): Cell {
  if (!stateAt) return cell("–");
  return [
    { text: shortInstant(stateAt) },
    { text: utcInstant(stateAt), soft: true },
    ...(operatorDoneDate === undefined
      ? []
      : [{ text: `done date: ${operatorDoneDate}`, soft: true }]),
  ];
}
