import { uuidv7, type EntityId, type UserId } from "../../src/domain/ids.ts";
import type { Caller, User } from "../../src/domain/entity.ts";
import type { Submission } from "../../src/domain/submission.ts";
import { acceptSubmission, type Acceptance } from "../../src/lifecycle/accept-submission.ts";
import { certifyMessages } from "../../src/lifecycle/certify-message.ts";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import {
  fetchCertificate,
  type CertificateAnswer,
} from "../../src/lifecycle/calls/fetch-certificate.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { notifyMailboxes } from "../../src/lifecycle/notify-mailbox.ts";
import type { CertificateIssuer, Mailer } from "../../src/lifecycle/ports.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { tellStatus, type MessageStatus } from "../../src/lifecycle/calls/tell-status.ts";
import { answerBusBatches } from "../../src/pica/batches/work-on-batches.ts";
import { insertEntity } from "../../src/store/parties/entities.ts";
import { createAcceptance } from "../../src/store/acceptance.ts";
import { createReceiptInbox } from "../../src/store/receipt-inbox.ts";
import { checkIntegrity, type Damage } from "../../src/store/integrity.ts";
import { insertUser } from "../../src/store/parties/users.ts";
import type { SimulatorSettings } from "../../src/smpp/simulator/simulator.ts";
import type { SmppSettings } from "../../src/smpp/gateway.ts";
import { systemRandom } from "../../src/system.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { turns, until, type Hands } from "./hands.ts";
import { startOperated, type Operated } from "./operator.ts";
import { testIssuer } from "./issuer.ts";

/** A whole lifecycle on a real database and a simulated operator, on a clock that the test turns. */
export interface Story {
  readonly context: LifecycleContext;
  readonly database: TestDatabase;
  readonly operated: Operated;
  readonly hands: Hands;
  readonly caller: Caller;
  accept(clientReference: string, msisdn: string, more?: Partial<Submission>): Promise<Acceptance>;
  /** Lets time pass and runs every step until nothing is due. */
  pass(milliseconds?: number): Promise<void>;
  status(clientReference: string): Promise<MessageStatus>;
  certificate(clientReference: string): Promise<CertificateAnswer>;
  integrity(): Promise<Damage[]>;
  close(): Promise<void>;
}

export interface StoryOptions {
  readonly simulator?: Partial<SimulatorSettings>;
  readonly gateway?: Partial<SmppSettings>;
  /** What the clock shows at the beginning. */
  readonly start?: Date;
  readonly tell?: LifecycleContext["tell"];
  readonly mailer?: Mailer;
  readonly callbacks?: LifecycleContext["callbacks"];
  readonly issuer?: (issuer: CertificateIssuer) => CertificateIssuer;
  readonly objects?: LifecycleContext["objects"];
  /** Another than a new one of this run. */
  readonly database?: TestDatabase;
}

export const HOURS = 3_600_000;

export async function startStory(options: StoryOptions = {}): Promise<Story> {
  const database = options.database ?? (await createTestDatabase());
  const listening: { context?: LifecycleContext } = {};
  const operated = await startOperated({
    ...options,
    onReceipt: async (receipt) => {
      if (listening.context) await recordReceipt(listening.context, receipt);
    },
  });
  const { hands, gateway, simulator } = operated;
  const issuer = await testIssuer(hands.clock);
  const context: LifecycleContext = {
    db: database.app,
    clock: hands.clock,
    timers: hands.timers,
    random: systemRandom,
    gateway,
    mailer: options.mailer,
    callbacks: options.callbacks,
    issuer: options.issuer ? options.issuer(issuer) : issuer,
    objects: options.objects,
    settings: {
      receiptDeadline: { months: 0, milliseconds: 120 * HOURS },
      receiptGrace: { months: 0, milliseconds: 600_000 },
      earlyWarning: { months: 0, milliseconds: 24 * HOURS },
      operatorZone: "UTC",
      retention: { months: 60, milliseconds: 0 },
      issuer: { name: "Emissor de prova", nif: "Q0000000J" },
      publicUrl: "http://127.0.0.1:8080",
      eni: { organ: undefined, series: undefined, csvRegulation: undefined },
    },
    takeCharge: createAcceptance(database.app),
    inbox: createReceiptInbox(database.app),
    stopping: new AbortController().signal,
    wake: () => undefined,
    tell: options.tell ?? (() => undefined),
  };
  listening.context = context;
  await retainCertificates(context);
  const caller = await contract(context, "Departament de Proves", "S0811001G", "backoffice");

  async function steps(): Promise<number> {
    let taken = 0;
    taken += await answerBusBatches(context);
    taken += await relayMessages(context);
    taken += await matchReceipts(context);
    taken += await settleOutcomes(context);
    taken += await certifyMessages(context);
    taken += await notifyMailboxes(context);
    return taken;
  }

  /** A step may wait for the operator, who waits for the clock. */
  async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
    const race = { over: false };
    const ended = work.finally(() => (race.over = true));
    await turns(5);
    while (!race.over) {
      await hands.advance(50);
      await turns(5);
    }
    return ended;
  }

  /** A report may be repeated, or wait for a new bind: both come with time, which stands still otherwise. */
  async function acknowledgements(): Promise<void> {
    const isOver = (): boolean => simulator.waiting() === 0;
    const patience = performance.now() + 1_000;
    while (!isOver() && performance.now() < patience) await turns(1);
    if (isOver()) return;
    await whileTimePasses(until(isOver, "the acknowledgement of every receipt"));
  }

  async function pass(milliseconds = 5_000): Promise<void> {
    await whileTimePasses(steps());
    await hands.advance(milliseconds);
    await acknowledgements();
    while ((await whileTimePasses(steps())) > 0);
  }

  return {
    context,
    database,
    operated,
    hands,
    caller,
    pass,
    accept: (clientReference, msisdn, more = {}) =>
      acceptSubmission(context, caller, submission(clientReference, msisdn, more), {
        dryRun: false,
      }),
    async status(clientReference) {
      const [entry] = await tellStatus(context, caller, [{ clientReference }]);
      if (!entry?.found) throw new Error(`no message ${clientReference}`);
      return entry.found;
    },
    certificate: (clientReference) => fetchCertificate(context, caller, { clientReference }),
    integrity: () => checkIntegrity(context.db, hands.clock.now()),
    async close() {
      await operated.close();
      await database.drop();
    },
  };
}

/** An entity with one user, both with permission. */
export async function contract(
  context: LifecycleContext,
  name: string,
  nif: string,
  username: string,
): Promise<Caller> {
  const now = context.clock.now();
  const entity = {
    entityId: uuidv7(now, systemRandom) as EntityId,
    name,
    nif,
    dir3: "A09000000",
    enabled: true,
    certificatesEnabled: true,
  };
  const user: User = {
    userId: uuidv7(now, systemRandom) as UserId,
    entityId: entity.entityId,
    username,
    enabled: true,
    permissions: ["send", "certificates"],
  };
  await insertEntity(context.db, entity, now);
  await insertUser(context.db, user, { scrypt: "none", encrypted: undefined }, now);
  return { entity, user };
}

export function submission(
  clientReference: string,
  msisdn: string,
  more: Partial<Submission> = {},
): Submission {
  return {
    clientReference,
    recipient: { msisdn },
    text: "Teniu una notificació nova a la seu electrònica.",
    language: "ca",
    channel: "soap",
    ...more,
  };
}
