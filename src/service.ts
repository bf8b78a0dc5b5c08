import type pg from "pg";
import type { FastifyInstance } from "fastify";
import { createHttpStatus } from "./certificate/validation/http-status.ts";
import { createIssuer } from "./certificate-parts.ts";
import { boundHeap } from "./bound-heap.ts";
import { createCallbackClient } from "./callback/callback-client.ts";
import { createMail } from "./mail-parts.ts";
import { closeConnectionsOnce, closeDoor } from "./close-door.ts";
import type { Clock, RandomSource, Timers } from "./domain/clock.ts";
import { decryptSecret } from "./domain/secret.ts";
import { createClientCertificateReader } from "./https/client-certificate.ts";
import { readKeyPair, type KeyPairFiles } from "./https/key-pair.ts";
import { openServer } from "./https/open-server.ts";
import { acceptSubmission } from "./lifecycle/accept-submission.ts";
import { createOperatorQuestions } from "./lifecycle/ask-operator.ts";
import { certifyMessages } from "./lifecycle/certify-message.ts";
import type { LifecycleContext } from "./lifecycle/context.ts";
import { cancelMessage } from "./lifecycle/calls/cancel-message.ts";
import { checkFixity } from "./lifecycle/upkeep/check-fixity.ts";
import { fetchCertificate } from "./lifecycle/calls/fetch-certificate.ts";
import { searchMessages } from "./lifecycle/calls/search-messages.ts";
import { tellUsage } from "./lifecycle/calls/tell-usage.ts";
import { callBack } from "./lifecycle/call-back.ts";
import { confirmMailboxes } from "./lifecycle/upkeep/confirm-mailboxes.ts";
import { matchReceipts } from "./lifecycle/match-receipts.ts";
import { notifyMailboxes } from "./lifecycle/notify-mailbox.ts";
import { recordBounces } from "./lifecycle/upkeep/record-bounces.ts";
import type { LinkHealth, SmsGateway } from "./lifecycle/ports.ts";
import { recordReceipt } from "./lifecycle/record-receipt.ts";
import { relayMessages, type Relaying } from "./lifecycle/relay-message.ts";
import { retainCertificates } from "./lifecycle/retain-certificates.ts";
import { createSchedule, type Schedule } from "./lifecycle/schedule.ts";
import { settleOutcomes } from "./lifecycle/settle-outcome.ts";
import { tellStatus } from "./lifecycle/calls/tell-status.ts";
import { openObjectStore } from "./object-store-parts.ts";
import { startObservation } from "./observation.ts";
import { openDatabase } from "./open-database.ts";
import { warnEarly } from "./lifecycle/upkeep/warn-early.ts";
import { createOperatorLink } from "./operator-link.ts";
import { answerBusBatches } from "./pica/batches/work-on-batches.ts";
import { BUS_DOOR_PATH, busPorts } from "./pica/ports.ts";
import { refuseRequest, registerLastAnswers } from "./portal/last-answers.ts";
import { registerMailboxPage } from "./portal/mailbox-page.ts";
import { registerHealth } from "./portal/health.ts";
import { remember } from "./portal/remember.ts";
import { registerVerification } from "./portal/verification.ts";
import { createRevocationCheck } from "./revocation.ts";
import { secretsKey } from "./secrets-key.ts";
import type { Settings } from "./settings.ts";
import type { SigningKey } from "./soap/security/sign-response.ts";
import { DOOR_PATH } from "./soap/contract.ts";
import { registerSoapDoor, type DoorOptions } from "./soap/door.ts";
import { createAcceptance } from "./store/acceptance.ts";
import { createReceiptInbox } from "./store/receipt-inbox.ts";
import { clockSkew } from "./store/retention.ts";
import { createCallerRegistry } from "./store/parties/caller-registry.ts";
import type { Logger } from "./telemetry/logger.ts";

export interface ServiceParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Every part of the running service, for those that administer it. */
export interface Service {
  readonly context: LifecycleContext;
  /** Where callers reach it, without a trailing slash. */
  readonly url: string;
  readonly secretsKey: Buffer;
  /** Takes no more calls, ends what runs, closes the link and then the database. */
  stop(): Promise<void>;
}

/**
 * Builds every part once and starts them in order: database, link, door, timers. When this resolves
 * the service takes calls.
 *
 * @throws SetupProblem what a person has to mend
 */
export async function startService(settings: Settings, parts: ServiceParts): Promise<Service> {
  boundHeap();
  const { clock, random, log } = parts;
  const scheme = settings.tls ? "https" : "http";
  const url = settings.publicUrl ?? `${scheme}://${settings.host}:${settings.port}`;
  const started: (() => Promise<void>)[] = [];
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    stopping.abort();
    for (let end = started.pop(); end; end = started.pop()) {
      await end().catch((error: unknown) => {
        log.error("a part did not stop in order", { error });
      });
    }
  };
  try {
    const key = await secretsKey(settings, random);
    const database = await openDatabase(settings, {
      now: clock.now(),
      join: false,
      onError: (error) => log.error("the database broke a connection", { error }),
    });
    started.push(() => database.close());

    const { db } = database;
    await tellSkew(db, parts);

    const linked: { gateway?: SmsGateway } = {};
    const link = (): LinkHealth | undefined => linked.gateway?.health?.();
    const observation = await startObservation(settings, { ...parts, db, link });
    started.push(() => observation.stop());
    const { metrics } = observation;
    const onEvent = (kind: string): void => metrics.linkEvent(kind);
    const gateway = createOperatorLink(settings, { ...parts, onEvent }, { db, key });
    linked.gateway = gateway;
    const issuer = await createIssuer(settings, { ...parts, watch: metrics });
    const objects = await openObjectStore(settings, parts);
    const mail = createMail(settings);
    if (mail) {
      started.push(() => {
        mail.mailer.close();
        return Promise.resolve();
      });
    }
    const relaying: Relaying = new Set();
    const schedule: Schedule = createSchedule(
      {
        relay: () => relayMessages(context, relaying),
        match: () => matchReceipts(context),
        ask: () => askOperator(),
        settle: () => settleOutcomes(context),
        certify: () => certifyMessages(context),
        notify: () => notifyMailboxes(context),
        callBack: () => callBack(context),
        warn: () => warnEarly(context).then(() => 0),
        confirm: () => confirmMailboxes(context),
        bounce: () => (mail?.bounces ? recordBounces(context, mail.bounces) : Promise.resolve(0)),
        retain: () => retainCertificates(context).then(() => 0),
        batch: () => answerBusBatches(context),
        fixity: () => checkFixity(context).then(() => 0),
        clocks: () => tellSkew(db, parts).then(() => 0),
      },
      observation.stepFailed,
    );
    const context: LifecycleContext = {
      db,
      clock,
      timers: parts.timers,
      random,
      gateway,
      issuer,
      takeCharge: createAcceptance(db, (size) => metrics.batch("submissions", size)),
      objects,
      mailer: mail?.mailer,
      callbacks: {
        client: createCallbackClient(settings.callback, clock),
        decrypt: (encrypted) => decryptSecret(encrypted, key),
      },
      inbox: createReceiptInbox(db, (size) => metrics.batch("receipts", size)),
      settings: { ...settings, publicUrl: url },
      stopping: stopping.signal,
      wake: (step) => {
        schedule.wake(step);
      },
      tell: observation.tell,
    };
    const askOperator = createOperatorQuestions(context);
    await gateway.start((receipt) => recordReceipt(context, receipt));
    const ending: { work?: Promise<void> } = {};
    const endWork = async (): Promise<void> => {
      // The link goes at once, so that another replica has it soon; what was in flight is written down.
      await Promise.all([schedule.stop(), gateway.stop()]);
      await Promise.allSettled(relaying);
    };
    const stopWork = (): Promise<void> => (ending.work ??= endWork());
    started.push(stopWork);
    const observe: DoorOptions["observe"] = (call) => metrics.call(call);
    const isStopping = (): boolean => stopping.signal.aborted;
    const server = openServer(settings, { ...parts, refuse: refuseRequest });
    started.push(async () => {
      await Promise.all([stopWork(), closeDoor(server, settings.stopDelay, parts.timers)]);
    });
    await addDoors(server, settings, parts, { context, key, observe, isStopping });
    await server.listen({ host: settings.host, port: settings.port });
    schedule.start();
    log.info("serving", { place: `${url}/ws/sms-certificat?wsdl` });
    return { context, url, secretsKey: key, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SKEW_ALARM = 5_000;
/** Milliseconds: whoever asks for the health costs the database no more than one query in so long. */
const READY_LASTS = 1_000;

/** Deadlines are ours and the purge asks both clocks: somebody has to know when they disagree. */
async function tellSkew(db: pg.Pool, { clock, log }: ServiceParts): Promise<void> {
  const milliseconds = await clockSkew(db, clock.now());
  if (Math.abs(milliseconds) > SKEW_ALARM) {
    log.warn("the clock of the database differs from ours", { milliseconds });
  }
}

async function databaseAnswers(db: pg.Pool): Promise<boolean> {
  return db.query("select").then(
    () => true,
    () => false,
  );
}

interface DoorParts extends Pick<DoorOptions, "observe"> {
  readonly context: LifecycleContext;
  readonly key: Buffer;
  readonly isStopping: () => boolean;
}

async function addDoors(
  server: FastifyInstance,
  settings: Settings,
  { clock, random, timers, log }: ServiceParts,
  { context, key, observe, isStopping }: DoorParts,
): Promise<void> {
  closeConnectionsOnce(server, isStopping);
  const ways = { SOAP: DOOR_PATH, "PICA, PCI": BUS_DOOR_PATH };
  registerLastAnswers(server, ways, (operation, error) =>
    log.error("a page failed", { operation, error }),
  );
  const { db } = context;
  await registerSoapDoor(server, {
    backend: {
      acceptSubmission: (caller, submission, options) =>
        acceptSubmission(context, caller, submission, options),
      tellStatus: (caller, keys) => tellStatus(context, caller, keys),
      fetchCertificate: (caller, name, kind) => fetchCertificate(context, caller, name, kind),
      cancelMessage: (caller, key) => cancelMessage(context, caller, key),
      searchMessages: (caller, search) => searchMessages(context, caller, search),
      tellUsage: (caller, period) => tellUsage(context, caller, period),
      ...createCallerRegistry(db),
    },
    clock,
    random,
    secretsKey: key,
    publicUrl: context.settings.publicUrl,
    validateResponses: !settings.production,
    responseKey: settings.responseKey && responseKeyOf(settings.responseKey),
    isRevoked: settings.checkRevocation
      ? createRevocationCheck({ clock, source: createHttpStatus() })
      : undefined,
    limits: settings.limits,
    clientCertificateOf: createClientCertificateReader(settings.proxies),
    log,
    ports: busPorts({ context, settings: settings.bus, log }),
    observe,
  });
  registerMailboxPage(server, context);
  registerVerification(server, context, { test: !settings.production });
  const answers = remember(timers, READY_LASTS, () => databaseAnswers(db));
  registerHealth(server, async () => !isStopping() && (await answers()));
}

function responseKeyOf(files: KeyPairFiles): SigningKey {
  const { key, chain } = readKeyPair(files);
  return { key, certificate: chain[0] };
}
