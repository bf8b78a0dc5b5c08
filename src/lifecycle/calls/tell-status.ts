import { addDuration } from "../../domain/clock.ts";
import { assertMay, type Caller } from "../../domain/entity.ts";
import type { Evidence, EvidenceEvent } from "../../domain/evidence.ts";
import type { MessageId } from "../../domain/ids.ts";
import { IllegalEvidence, tryFold, type MessageView } from "../../domain/message.ts";
import type { CertificateKind } from "../../domain/outcome.ts";
import type { Message } from "../../domain/submission.ts";
import { readChains } from "../../store/evidence.ts";
import type { LifecycleContext } from "../context.ts";
import { MATCH_PATIENCE } from "../settle-outcome.ts";
import { findMessages, type MessageKey } from "./find-message.ts";

export type { MessageKey } from "./find-message.ts";

export interface StatusEntry {
  readonly key: MessageKey;
  /** Undefined: the caller's entity has no such message, or it cannot be told where it is. */
  readonly found: MessageStatus | undefined;
  /** It is there and its evidence cannot be read: a person has to see to it. */
  readonly unreadable?: true;
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
        /** The code of the negative certificate that it corrects. */
        readonly corrects: string | undefined;
      }
    | { readonly state: "none" };
  /** The instant when something is expected next; undefined when the message is at its end. */
  readonly nextExpectedAt: Date | undefined;
}

/** Where messages are; one entry per key, in the order asked. */
export async function tellStatus(
  context: LifecycleContext,
  caller: Caller,
  keys: readonly MessageKey[],
): Promise<StatusEntry[]> {
  assertMay(caller, context.clock.now(), "send", "certificates", "consult");
  const messages = await findMessages(context, caller, keys);
  const found = messages.filter((message) => message !== undefined);
  const chains = await readChains(
    context.db,
    found.map(({ messageId }) => messageId),
  );
  return keys.map((key, index) => {
    const message = messages[index];
    if (!message) return { key, found: undefined };
    const chain = chains.get(message.messageId) ?? [];
    const view = tryFold(chain);
    return view instanceof IllegalEvidence
      ? { key, found: undefined, unreadable: true }
      : { key, found: statusOf(context, message, chain, view) };
  });
}

/**
 * By when a message has its certificate, as far as is known now: a positive one comes sooner. When that
 * has passed, because a report waits to be matched, a person has to decide, or no time-stamp is to be
 * had, it is a whole number of patiences later: never an instant in the past.
 */
export function certificateExpectedBy(
  { clock, settings }: Pick<LifecycleContext, "clock" | "settings">,
  { receiptDeadline }: Pick<Message, "receiptDeadline">,
): Date {
  const first = addDuration(receiptDeadline, settings.receiptGrace);
  const late = clock.now().getTime() - first.getTime();
  const patiences = Math.max(0, Math.floor(late / MATCH_PATIENCE) + 1);
  return new Date(first.getTime() + patiences * MATCH_PATIENCE);
}

function statusOf(
  context: LifecycleContext,
  message: Message,
  chain: readonly Evidence[],
  view: MessageView,
): MessageStatus {
  const issued = view.certificates.at(-1);
  const expectedBy = certificateExpectedBy(context, message);
  const certificate: MessageStatus["certificate"] = issued
    ? {
        state: "issued",
        kind: issued.kind,
        issuedAt: issued.issuedAt,
        csv: issued.csv,
        corrects:
          issued.kind === "corrective"
            ? view.certificates.find(({ kind }) => kind === "negative")?.csv
            : undefined,
      }
    : view.stage.name === "cancelled"
      ? { state: "none" }
      : { state: "pending", expectedBy };
  return {
    messageId: message.messageId,
    clientReference: message.clientReference,
    view,
    acceptedAt: message.acceptedAt,
    receiptDeadline: message.receiptDeadline,
    history: chain.map(({ at, body }) => ({ at, event: body.event })),
    certificate,
    nextExpectedAt: nextExpectedAt(message, view, certificate),
  };
}

function nextExpectedAt(
  message: Message,
  view: MessageView,
  certificate: MessageStatus["certificate"],
): Date | undefined {
  if (certificate.state !== "pending") return undefined;
  if (view.stage.name === "accepted" && message.scheduledAt) return message.scheduledAt;
  return certificate.expectedBy;
}
