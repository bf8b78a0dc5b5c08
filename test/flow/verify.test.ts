import { acceptBatch } from "../../src/lifecycle/calls/answer-batches.ts";
import { answerBusBatches } from "../../src/pica/batches/work-on-batches.ts";
import type { Control, Solicitud } from "../../src/pica/petition.ts";
import { authoriseMailbox } from "../../src/store/parties/mailboxes.ts";
import { INVARIANTS, type Damage } from "../../src/store/integrity.ts";
import { DAMAGES, ELSEWHERE } from "../support/damages.ts";
import { withClient } from "../support/database.ts";
import {
  dated,
  hoursAfter,
  startToldStory,
  type Sent,
  type ToldStory,
} from "../support/told-story.ts";

let told: ToldStory;
beforeAll(async () => {
  told = await startToldStory();
  await handOver("done");
  await answerBusBatches(told.context);
  await handOver("waiting");
});
afterAll(() => told.story.close());

/** A batch of the bus: one request that is taken charge of, and one that is refused. */
async function handOver(idPeticion: string): Promise<void> {
  const control: Control = {
    idPeticion,
    declared: 2,
    modality: "SMSCERT_ENVIAMENT",
    product: "SMSCERT",
  };
  const requests = ["+34600300404", "12"].map((telefon, index): Solicitud => {
    const ask = { operation: "Enviament", telefon, text: "Avís", assaig: false } as const;
    return { idSolicitud: String(index), modality: undefined, operation: "Enviament", ask };
  });
  const batch = { reference: idPeticion, control, requests, content: idPeticion };
  await acceptBatch(told.context, told.story.caller, batch);
}

/** A superuser's hand, which no guard stops. */
async function damage(sql: string, messageId?: string): Promise<void> {
  await withClient(told.story.database.adminUrl, async (client) => {
    await client.query("set session_replication_role = replica");
    const { rowCount } = await client.query(sql, messageId === undefined ? [] : [messageId]);
    if (messageId !== undefined) expect(rowCount).toBeGreaterThan(0);
  });
}

const open = (): Promise<Sent> => told.send();
async function delivered(): Promise<Sent> {
  const sent = await told.send();
  await told.hear(sent);
  return sent;
}
async function corrected(): Promise<Sent> {
  const sent = await told.send();
  await told.pass(121);
  await told.pass(1);
  await told.hear(sent, { operatorDoneDate: dated(hoursAfter(sent.acceptedAt, 3)) });
  return sent;
}
async function contradicted(): Promise<Sent> {
  const sent = await delivered();
  await told.hear(sent, { messageState: "EXPIRED" });
  return sent;
}

type Made = Pick<Sent, "messageId">;
async function scheduled(): Promise<Made> {
  const now = told.story.hands.clock.now();
  const scheduledAt = hoursAfter(now, 24);
  const accepted = await told.story.accept("scheduled", "+34600999999", { scheduledAt });
  return { messageId: accepted.messageId! };
}
/** Nobody runs the step that mails here. */
async function mailed(): Promise<Made> {
  const { context, caller, hands } = told.story;
  const mailbox = "arxiu@example.org";
  await authoriseMailbox(context.db, caller.user.userId, mailbox, hands.clock.now(), "confirmed");
  const sent = await told.send(undefined, { mailbox });
  await told.hear(sent);
  return sent;
}

const MADE = { open, scheduled, delivered, mailed, corrected, contradicted };

const namesOf = (damages: readonly Damage[], id: string): string[] =>
  damages.filter(({ messageId }) => messageId === id).map(({ invariant }) => invariant);

test("each of many damages is named, with the message and what to do, and nothing else is", async () => {
  const damaged = new Map<string, (typeof DAMAGES)[number]>();
  const whole = [await corrected()];
  // First those that take days: the others stay open.
  const ordered = DAMAGES.toSorted(
    (a, b) => Number(b[1] === "corrected") - Number(a[1] === "corrected"),
  );
  for (const each of ordered) damaged.set((await MADE[each[1]]()).messageId, each);
  whole.push(await open(), await delivered(), await contradicted());
  expect(await told.story.integrity()).toEqual([]);
  for (const [messageId, [, , sql]] of damaged) await damage(sql, messageId);
  const damages = await told.story.integrity();
  const found = [...damaged].map(([messageId, [what]]) => {
    return [what, namesOf(damages, messageId).toSorted()];
  });
  expect(found).toEqual([...damaged.values()].map(([what, , , named]) => [what, named.toSorted()]));
  for (const { messageId } of whole) expect(namesOf(damages, messageId)).toEqual([]);
  const remedies = new Map(INVARIANTS.map(({ name, remedy }) => [name, remedy]));
  for (const { invariant, remedy } of damages) expect(remedies.get(invariant)).toBe(remedy);
});

test.each(ELSEWHERE)("%s is named until it is mended", async (_what, done, undone, named) => {
  const mine = (all: readonly Damage[]): Damage[] =>
    all.filter(({ invariant }) => invariant === named);
  const before = mine(await told.story.integrity());
  await damage(done);
  expect(mine(await told.story.integrity()).length).toBeGreaterThan(before.length);
  await damage(undone);
  expect(mine(await told.story.integrity())).toEqual(before);
});

test("what comes behind a long chain of records is not passed over", async () => {
  const [long, short] = [
    "019cad8a-0000-7000-8000-000000000001",
    "019cad8a-0000-7000-8000-000000000002",
  ];
  const records = `insert into evidence select id::uuid, seq, '2026-03-02', '{}', '', ''
    from (values ('${long}', 4001), ('${short}', 1)) as ids (id, many), generate_series(1, many) seq`;
  await damage(records);
  const named = (await told.story.integrity()).map(({ messageId }) => messageId);
  expect(named).toEqual(expect.arrayContaining([long, short]));
  await damage(`delete from evidence where message_id in ('${long}', '${short}')`);
});

test("every invariant is shown broken by one of these", () => {
  const shown = new Set([
    ...DAMAGES.flatMap((each) => each[3]),
    ...ELSEWHERE.map((each) => each[3]),
  ]);
  const notShown = INVARIANTS.map(({ name }) => name).filter((name) => !shown.has(name));
  // Two that no statement can break while the checks of the tables stand.
  expect(notShown).toEqual([
    "a certificate is kept for five years",
    "the evidence tells a legal story",
  ]);
});
