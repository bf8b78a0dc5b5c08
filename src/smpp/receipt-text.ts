import type { MessageState } from "../domain/delivery-receipt.ts";

/** What the text of a receipt says; SMPP 3.4, Appendix B, which leaves it to the vendor. */
export interface ReceiptText {
  readonly id: string | undefined;
  readonly stat: string | undefined;
  readonly err: string | undefined;
  readonly submitDate: string | undefined;
  readonly doneDate: string | undefined;
  /** Which of id and stat stand there with two values, and with which. */
  readonly ambiguous: ReadonlyMap<string, string>;
  /** The rule that was relaxed to read id or stat. */
  readonly loose: string | undefined;
}

const LONGEST = 1_024;
const LONGEST_VALUE_TOLD = 80;
const KEY = /(?<=^|\s|text:)(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text):/gi;

/**
 * Reads the keys in any order and any case; every value stays a string. The octets are Latin-1,
 * whatever data_coding says. What follows `text:` was written by the sender of the message: once id
 * and stat are known it is not looked at, and what is found only there is loose.
 */
export function parseReceiptText(octets: Buffer): ReceiptText {
  const raw = octets.subarray(0, LONGEST).toString("latin1").replace(/\0+$/, "");
  const text = raw.replaceAll("\0", "");
  const found = new Map<string, string>();
  const ambiguous = new Map<string, string>();
  let loose = text.length < raw.length ? "NUL octets inside the text" : undefined;
  let afterText = false;
  const keys = [...text.matchAll(KEY)];
  for (const [index, match] of keys.entries()) {
    const key = (match[1] ?? "").toLowerCase().replace(/[ _]/, "");
    if (key === "text") {
      if (found.has("id") && found.has("stat")) break;
      afterText = true;
      continue;
    }
    const rest = text.slice(match.index + match[0].length, keys[index + 1]?.index);
    const value = /^\s*(\S*)/.exec(rest)?.[1] ?? "";
    const before = found.get(key);
    const decides = key === "id" || key === "stat";
    if (decides && before !== undefined && before !== value) {
      const [one, other] = [before, value].map((each) => each.slice(0, LONGEST_VALUE_TOLD));
      ambiguous.set(key, `${key} is both ${one ?? ""} and ${other ?? ""}`);
    }
    if (decides && afterText) loose = `${key} stands after text`;
    if (decides && /^\s/.test(rest) && value !== "") loose = `a blank before the value of ${key}`;
    if (before === undefined && value !== "") found.set(key, value);
  }
  return {
    id: found.get("id"),
    stat: found.get("stat"),
    err: found.get("err"),
    submitDate: found.get("submitdate"),
    doneDate: found.get("donedate"),
    ambiguous,
    loose,
  };
}

const STATES: Readonly<Record<string, MessageState>> = {
  DELIVRD: "DELIVERED",
  EXPIRED: "EXPIRED",
  DELETED: "DELETED",
  UNDELIV: "UNDELIVERABLE",
  REJECTD: "REJECTED",
  REJECTED: "REJECTED",
  FAILED: "REJECTED",
  DND_REJECTED: "REJECTED",
  ACCEPTD: "ACCEPTED",
  ENROUTE: "ENROUTE",
  BUFFRED: "ENROUTE",
  BUFFERD: "ENROUTE",
  ACKED: "ENROUTE",
  SCHEDULED: "ENROUTE",
  UNKNOWN: "UNKNOWN",
};

/** Spellings that nobody specifies but whose sense is plain. */
const PLAIN: Readonly<Record<string, MessageState>> = {
  DELIVERED: "DELIVERED",
  UNDELIVERABLE: "UNDELIVERABLE",
  UNDELIVERED: "UNDELIVERABLE",
  ACCEPTED: "ACCEPTED",
};

/** The state that a word after `stat:` stands for, and whether only by its plain sense. */
export function stateOfWord(
  word: string,
  extra: Readonly<Record<string, MessageState>>,
): { readonly state: MessageState; readonly loose: boolean } {
  const capitals = word.toUpperCase();
  const state = extra[capitals] ?? STATES[capitals];
  if (state !== undefined) return { state, loose: false };
  return { state: PLAIN[capitals] ?? "UNRECOGNISED", loose: true };
}
