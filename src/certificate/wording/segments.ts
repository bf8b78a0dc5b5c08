import type { NotDeliveredReason } from "../../domain/outcome.ts";

/** Segments of a message, by their numbers, of how many. */
export interface Which {
  readonly numbers: readonly number[];
  readonly total: number;
}

/** What became of a segment. */
export type Fate =
  | "delivered"
  | NotDeliveredReason
  /** One before it was not accepted. */
  | "notSent";

/** How a language names segments, each with its article. */
export interface SegmentNouns {
  /** The message, when it is one segment. */
  readonly sms: string;
  readonly one: string;
  readonly several: string;
  all(count: number): string;
  /** Between the number and the total. */
  readonly of: string;
  /** Before the last of a list. */
  readonly and: string;
}

/** `the SMS`, `segment 2 of 3`, `segments 1 and 3 of 3`, `all three segments of the SMS`. */
export function named({ numbers, total }: Which, nouns: SegmentNouns): string {
  if (total === 1) return nouns.sms;
  if (numbers.length === total) return nouns.all(total);
  const last = numbers.at(-1) ?? 0;
  if (numbers.length === 1) return `${nouns.one} ${last} ${nouns.of} ${total}`;
  const list = `${numbers.slice(0, -1).join(", ")} ${nouns.and} ${last}`;
  return `${nouns.several} ${list} ${nouns.of} ${total}`;
}
