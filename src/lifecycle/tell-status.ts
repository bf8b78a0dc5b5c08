import type { Caller } from "../domain/entity.ts";
import type { MessageId } from "../domain/ids.ts";
import type { EvidenceEvent } from "../domain/evidence.ts";
import type { MessageView } from "../domain/message.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { LifecycleContext } from "./context.ts";

/** How a caller names a message of its own entity. */
export type MessageKey = { readonly messageId: string } | { readonly clientReference: string };

export interface StatusEntry {
  readonly key: MessageKey;
  /** Undefined: the caller's entity has no such message, or another user's that it may not see. */
  readonly found: MessageStatus | undefined;
}

export interface MessageStatus {
  readonly messageId: MessageId;
  readonly clientReference: string;
  readonly view: MessageView;
  readonly acceptedAt: Date;
  readonly receiptDeadline: Date;
  readonly history: readonly { readonly at: Date; readonly event: EvidenceEvent }[];
  readonly certificate:
    | { readonly state: "pending"; readonly expectedBy: Date }
    | {
        readonly state: "issued";
        readonly kind: CertificateKind;
        readonly issuedAt: Date;
        readonly csv: string;
      }
    | { readonly state: "none" };
  /** The instant when something is expected next; undefined when the message is at its end. */
  readonly nextExpectedAt: Date | undefined;
}

/** Where messages are; one entry per key, in the order asked. */
export function tellStatus(
  _context: LifecycleContext,
  _caller: Caller,
  _keys: readonly MessageKey[],
): Promise<StatusEntry[]> {
  throw new Error("being written");
}
