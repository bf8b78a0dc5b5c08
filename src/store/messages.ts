import type { Encoding } from "../domain/content.ts";
import type { EntityId, MessageId, UserId } from "../domain/ids.ts";
import type { Msisdn } from "../domain/msisdn.ts";
import type { Channel, Consent, Message } from "../domain/submission.ts";
import type { Language } from "../domain/words.ts";
import type { Connection } from "./connection/database.ts";

interface MessageRow {
  message_id: MessageId;
  entity_id: EntityId;
  user_id: UserId;
  client_reference: string;
  channel: Channel;
  recipient_msisdn: Msisdn;
  recipient_name: string | null;
  recipient_legal_id: string | null;
  text: string;
  text_sha256: string;
  sender: string | null;
  language: Language;
  file_number: string | null;
  purpose: string | null;
  officer_name: string | null;
  officer_nif: string | null;
  officer_email: string | null;
  cost_centre: string | null;
  scheduled_at: Date | null;
  mailbox: string | null;
  encoding: Encoding;
  segment_count: number;
  accepted_at: Date;
  receipt_deadline: Date;
  consent: Consent | null;
}

export const MESSAGE_COLUMNS = `message_id, entity_id, user_id, client_reference, channel, recipient_msisdn,
  recipient_name, recipient_legal_id, text, text_sha256, sender, language, file_number, purpose,
  officer_name, officer_nif, officer_email, cost_centre, scheduled_at, mailbox, encoding,
  segment_count, accepted_at, receipt_deadline, consent`;

function toMessage(row: MessageRow): Message {
  const { officer_name, officer_nif } = row;
  return {
    messageId: row.message_id,
    entityId: row.entity_id,
    userId: row.user_id,
    clientReference: row.client_reference,
    channel: row.channel,
    recipient: {
      msisdn: row.recipient_msisdn,
      name: row.recipient_name ?? undefined,
      legalId: row.recipient_legal_id ?? undefined,
    },
    text: row.text,
    textSha256: row.text_sha256,
    sender: row.sender ?? undefined,
    language: row.language,
    fileNumber: row.file_number ?? undefined,
    purpose: row.purpose ?? undefined,
    officer:
      officer_name !== null && officer_nif !== null
        ? { name: officer_name, nif: officer_nif, email: row.officer_email ?? undefined }
        : undefined,
    consent: row.consent ?? undefined,
    costCentre: row.cost_centre ?? undefined,
    scheduledAt: row.scheduled_at ?? undefined,
    mailbox: row.mailbox ?? undefined,
    encoding: row.encoding,
    segmentCount: row.segment_count,
    acceptedAt: row.accepted_at,
    receiptDeadline: row.receipt_deadline,
  };
}

/** What a submission has become: the key that makes a repeated call harmless. */
export interface SubmissionKey {
  readonly messageId: MessageId;
  readonly digest: string;
}

export async function findSubmission(
  db: Connection,
  entityId: EntityId,
  clientReference: string,
): Promise<SubmissionKey | undefined> {
  const { rows } = await db.query<{ message_id: MessageId; digest: string }>(
    `select message_id, digest from submissions where entity_id = $1 and client_reference = $2`,
    [entityId, clientReference],
  );
  return rows[0] && { messageId: rows[0].message_id, digest: rows[0].digest };
}

/** The messages of these ids, in no order; ids that are none are left out. */
export async function readMessages(
  db: Connection,
  messageIds: readonly MessageId[],
): Promise<Message[]> {
  const { rows } = await db.query<MessageRow>(
    `select ${MESSAGE_COLUMNS} from messages where message_id = any($1::uuid[])`,
    [messageIds],
  );
  return rows.map(toMessage);
}

export async function readMessage(
  db: Connection,
  messageId: MessageId,
): Promise<Message | undefined> {
  const [message] = await readMessages(db, [messageId]);
  return message;
}

/** The ids behind references of one entity, by reference. */
export async function findByReference(
  db: Connection,
  entityId: EntityId,
  clientReferences: readonly string[],
): Promise<Map<string, MessageId>> {
  const { rows } = await db.query<{ client_reference: string; message_id: MessageId }>(
    `select client_reference, message_id from submissions
     where entity_id = $1 and client_reference = any($2::text[])`,
    [entityId, clientReferences],
  );
  return new Map(rows.map((row) => [row.client_reference, row.message_id]));
}
