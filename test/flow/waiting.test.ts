import { CertificateDelayed } from "../../src/domain/certificate.ts";
import type { CertificateIssuer } from "../../src/lifecycle/ports.ts";
import { startStory, type Story } from "../support/story.ts";

const authority = { stopped: false, calls: 0 };
let story: Story;

/** A time-stamp authority that can be stopped, as the issuer tells it. */
function stoppable(issuer: CertificateIssuer): CertificateIssuer {
  return {
    issue(facts) {
      authority.calls += 1;
      return authority.stopped
        ? Promise.reject(new CertificateDelayed("the time-stamp authority does not answer"))
        : issuer.issue(facts);
    },
  };
}

beforeAll(async () => {
  story = await startStory({ issuer: stoppable });
});
afterAll(async () => {
  await story.close();
});

test("without a time-stamp messages wait, and get their certificate once when it is back", async () => {
  authority.stopped = true;
  const references = ["one", "two", "three"];
  for (const reference of references) await story.accept(reference, "+34600100000");
  await story.pass();
  await story.pass(3_600_000);
  for (const reference of references) {
    const { view, certificate } = await story.status(reference);
    expect(view.stage.name).toBe("delivered");
    expect(certificate.state).toBe("pending");
    expect((await story.certificate(reference)).state).toBe("pending");
  }
  expect(authority.calls).toBeGreaterThan(references.length);

  authority.stopped = false;
  await story.pass(2 * 3_600_000);
  for (const reference of references) {
    const { view } = await story.status(reference);
    expect(view.certificates).toHaveLength(1);
  }
  const { rows } = await story.database.owner.query<{ n: number }>(
    "select count(*)::integer as n from charges where item = 'certificate'",
  );
  expect(rows[0]?.n).toBe(references.length);
  expect(await story.integrity()).toEqual([]);
});

test("a crash between sealing and storing issues it again, and one is kept", async () => {
  await story.accept("crash", "+34600100000");
  const { messageId } = await story.status("crash");
  await story.pass();
  const sql = "select kind, csv from certificates where message_id = $1";
  const before = await story.database.owner.query(sql, [messageId]);
  // As after a crash: the work is still there although the certificate is stored.
  await story.database.owner.query(
    "insert into work (lane, step, message_id, run_at, attempts, dead) values (0, 'certify', $1, $2, 1, false)",
    [messageId, story.hands.clock.now()],
  );
  await story.pass();
  expect((await story.database.owner.query(sql, [messageId])).rows).toEqual(before.rows);
  expect((await story.status("crash")).view.certificates).toHaveLength(1);
  expect(await story.integrity()).toEqual([]);
});
