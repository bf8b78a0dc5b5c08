import type { MessageState } from "./delivery-receipt.ts";

/** Why reports cannot be relied upon, as it stands in evidence and before the person who decides. */
export type Conflict =
  | {
      readonly kind: "contradiction";
      readonly segment: number;
      readonly later: MessageState;
      readonly earlier: MessageState;
    }
  | { readonly kind: "afterDecision"; readonly segment: number }
  /** A report that contradicts itself, or was read only by relaxing a rule. */
  | { readonly kind: "doubt"; readonly segment: number; readonly doubt: string }
  | { readonly kind: "unattributed" };

export const AFTER_DECISION = "DELIVERED was reported after a person had decided";
export const UNATTRIBUTED = "a receipt about it fits no segment alone";

export function contradiction(later: MessageState, earlier: MessageState): string {
  return `${later} was reported after ${earlier}`;
}

export function ofSegment(segment: number, why: string): string {
  return `segment ${segment}: ${why}`;
}

/** Reads what the functions above have written; whatever else stands there is a doubt. */
export function parseConflict(text: string): Conflict {
  if (text === UNATTRIBUTED) return { kind: "unattributed" };
  const [, number = "0", why = text] = /^segment (\d+): (.*)$/s.exec(text) ?? [];
  const segment = Number(number);
  if (why === AFTER_DECISION) return { kind: "afterDecision", segment };
  const [, later, earlier] = /^([A-Z]+) was reported after ([A-Z]+)$/.exec(why) ?? [];
  return later === undefined || earlier === undefined
    ? { kind: "doubt", segment, doubt: why }
    : {
        kind: "contradiction",
        segment,
        later: later as MessageState,
        earlier: earlier as MessageState,
      };
}
