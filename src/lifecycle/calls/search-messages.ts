import { assertMay, type Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { UUID, type MessageId } from "../../domain/ids.ts";
import { tryFold, IllegalEvidence, type MessageView, type Stage } from "../../domain/message.ts";
import { parseMsisdn } from "../../domain/msisdn.ts";
import type { Message } from "../../domain/submission.ts";
import type { Words } from "../../domain/words.ts";
import { readChains } from "../../store/evidence.ts";
import { readMessages } from "../../store/messages.ts";
import { searchMessages as findIds } from "../../store/search.ts";
import { findCallerById } from "../../store/parties/users.ts";
import type { LifecycleContext } from "../context.ts";

/** What a caller looks for; undefined: whatever it is. */
export interface MessageSearch {
  readonly acceptedFrom: Date;
  /** Not included; undefined: until now. */
  readonly acceptedUntil?: Date | undefined;
  readonly recipient?: string | undefined;
  readonly clientReference?: string | undefined;
  readonly fileNumber?: string | undefined;
  readonly costCentre?: string | undefined;
  readonly username?: string | undefined;
  readonly stage?: Stage["name"] | undefined;
  /** As the page before gave it. */
  readonly cursor?: string | undefined;
  /** 1…100. */
  readonly pageSize: number;
}

export interface FoundMessage {
  readonly message: Message;
  readonly username: string;
  readonly view: MessageView;
}

export interface FoundPage {
  readonly found: readonly FoundMessage[];
  /** Undefined: there is nothing older. */
  readonly nextCursor: string | undefined;
}

/** How many messages one call looks at for a stage, which is no column: the rest is the next page's. */
const MOST_LOOKED_AT = 1_000;

/**
 * The messages of the caller's entity that fit, from the newest on: the caller's own, or all with the
 * permission to consult. A page may be shorter than asked for, or empty, and still have a next one: a
 * call looks at a bounded number of messages.
 *
 * @throws ServiceError NotAuthorised; InvalidPeriod for a period or a cursor that is none;
 *   InvalidRecipient
 */
export async function searchMessages(
  context: LifecycleContext,
  caller: Caller,
  search: MessageSearch,
): Promise<FoundPage> {
  const now = context.clock.now();
  assertMay(caller, now, "send", "certificates", "consult");
  const { entity, user } = caller;
  const acceptedUntil = search.acceptedUntil ?? new Date(now.getTime() + 1);
  if (search.acceptedFrom >= acceptedUntil) throw invalid("acceptedUntil", NO_PERIOD);
  const limit = search.stage === undefined ? search.pageSize : MOST_LOOKED_AT;
  const ids = await findIds(context.db, {
    ...{ entityId: entity.entityId, acceptedFrom: search.acceptedFrom, acceptedUntil, limit },
    userId: user.permissions.includes("consult") ? undefined : user.userId,
    username: search.username,
    recipient: search.recipient === undefined ? undefined : parseMsisdn(search.recipient),
    clientReference: search.clientReference,
    fileNumber: search.fileNumber,
    costCentre: search.costCentre,
    before: search.cursor === undefined ? undefined : readCursor(search.cursor),
  });
  const views = await readViews(context, ids, search.stage);
  const fitting = ids.filter((id) => views.has(id)).slice(0, search.pageSize);
  const full = fitting.length === search.pageSize;
  const lookedAt = full ? fitting.at(-1) : ids.at(-1);
  const more = full || ids.length === limit;
  return {
    found: await describe(context, fitting, views),
    nextCursor: more && lookedAt !== undefined ? writeCursor(lookedAt) : undefined,
  };
}

/** Of those at a stage, when one is asked for; damaged evidence has no stage and is left out. */
async function readViews(
  context: LifecycleContext,
  ids: readonly MessageId[],
  stage: Stage["name"] | undefined,
): Promise<Map<MessageId, MessageView>> {
  const views = new Map<MessageId, MessageView>();
  if (ids.length === 0) return views;
  for (const [messageId, chain] of await readChains(context.db, ids)) {
    const view = tryFold(chain);
    if (view instanceof IllegalEvidence) continue;
    if (stage === undefined || view.stage.name === stage) views.set(messageId, view);
  }
  return views;
}

async function describe(
  context: LifecycleContext,
  ids: readonly MessageId[],
  views: ReadonlyMap<MessageId, MessageView>,
): Promise<FoundMessage[]> {
  const messages = await readMessages(context.db, ids);
  const byId = new Map(messages.map((message) => [message.messageId, message]));
  const usernames = new Map<string, string>();
  for (const userId of new Set(messages.map((message) => message.userId))) {
    const sender = await findCallerById(context.db, userId);
    usernames.set(userId, sender?.user.username ?? "");
  }
  return ids.flatMap((id) => {
    const message = byId.get(id);
    const view = views.get(id);
    return message && view
      ? [{ message, view, username: usernames.get(message.userId) ?? "" }]
      : [];
  });
}

/** Opaque to callers: the key of the last message that was looked at. */
function writeCursor(messageId: MessageId): string {
  return Buffer.from(messageId.replaceAll("-", ""), "hex").toString("base64url");
}

function readCursor(cursor: string): MessageId {
  const hex = Buffer.from(cursor, "base64url").toString("hex");
  const messageId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  if (!UUID.test(messageId)) throw invalid("cursor", NO_CURSOR);
  return messageId as MessageId;
}

function invalid(field: string, hint: Words): ServiceError {
  return new ServiceError("InvalidPeriod", { field, hint });
}

const NO_PERIOD: Words = {
  ca: "acceptedUntil ha de ser posterior a acceptedFrom.",
  es: "acceptedUntil debe ser posterior a acceptedFrom.",
  en: "acceptedUntil must come after acceptedFrom.",
};
const NO_CURSOR: Words = {
  ca: "El cursor no és cap dels que ha donat una pàgina anterior.",
  es: "El cursor no es ninguno de los que ha dado una página anterior.",
  en: "The cursor is none that a page before has given.",
};
