import { createHash } from "node:crypto";
import type { Caller } from "../../src/domain/entity.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { acceptSubmission } from "../../src/lifecycle/accept-submission.ts";
import { tellStatus } from "../../src/lifecycle/calls/tell-status.ts";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import type { SmsGateway } from "../../src/lifecycle/ports.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { warnEarly } from "../../src/lifecycle/upkeep/warn-early.ts";
import { createSmppGateway } from "../../src/smpp/gateway.ts";
import { createAcceptance } from "../../src/store/acceptance.ts";
import { findCallerById } from "../../src/store/parties/users.ts";
import { createReceiptInbox } from "../../src/store/receipt-inbox.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import type { TestDatabase } from "./database.ts";
import { HISTORY_OPERATOR } from "./history.ts";
import { submission } from "./story.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const AT_ONCE = 32;
/** Segments that the link has in hand at the same time. */
const MESSAGES_IN_HAND = 200;

/** The lifecycle on one of the databases that are compared, with an operator who takes everything. */
export interface Side {
  /** Takes charge of so many new messages. */
  accept(count: number): Promise<void>;
  relay(): Promise<void>;
  /** The operator reports every second one of those as delivered. */
  record(): Promise<void>;
  match(): Promise<void>;
  /** Closes what was delivered. */
  settle(): Promise<void>;
  /** Closes what was not, when its deadline has passed. */
  settleByDeadline(): Promise<void>;
  /** Looks for due work so often, and finds none. */
  look(times: number): Promise<void>;
  /** Looks so often for messages of which nobody was warned yet. */
  warn(times: number): Promise<void>;
  /** Tells where messages are, one call for each. */
  status(references: readonly string[]): Promise<void>;
}

/**
 * Six days ago new messages are accepted, relayed and delivered; by now the deadline of the others has
 * passed, and only theirs.
 */
export async function createSide(database: TestDatabase, userId: string): Promise<Side> {
  const shown = { earlier: 6 * DAY };
  const clock = { now: () => new Date(systemClock.now().getTime() - shown.earlier) };
  const parts = { clock, timers: systemTimers, random: systemRandom };
  const link = {
    operator: HISTORY_OPERATOR,
    host: "127.0.0.1",
    port: 1,
    systemId: "",
    password: "",
  };
  const smpp = createSmppGateway(link, parts);
  let taken: { readonly id: string; readonly recipient: string }[] = [];
  const gateway: SmsGateway = {
    operator: HISTORY_OPERATOR,
    plan: (text, reference) => smpp.plan(text, reference),
    isReady: () => true,
    capacity: MESSAGES_IN_HAND,
    heard: () => Promise.resolve({ since: new Date(0), until: clock.now() }),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    submit({ recipient }) {
      const id = systemRandom.bytes(6).readUIntBE(0, 6).toString();
      taken.push({ id, recipient });
      const answeredAt = clock.now();
      return Promise.resolve({ kind: "accepted", smscMessageId: id, matchKey: id, answeredAt });
    },
  };
  const context = {
    ...parts,
    db: database.app,
    gateway,
    settings: {
      receiptDeadline: { months: 0, milliseconds: 120 * HOUR },
      receiptGrace: { months: 0, milliseconds: 600_000 },
      earlyWarning: { months: 0, milliseconds: DAY },
      operatorZone: "UTC",
    },
    takeCharge: createAcceptance(database.app),
    inbox: createReceiptInbox(database.app),
    stopping: new AbortController().signal,
    wake: () => undefined,
    tell: () => undefined,
  } as unknown as LifecycleContext;
  const caller = (await findCallerById(database.app, userId as UserId)) as Caller;
  let number = 0;
  const run = clock.now().getTime();

  return {
    async accept(count) {
      const last = number + count;
      await atOnce(async () => {
        if (number >= last) return false;
        number += 1;
        const reference = `new-${run}-${number}`;
        const recipient = `+34699${String(number).padStart(6, "0")}`;
        await acceptSubmission(context, caller, submission(reference, recipient), {
          dryRun: false,
        });
        return true;
      });
    },
    async relay() {
      while ((await relayMessages(context)) > 0);
    },
    async record() {
      const reported = taken.filter((_, index) => index % 2 === 0).values();
      taken = [];
      await atOnce(async () => {
        const { value } = reported.next();
        if (!value) return false;
        const raw = Buffer.from(`id:${value.id} sub:001 dlvrd:001 stat:DELIVRD err:000`);
        await recordReceipt(context, {
          kind: "deliveryReceipt",
          link: "told",
          operator: HISTORY_OPERATOR,
          receivedAt: clock.now(),
          raw,
          rawSha256: createHash("sha256").update(raw).digest("hex"),
          smscMessageId: value.id,
          recipient: value.recipient,
          messageState: "DELIVERED",
          errorCode: "000",
          operatorSubmitDate: undefined,
          operatorDoneDate: undefined,
          doubt: undefined,
        });
        return true;
      });
    },
    async match() {
      await matchReceipts(context);
    },
    async settle() {
      while ((await settleOutcomes(context)) > 0);
    },
    async settleByDeadline() {
      shown.earlier = 0;
      while ((await settleOutcomes(context)) > 0);
      shown.earlier = 6 * DAY;
    },
    async look(times) {
      for (let time = 0; time < times; time += 1) {
        await settleOutcomes(context);
        await matchReceipts(context);
      }
    },
    async warn(times) {
      for (let time = 0; time < times; time += 1) await warnEarly(context);
    },
    async status(references) {
      for (const clientReference of references) {
        const [entry] = await tellStatus(context, caller, [{ clientReference }]);
        if (!entry?.found) throw new Error(`no message ${clientReference}`);
      }
    },
  };
}

/** Does something again and again, by so many callers at the same time, until it answers false. */
async function atOnce(work: () => Promise<boolean>): Promise<void> {
  const caller = async (): Promise<void> => {
    while (await work());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
}
