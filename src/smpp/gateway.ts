import type { Clock, RandomSource, Timers } from "../domain/clock.ts";
import type { Heard } from "../domain/delivery-receipt.ts";
import type {
  ArrivedReceipt,
  LinkHealth,
  OutgoingSegment,
  SmsGateway,
  SubmitAnswer,
} from "../lifecycle/ports.ts";
import { planSegments } from "./alphabet.ts";
import { DEFAULT_DIALECT, type Dialect } from "./dialect.ts";
import {
  Link,
  type BindLease,
  type BindMode,
  type BindSettings,
  type TlsSettings,
  type LinkEvent,
  type LinkTimings,
} from "./link/link.ts";
import { canonicalMessageId } from "./message-id.ts";
import { SubmitQueue } from "./link/queue.ts";
import { querySegment } from "./query.ts";
import { readReport } from "./receipt.ts";
import type { Answer } from "./link/in-flight.ts";
import { isPermanent, STATUS } from "./command-status.ts";
import { Owner } from "./link/owner.ts";
import { Rate } from "./link/rate.ts";

const DEFAULT_TIMINGS: LinkTimings & { readonly queue: number } = {
  bind: 10_000,
  response: 60_000,
  enquireAfter: 30_000,
  enquireAnswer: 10_000,
  drain: 10_000,
  unbind: 5_000,
  firstRetry: 1_000,
  longestRetry: 60_000,
  refusedRetry: 60_000,
  /** How long a segment waits for a link, the window and the rate before it is given back. */
  queue: 20_000,
};

export interface SmppSettings extends Partial<
  Pick<BindSettings, "systemType" | "addressRange" | "addressTon" | "addressNpi">
> {
  /** The operator's name as certificates print it. */
  readonly operator: string;
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  /** True verifies the SMSC against the authorities that Node trusts. */
  readonly tls?: boolean | TlsSettings | undefined;
  /** One entry per bind; one transceiver by default. */
  readonly binds?: readonly BindMode[];
  /** Segments in flight on one bind; 10 by default, at most two or three times the rate. */
  readonly window?: number;
  /** Segments per second by contract; no limit by default. */
  readonly ratePerSecond?: number | undefined;
  readonly dialect?: Partial<Dialect>;
  readonly timings?: Partial<typeof DEFAULT_TIMINGS>;
}

export interface SmppParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly tell?: (event: LinkEvent) => void;
  /** Without one this process binds at once: it must be the only one. */
  readonly lease?: BindLease;
}

export interface SmppGateway extends SmsGateway {
  /** The binds that carry segments now, of those that should. */
  health(): LinkHealth;
}

/**
 * The operator's link over SMPP 3.4. It keeps no state that matters: attempts are committed before
 * `submit` is called, receipts before they are acknowledged.
 *
 * @throws RangeError when the credentials do not fit into a bind (systemId 15, password 8 characters)
 */
export function createSmppGateway(settings: SmppSettings, parts: SmppParts): SmppGateway {
  const dialect: Dialect = { ...DEFAULT_DIALECT, ...settings.dialect };
  const timings = { ...DEFAULT_TIMINGS, ...settings.timings };
  const tell = parts.tell ?? (() => undefined);
  const { operator } = settings;
  let store: ((receipt: ArrivedReceipt) => Promise<void>) | undefined;
  const boundAt = new Map<string, Date>();
  const bind: BindSettings = {
    systemType: "",
    addressRange: "",
    addressTon: 0,
    addressNpi: 0,
    ...settings,
    tls: settings.tls === true ? {} : settings.tls === false ? undefined : settings.tls,
  };
  const links = (settings.binds ?? (["transceiver"] as const)).map((mode, index) => {
    return new Link(`${operator}/${mode}-${index + 1}`, mode, bind, {
      timers: parts.timers,
      random: parts.random,
      timings,
      tell: (event) => {
        if (event.kind === "bound") boundAt.set(event.link, parts.clock.now());
        tell(event);
      },
      changed: () => queue.pump(),
      report: async (pdu, raw, link) => {
        if (!store) throw new Error("nobody stores receipts yet");
        const receivedAt = parts.clock.now();
        await store(readReport(pdu, raw, { operator, link, receivedAt, dialect }));
      },
    });
  });
  const owner = new Owner(parts.lease, parts.timers, {
    heard: () =>
      links
        .flatMap(({ name, mode, session }): Heard[] => {
          const since = boundAt.get(name);
          if (mode === "transmitter" || !session || !since) return [];
          return [{ since, until: new Date(parts.clock.now().getTime() - session.silence) }];
        })
        .toSorted((a, b) => a.since.getTime() - b.since.getTime())[0],
    gained: () => {
      for (const link of links) link.start();
    },
    lost: async () => {
      await Promise.all(links.map((link) => link.stop()));
    },
  });
  const transmitters = links.filter((link) => link.mode !== "receiver");
  const window = settings.window ?? 10;
  const queue = new SubmitQueue({
    links: transmitters,
    window,
    rate: new Rate(settings.ratePerSecond, parts.timers),
    patience: timings.queue,
    timers: parts.timers,
    clock: parts.clock,
    dialect,
    tell,
  });

  return {
    operator,
    plan: (text, reference) => planSegments(text, reference, dialect),
    isReady: () => queue.isReady,
    // As many again as are on their way, and no more than the rate lets go within a few seconds.
    capacity: Math.max(
      2,
      Math.floor(
        Math.min(2 * window * transmitters.length, (settings.ratePerSecond ?? Infinity) * 5),
      ),
    ),
    heard: () => {
      // What is not known up to now will be when it is asked again.
      for (const { session } of links) session?.enquire();
      return owner.heard();
    },
    submit: async (segment: OutgoingSegment): Promise<SubmitAnswer> => {
      const answer = await queue.submit(segment);
      return readAnswer(answer, dialect, parts.clock);
    },
    query: async (segment) => {
      const session = links.find((link) => link.mode !== "receiver" && link.session)?.session;
      const told = session && (await querySegment(session, segment, dialect));
      if (!told) return;
      const receivedAt = parts.clock.now();
      await store?.({ ...told, operator, link: `${operator}/query`, receivedAt });
    },
    start: async (onReceipt) => {
      store = onReceipt;
      await owner.start();
    },
    stop: async () => {
      queue.close();
      await owner.stop();
    },
    health: () => ({
      bound: links.filter((link) => link.session).length,
      wanted: links.length,
      waiting: queue.length,
    }),
  };
}

function readAnswer(answer: Answer, dialect: Dialect, clock: Clock): SubmitAnswer {
  if (answer.kind === "notSent") return answer;
  if (answer.kind === "lost") return { kind: "unknown", cause: answer.cause };
  const { pdu } = answer;
  const { commandStatus } = pdu;
  if (commandStatus !== STATUS.ROK) {
    return { kind: "refused", commandStatus, permanent: isPermanent(commandStatus) };
  }
  if (pdu.command !== "submit_sm_resp" || pdu.fields.messageId === "") {
    return { kind: "unknown", cause: `${pdu.command} without a message_id` };
  }
  const smscMessageId = pdu.fields.messageId;
  const matchKey = canonicalMessageId(smscMessageId, dialect.idConvention, "response");
  return { kind: "accepted", smscMessageId, matchKey, answeredAt: clock.now() };
}
