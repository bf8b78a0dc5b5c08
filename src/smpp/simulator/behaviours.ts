import { STATUS } from "../command-status.ts";

/** One report that the simulated SMSC makes of a segment, in the order of its list. */
export interface ReceiptPlan {
  /** The word after `stat:`; undefined for a receipt that only has TLVs. */
  readonly stat: string;
  readonly err: string;
  /** message_state of the TLVs; undefined leaves the TLVs out. */
  readonly messageState: number | undefined;
  readonly carrier: "shortMessage" | "messagePayload" | "dataSm";
  /** Claimed for the body; its octets are ASCII all the same. */
  readonly dataCoding: number;
  /** A subscriber's text instead of a receipt. */
  readonly forged: boolean;
  /** How many times it is sent. */
  readonly copies: number;
}

export interface Behaviour {
  readonly what: string;
  /** What happens to submit_sm. `cut` takes the segment and cuts the link; `silent` does not answer. */
  readonly answer:
    "accept" | "cut" | "silent" | { readonly refuse: number; readonly times: number };
  readonly answerAfter: number;
  /** Milliseconds from the submit to the first receipt; the usual delay when undefined. */
  readonly receiptAfter: number | undefined;
  readonly receiptFirst: boolean;
  /** Hexadecimal in the answer, decimal in the receipt. */
  readonly hexadecimalAnswer: boolean;
  readonly receipts: readonly ReceiptPlan[];
  /** Only this segment of a long message behaves so; the others are delivered or, when `restSilent`, never reported. */
  readonly onlySegment: number | undefined;
  readonly restSilent: boolean;
  /** What query_sm tells when it is not the state of the last receipt. */
  readonly queryState: number | undefined;
}

const FOREVER = Infinity;

function receipt(stat: string, messageState: number, more: Partial<ReceiptPlan> = {}): ReceiptPlan {
  return {
    stat,
    err: "000",
    messageState,
    carrier: "shortMessage",
    dataCoding: 0,
    forged: false,
    copies: 1,
    ...more,
  };
}

const DELIVERED = receipt("DELIVRD", 2);

function behaviour(what: string, more: Partial<Behaviour> = {}): Behaviour {
  return {
    what,
    answer: "accept",
    answerAfter: 0,
    receiptAfter: undefined,
    receiptFirst: false,
    hexadecimalAnswer: false,
    receipts: [DELIVERED],
    onlySegment: undefined,
    restSilent: false,
    queryState: undefined,
    ...more,
  };
}

function refuses(what: string, refuse: number, times = FOREVER): Behaviour {
  return behaviour(what, { answer: { refuse, times } });
}

const DELIVERS = behaviour("delivered: TLVs and text");

/** What the last three digits of a recipient make of a segment; all others are delivered. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  "000": DELIVERS,
  "001": behaviour("hexadecimal id in the answer, decimal in the receipt, no TLVs", {
    hexadecimalAnswer: true,
    receipts: [{ ...DELIVERED, messageState: undefined }],
  }),
  "002": behaviour("the receipt comes before the answer", { receiptFirst: true }),
  "003": behaviour("three identical receipts", { receipts: [{ ...DELIVERED, copies: 3 }] }),
  "004": behaviour("never answered, but the receipt comes", { answer: "silent" }),
  "005": refuses("throttled twice, then delivered", STATUS.RTHROTTLED, 2),
  "006": refuses("queue full once, then delivered", STATUS.RMSGQFUL, 1),
  "007": refuses("refused: invalid destination", STATUS.RINVDSTADR),
  "008": behaviour("ENROUTE, ACCEPTD, then DELIVRD", {
    receipts: [receipt("ENROUTE", 1), receipt("ACCEPTD", 6), DELIVERED],
  }),
  "009": behaviour("UNDELIV in lower case, err:1A5", {
    receipts: [receipt("undeliv", 5, { err: "1A5" })],
  }),
  "010": behaviour("EXPIRED", { receipts: [receipt("EXPIRED", 3)] }),
  "011": behaviour("the receipt is in message_payload", {
    receipts: [{ ...DELIVERED, carrier: "messagePayload" }],
  }),
  "012": behaviour("the receipt is a data_sm with TLVs only", {
    receipts: [{ ...DELIVERED, carrier: "dataSm" }],
  }),
  "013": behaviour("the receipt claims data_coding 8", {
    receipts: [{ ...DELIVERED, dataCoding: 8 }],
  }),
  "014": behaviour("the link is cut before the answer; no receipt", {
    answer: "cut",
    receipts: [],
  }),
  "015": behaviour("the link is cut before the answer; the receipt comes", { answer: "cut" }),
  "016": behaviour("the TLV says DELIVERED, the text UNDELIV", {
    receipts: [receipt("UNDELIV", 2)],
  }),
  "017": behaviour("DELIVRD, then UNDELIV", { receipts: [DELIVERED, receipt("UNDELIV", 5)] }),
  "018": behaviour("UNKNOWN", { receipts: [receipt("UNKNOWN", 7)] }),
  "019": behaviour("REJECTD", { receipts: [receipt("REJECTD", 8, { err: "069" })] }),
  "020": behaviour("no receipt, but the subscriber writes a text that looks like one", {
    receipts: [{ ...DELIVERED, forged: true, messageState: undefined }],
  }),
  "021": behaviour("answered after three seconds", { answerAfter: 3_000 }),
  "022": refuses("refused for now, always: system error", STATUS.RSYSERR),
  "023": behaviour("ACCEPTD and nothing more", { receipts: [receipt("ACCEPTD", 6)] }),
  "024": behaviour("DELETED", { receipts: [receipt("DELETED", 4)] }),
  "025": behaviour("only the first segment is ever reported", { onlySegment: 1, restSilent: true }),
  "026": behaviour("the second segment is UNDELIV", {
    onlySegment: 2,
    receipts: [receipt("UNDELIV", 5, { err: "011" })],
  }),
  "027": behaviour("delivered, reported after a minute", { receiptAfter: 60_000 }),
  "404": behaviour("silent: accepted, never reported", { receipts: [], queryState: 1 }),
  "405": behaviour("never reported, but query_sm says DELIVERED", { receipts: [], queryState: 2 }),
};

/** What happens to one segment for a recipient. */
export function behaviourFor(recipient: string, segment: number): Behaviour {
  const found = BEHAVIOURS[recipient.slice(-3)] ?? DELIVERS;
  if (found.onlySegment === undefined || found.onlySegment === segment) return found;
  return found.restSilent ? { ...found, receipts: [] } : DELIVERS;
}

/** One line for each suffix, for people. */
export function describeBehaviours(): string {
  return Object.entries(BEHAVIOURS)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([suffix, { what }]) => `${suffix}  ${what}`)
    .join("\n");
}
