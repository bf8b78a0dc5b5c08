import { contradictionOf } from "../domain/contradiction.ts";
import type { DecidedAs, Evidence } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { maskMsisdn } from "../domain/msisdn.ts";
import { decideConflict, type DecisionRefusal } from "../lifecycle/decisions/decide-conflict.ts";
import { readConflict, readConflicts } from "../store/conflicts.ts";
import { readChain } from "../store/evidence.ts";
import { readMessage } from "../store/messages.ts";
import { readReceipts, readUnmatchedAbout } from "../store/receipts.ts";
import { systemClock } from "../system.ts";
import {
  print,
  readArguments,
  readMessageId,
  table,
  UsageError,
  type Arguments,
  type Command,
} from "./command.ts";
import { withDatabase, type OpenDatabase } from "./open-database.ts";
import { inWords, receiptInWords } from "./evidence-words.ts";

const MOST_LISTED = 500;

export const conflictsCommand: Command = {
  name: "conflicts",
  summary: "messages whose reports contradict each other, and the decision of a person about them",
  usage: `conflicts              those that wait for a decision, the longest first
conflicts show ID      what happened to one, and what the operator reported
conflicts decide ID --as delivered|not-delivered --by NAME --why TEXT
  who decided and why becomes evidence, and the certificate tells why; it cannot be taken back.
  A certificate that was issued before stands: its public page tells that it is contradicted, and what
  was decided. Only a delivery dated inside the period corrects one (delivered, after a negative one)`,
  async run(args) {
    const [word, ...rest] = args;
    if (word === "show") {
      const messageId = idOf(readArguments(rest, {}, ["ID"]));
      return withDatabase((database) => show(database, messageId));
    }
    if (word === "decide") return withDatabase((database) => decide(database, rest));
    readArguments(args, {});
    return withDatabase(list);
  },
};

function idOf({ words }: Arguments): MessageId {
  return readMessageId("ID", words[0] ?? "");
}

async function list({ db }: OpenDatabase): Promise<number> {
  const held = await readConflicts(db, { limit: MOST_LISTED });
  const rows = held.map((each) => ({
    message: each.messageId,
    since: each.heldSince?.toISOString() ?? "",
    recipient: maskMsisdn(each.recipient),
    entity: each.entityName,
    reference: each.clientReference,
    "period ends": each.receiptDeadline.toISOString(),
    what: each.what,
  }));
  print(rows.length === 0 ? "no message waits for a decision" : table(rows));
  return 0;
}

async function show({ db }: OpenDatabase, messageId: MessageId): Promise<number> {
  const message = await readMessage(db, messageId);
  if (!message) throw new UsageError("there is no such message");
  const conflict = await readConflict(db, messageId);
  const chain = await readChain(db, messageId);
  const receipts = await readReceipts(db, receiptIdsOf(chain));
  const elsewhere = await readUnmatchedAbout(db, messageId);
  const lines = [
    `message ${messageId} to ${maskMsisdn(message.recipient.msisdn)}, reference ${message.clientReference}`,
    `period: ${(message.scheduledAt ?? message.acceptedAt).toISOString()} to ${message.receiptDeadline.toISOString()}`,
    conflict === undefined ? "waits for no decision" : `waits for a decision: ${conflict}`,
    "",
    "Evidence:",
    ...chain.map((record) => `  ${record.at.toISOString()}  ${inWords(record.body)}`),
    "",
    "Reports of the operator:",
    ...receipts.map((receipt) => `  ${receiptInWords(receipt)}`),
    ...(receipts.length === 0 ? ["  (none)"] : []),
    ...(elsewhere.length === 0
      ? []
      : ["", "Reports that may be about it and fit no segment alone:"]),
    ...elsewhere.map((receipt) => `  ${receiptInWords(receipt)}`),
  ];
  print(lines.join("\n"));
  return 0;
}

function receiptIdsOf(chain: readonly Evidence[]) {
  return chain.flatMap(({ body }) => (body.event === "DeliveryReceipt" ? [body.receiptId] : []));
}

const DECISIONS: Readonly<Record<string, DecidedAs>> = {
  delivered: "delivered",
  "not-delivered": "notDelivered",
};

const REFUSED: Record<DecisionRefusal, string> = {
  unknown: "there is no such message",
  notHeld: "it waits for no decision; perhaps somebody else has decided",
  damaged: "its evidence cannot be read; run verify",
  notReported:
    "the operator has not reported the delivery of every segment: it cannot be certified",
  noDateInside:
    "its period is over, and the operator gives no delivery date inside it: nothing can be corrected",
};

async function decide({ db, settings }: OpenDatabase, args: readonly string[]): Promise<number> {
  const options = readArguments(
    args,
    { as: { type: "string" }, by: { type: "string" }, why: { type: "string" } },
    ["ID"],
  );
  const messageId = idOf(options);
  const as = DECISIONS[options.needed("as")];
  if (!as) throw new UsageError("--as must be delivered or not-delivered");
  const decision = { as, decidedBy: options.needed("by"), reason: options.needed("why") };
  const answer = await decideConflict({ db, clock: systemClock, settings }, messageId, decision);
  if (answer !== "decided") throw new UsageError(REFUSED[answer]);
  print(`decided: ${messageId} counts as ${options.needed("as")}`);
  const chain = await readChain(db, messageId);
  const issued = chain.findLast(({ body }) => body.event === "CertificateIssued");
  if (issued?.body.event !== "CertificateIssued") return 0;
  const { kind } = issued.body;
  if (contradictionOf(kind, chain)?.kind !== "refuted") return 0;
  print(`its ${kind} certificate was issued before and stands: its public page tells the decision`);
  return 0;
}
