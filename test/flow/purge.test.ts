import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { cancelMessage } from "../../src/lifecycle/calls/cancel-message.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { orderHold, readHolds } from "../../src/store/holds.ts";
import { readMonthsAhead } from "../../src/store/retention.ts";
import {
  dated,
  hoursAfter,
  startToldStory,
  type Sent,
  type ToldStory,
} from "../support/told-story.ts";

const MINUTE = 60_000;
let told: ToldStory;

/** Years ago, so that the database's own clock agrees that five years have passed. */
beforeAll(async () => {
  told = await startToldStory({ start: new Date("2018-03-02T09:00:00Z") });
});
afterAll(async () => {
  expect(await told.story.integrity()).toEqual([]);
  await told.story.close();
});

async function turnTo(at: Date): Promise<void> {
  await told.story.hands.advance(at.getTime() - told.story.hands.clock.now().getTime());
}

const retain = () => retainCertificates(told.context);

interface Kept {
  readonly kind: string;
  readonly sha256: string;
  readonly retain_until: Date;
}

async function kept(sent: Sent): Promise<Kept[]> {
  const { rows } = await told.story.database.owner.query<Kept>(
    `select kind, sha256, retain_until from certificates where message_id = $1
     order by retain_until`,
    [sent.messageId],
  );
  return rows;
}

/** The tables in which something is still known of a message: its id, its number or its reference. */
async function traces(sent: Sent): Promise<string[]> {
  const { owner } = told.story.database;
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace
       and relkind in ('r', 'p') and not relispartition order by relname`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await owner.query(
      `select from ${name} t where t::text ~ $1 or t::text like '%' || $2 || '%' limit 1`,
      [`${sent.messageId}|${sent.reference}\\M`, sent.recipient],
    );
    if (rowCount) found.push(name);
  }
  return found;
}

async function partitions(month: string): Promise<number> {
  const { rows } = await told.story.database.owner.query<{ n: number }>(
    `select count(*)::integer as n from pg_inherits
     where inhrelid::regclass::text like '%' || $1`,
    [month],
  );
  return rows[0]?.n ?? 0;
}

const hold = (sent: Sent, held: boolean) =>
  orderHold(told.story.database.app, {
    messageId: sent.messageId,
    held,
    orderedBy: "Serveis Jurídics",
    reason: "recurs 12/2023",
    at: told.story.hands.clock.now(),
  });

test("nothing is purged a minute early and everything after; held messages stay", async () => {
  const plain = await told.send();
  const held = await told.send();
  const cancelled = await told.story.accept("to-be-cancelled", "+34600999999", {
    scheduledAt: hoursAfter(told.story.hands.clock.now(), 10),
  });
  await cancelMessage(told.context, told.story.caller, {
    messageId: cancelled.messageId ?? "",
  });
  await told.pass(1);
  await told.hear(plain);
  await told.hear(held);
  const late = await told.send();
  await told.pass(130);
  await told.pass(24);
  await told.hear(late, { operatorDoneDate: dated(hoursAfter(late.acceptedAt, 5)) });
  expect((await kept(late)).map(({ kind }) => kind)).toEqual(["negative", "corrective"]);
  expect(await hold(held, true)).toBe("ordered");
  expect(await hold(held, true)).toBe("already");

  const [positive] = await kept(plain);
  const end = positive?.retain_until ?? new Date(0);
  expect(end.toISOString()).toMatch(/^2023-03-02T10:00:00/);
  await turnTo(new Date(end.getTime() - MINUTE));
  expect((await retain()).certificatesPurged).toBe(0);
  expect(await kept(plain)).toHaveLength(1);

  await turnTo(end);
  expect((await retain()).certificatesPurged).toBe(1);
  expect(await traces(plain)).toEqual(["purged_certificates"]);
  const { rows } = await told.story.database.owner.query(
    "select kind, sha256 from purged_certificates where message_id = $1",
    [plain.messageId],
  );
  expect(rows).toEqual([{ kind: "positive", sha256: positive?.sha256 }]);
  const gone = { messageId: cancelled.messageId, reference: "to-be-cancelled" } as Sent;
  expect(await traces({ ...gone, recipient: "+34600999999" })).toEqual([]);

  // The first certificate of a corrected message leaves before the second, and the message with the last.
  const [negative, corrective] = await kept(late);
  await turnTo(negative?.retain_until ?? new Date(0));
  expect((await retain()).certificatesPurged).toBe(1);
  expect((await kept(late)).map(({ kind }) => kind)).toEqual(["corrective"]);
  const key = { messageId: late.messageId };
  expect(await fetchCertificate(told.context, told.story.caller, key)).toMatchObject({
    state: "issued",
    kind: "corrective",
  });
  await turnTo(new Date((corrective?.retain_until.getTime() ?? 0) - MINUTE));
  expect((await retain()).certificatesPurged).toBe(0);
  await turnTo(corrective?.retain_until ?? new Date(0));
  expect((await retain()).certificatesPurged).toBe(1);
  expect(await traces(late)).toEqual(["purged_certificates"]);

  // A year later the one that is held keeps its months; those beside it are gone.
  await told.pass(24 * 365);
  const { partitionsDropped } = await retain();
  expect(partitionsDropped).toBeGreaterThan(0);
  expect(await kept(held)).toHaveLength(1);
  expect(await partitions("certificates_2018_03")).toBe(1);
  expect(await partitions("2018_02")).toBe(0);
  expect(await readHolds(told.story.database.app, { limit: 10 })).toMatchObject([
    { messageId: held.messageId, reason: "recurs 12/2023" },
  ]);
  expect(await hold(held, false)).toBe("ordered");
  expect(await retain()).toMatchObject({ certificatesPurged: 1 });
  expect(await traces(held)).toEqual(["purged_certificates"]);
  expect(await partitions("2018_03")).toBe(0);
  expect(await hold(held, true)).toBe("unknown");
});

test("not even the owner with the purge's own setting removes what is held, open or too young", async () => {
  const { owner } = told.story.database;
  const young = await told.send();
  await told.hear(young);
  const delivered = await told.send();
  await told.hear(delivered);
  await hold(delivered, true);
  const refusals: string[] = [];
  for (const [statement, sent] of [
    ["delete from certificates where message_id = $1", delivered],
    ["delete from certificates where message_id = $1", young],
    ["delete from evidence where message_id = $1", young],
    ["delete from messages where message_id = $1", delivered],
    ["delete from charges where message_id = $1", young],
    ["delete from legal_holds where message_id = $1", delivered],
  ] as const) {
    const client = await owner.connect();
    try {
      await client.query("begin");
      await client.query("select set_config('sms_certificat.purge_at', '2200-01-01', true)");
      await client.query(statement, [sent.messageId]);
      refusals.push(`done: ${statement}`);
    } catch (error) {
      refusals.push((error as Error).message);
    } finally {
      await client.query("rollback");
      client.release();
    }
  }
  expect(refusals).toHaveLength(6);
  for (const refusal of refusals) expect(refusal).toMatch(/cannot be changed or removed/);
  await hold(delivered, false);
});

test("months are made a year ahead, and it is told when fewer than two are left", async () => {
  const { clock } = told.story.hands;
  const inMonths = (months: number): Date => {
    const at = clock.now();
    return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 15));
  };
  await retain();
  expect(await readMonthsAhead(told.context.db, clock.now())).toBe(12);
  expect(await readMonthsAhead(told.context.db, inMonths(11))).toBe(1);
  expect(await readMonthsAhead(told.context.db, inMonths(13))).toBe(-1);
  const events: string[] = [];
  const broken = {
    ...told.context,
    clock: { now: () => inMonths(11) },
    tell: ({ name }: { readonly name: string }) => events.push(name),
  };
  // Somebody keeps the months from being made.
  const client = await told.story.database.owner.connect();
  await client.query("alter function ensure_months(timestamptz, integer) rename to kept_from");
  await retainCertificates(broken);
  await client.query("alter function kept_from(timestamptz, integer) rename to ensure_months");
  client.release();
  expect(events).toEqual(["monthsNotMade", "monthsShort"]);
});
