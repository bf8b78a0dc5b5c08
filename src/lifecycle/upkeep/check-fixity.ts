import { DAY, MINUTE } from "../../domain/clock.ts";
import { sha256 } from "../../domain/content.ts";
import { instantOf, uuidv7 } from "../../domain/ids.ts";
import {
  advanceWalk,
  endWalk,
  forgetFailures,
  oldestCertificate,
  openWalk,
  readWalked,
  recordFailure,
  recordPass,
  type FixityPass,
  type FixityProblem,
  type WalkedCertificate,
} from "../../store/fixity.ts";
import { holdLease, releaseLease } from "../../store/connection/leases.ts";
import { DataInconsistency, transaction } from "../../store/connection/database.ts";
import type { LifecycleContext } from "../context.ts";

/** Every certificate is read within a quarter of a year, with some nights to spare. */
const NIGHTS = 80;
const BATCH = 40;
/** Files of the object store in memory at once. */
const AT_ONCE = 4;
const LEASE = 10 * MINUTE;

/**
 * Reads the night's share of the certificates again and compares their hashes; answers what it came
 * to, or undefined when another replica does it. The share is of time, not of rows: the walk has to be
 * as far between the oldest certificate and now as its age is of eighty nights, so nights that were
 * missed are made up for. What does not match is recorded, told, and seen by `verify`.
 */
export async function checkFixity(context: LifecycleContext): Promise<FixityPass | undefined> {
  const { db, clock, random, stopping } = context;
  const beganAt = clock.now();
  const holder = uuidv7(beganAt, random);
  const hold = (): Promise<boolean> =>
    holdLease(db, { name: "fixity", holder, now: clock.now(), milliseconds: LEASE });
  if (!(await hold())) return undefined;
  let pass: FixityPass = { beganAt, files: 0, bytes: 0, failures: 0 };
  try {
    const oldest = await oldestCertificate(db);
    let walk = await openWalk(db, beganAt);
    const share = (beganAt.getTime() - walk.beganAt.getTime() + DAY) / (NIGHTS * DAY);
    const from = oldest === undefined ? beganAt : instantOf(oldest);
    const until = new Date(
      from.getTime() + (beganAt.getTime() - from.getTime()) * Math.min(share, 1),
    );
    while (await hold()) {
      const batch = await readWalked(db, walk.reached, until, BATCH);
      const last = batch.at(-1);
      if (!last) {
        if (share >= 1) await endWalk(db, walk.beganAt, beganAt);
        break;
      }
      const failures = await readFiles(context, batch);
      // What was read of the batch is read again another night.
      if (stopping.aborted) break;
      walk = { ...walk, reached: last };
      pass = {
        beganAt,
        files: pass.files + batch.length,
        bytes: pass.bytes + batch.reduce((sum, { bytes }) => sum + bytes, 0),
        failures: pass.failures + failures.length,
      };
      await record(context, walk, pass, batch, failures);
    }
    await recordPass(db, pass, clock.now());
  } finally {
    await releaseLease(db, { name: "fixity", holder });
  }
  context.tell({ name: "filesRead", files: pass.files, failures: pass.failures });
  return pass;
}

type Failure = WalkedCertificate & { readonly problem: FixityProblem };

async function readFiles(
  context: LifecycleContext,
  batch: readonly WalkedCertificate[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let at = 0; at < batch.length && !context.stopping.aborted; at += AT_ONCE) {
    await Promise.all(
      batch.slice(at, at + AT_ONCE).map(async (certificate) => {
        const found = await hashOf(context, certificate);
        if (found === certificate.sha256) return;
        failures.push({ ...certificate, problem: found === undefined ? "missing" : "differs" });
      }),
    );
  }
  return failures;
}

async function hashOf(
  { objects }: LifecycleContext,
  { rowSha256, object }: WalkedCertificate,
): Promise<string | undefined> {
  if (!object) return rowSha256;
  if (!objects) throw new DataInconsistency("certificates are in S3 and S3_BUCKET is not set");
  const file = await objects.store.read(object);
  return file && sha256(file);
}

async function record(
  context: LifecycleContext,
  walk: Parameters<typeof advanceWalk>[1],
  pass: FixityPass,
  batch: readonly WalkedCertificate[],
  failures: readonly Failure[],
): Promise<void> {
  const foundAt = context.clock.now();
  const failed = new Set(failures.map(({ messageId, kind }) => `${messageId} ${kind}`));
  await transaction(context.db, async (client) => {
    for (const failure of failures) await recordFailure(client, { ...failure, foundAt });
    const whole = batch.filter(({ messageId, kind }) => !failed.has(`${messageId} ${kind}`));
    await forgetFailures(client, whole);
    await recordPass(client, pass, foundAt);
    await advanceWalk(client, walk);
  });
  for (const { messageId, kind, problem } of failures) {
    context.tell({ name: "fileDamaged", messageId, kind, problem });
  }
}
