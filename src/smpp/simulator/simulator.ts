import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Clock, RandomSource, Timers } from "../../domain/clock.ts";
import { STATUS } from "../command-status.ts";
import type { PduOf } from "../pdu.ts";
import { behaviourFor, type Behaviour, type ReceiptPlan } from "./behaviours.ts";
import { Connection } from "./connection.ts";
import { Outbox } from "./outbox.ts";
import { makeReport } from "./receipts.ts";

export interface SimulatorSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly password?: string;
  /** Delays, repeats, reorders, throttles and unbinds by chance; true by default. */
  readonly unkind?: boolean;
  /** Milliseconds from a submit to its receipt; 200 by default. */
  readonly receiptDelay?: number;
  /** Keeps unacknowledged receipts there, so that a killed simulator goes on. */
  readonly file?: string | undefined;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface SimulatorParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  /** Sees every segment that is taken. */
  readonly taken?: (fields: PduOf<"submit_sm">["fields"], messageId: string) => void;
}

export interface Simulator {
  readonly port: number;
  /** Reports that no client has acknowledged yet. */
  waiting(): number;
  /** Cuts every connection, as a broken network does. */
  cut(): void;
  stop(): Promise<void>;
}

const UNKIND = { throttle: 0.05, duplicate: 0.1, unbind: 0.02, longestDelay: 2_000 };
const REMEMBERED = 100_000;

/**
 * An SMSC that speaks SMPP 3.4 over TCP, for demonstrations and tests. The last three digits of the
 * recipient choose what happens (behaviours.ts). Unkindness delays and repeats, but never turns a
 * delivered message into another: that is for the recipients that ask for it.
 */
export async function startSimulator(
  settings: SimulatorSettings,
  parts: SimulatorParts,
): Promise<Simulator> {
  const { clock, timers, random } = parts;
  const unkind = settings.unkind ?? true;
  const connections = new Set<Connection>();
  const attempts = new Map<string, number>();
  const states = new Map<string, number>();
  const chance = (): number => random.bytes(4).readUInt32BE(0) / 2 ** 32;
  const outbox = new Outbox({
    clock,
    timers,
    file: settings.file,
    receivers: (systemId) =>
      [...connections].filter((each) => each.systemId === systemId && each.receives),
  });
  let ids = BigInt(clock.now().getTime()) * 1_000n;

  const submit = (connection: Connection, pdu: PduOf<"submit_sm">): void => {
    const { fields, sequence } = pdu;
    const behaviour = behaviourFor(fields.destinationAddr, segmentNumber(fields));
    const refusal = refusalOf(fields, behaviour);
    if (refusal !== undefined) {
      connection.answer("submit_sm_resp", sequence, refusal, { messageId: "" });
      return;
    }
    const id = ++ids;
    const messageId = id.toString(behaviour.hexadecimalAnswer ? 16 : 10);
    parts.taken?.(fields, messageId);
    const answer = (): void => {
      connection.answer("submit_sm_resp", sequence, STATUS.ROK, { messageId });
    };
    const base = behaviour.receiptAfter ?? settings.receiptDelay ?? 200;
    const wait = unkind && !behaviour.receiptFirst ? base + chance() * UNKIND.longestDelay : base;
    if (behaviour.answer === "cut") connection.cut();
    else if (behaviour.receiptFirst) timers.after(base + 50, answer);
    else if (behaviour.answer !== "silent") {
      if (behaviour.answerAfter > 0) timers.after(behaviour.answerAfter, answer);
      else answer();
    }
    remember(messageId, behaviour);
    for (const [index, plan] of behaviour.receipts.entries()) {
      // Receipts of one segment keep their order; the segments of a message do not.
      report(
        connection,
        fields,
        id.toString(),
        plan,
        behaviour.receiptFirst ? 0 : wait + index * 150,
      );
    }
    if (unkind && chance() < UNKIND.unbind) timers.after(wait, () => connection.unbind());
  };

  const refusalOf = (
    fields: PduOf<"submit_sm">["fields"],
    { answer }: Behaviour,
  ): number | undefined => {
    if (unkind && chance() < UNKIND.throttle) return STATUS.RTHROTTLED;
    if (typeof answer === "string") return undefined;
    const key = `${fields.destinationAddr}/${fields.shortMessage.toString("hex")}`;
    const met = (attempts.get(key) ?? 0) + 1;
    if (met > answer.times) attempts.delete(key);
    else attempts.set(key, met);
    return met <= answer.times ? answer.refuse : undefined;
  };

  const report = (
    connection: Connection,
    fields: PduOf<"submit_sm">["fields"],
    id: string,
    plan: ReceiptPlan,
    delay: number,
  ): void => {
    if ((fields.registeredDelivery & 0x03) === 0) return;
    const submittedAt = clock.now();
    const doneAt = new Date(submittedAt.getTime() + delay);
    const made = makeReport(fields, id, plan, { submittedAt, doneAt });
    const copies = plan.copies + (unkind && chance() < UNKIND.duplicate ? 1 : 0);
    for (let copy = 0; copy < copies; copy++) outbox.add(connection.systemId ?? "", made, delay);
  };

  const remember = (messageId: string, { receipts, queryState }: Behaviour): void => {
    states.set(messageId, queryState ?? receipts.at(-1)?.messageState ?? 1);
    if (states.size > REMEMBERED) states.delete(states.keys().next().value ?? "");
  };

  const listener = (socket: Socket): void => {
    connections.add(
      new Connection(socket, {
        bind: (_, password) => {
          const right = settings.password === undefined || settings.password === password;
          return right ? STATUS.ROK : STATUS.RINVPASWD;
        },
        bound: () => outbox.pump(),
        submit,
        query: (connection, { fields, sequence }) => {
          const state = states.get(fields.messageId);
          const status = state === undefined ? STATUS.RQUERYFAIL : STATUS.ROK;
          connection.answer("query_sm_resp", sequence, status, {
            messageId: fields.messageId,
            finalDate: "",
            messageState: state ?? 0,
            errorCode: 0,
          });
        },
        acknowledged: (...acknowledgement) => outbox.acknowledged(...acknowledgement),
        closed: (connection) => {
          connections.delete(connection);
          outbox.lost(connection);
        },
      }),
    );
  };
  const server = settings.tls ? createTlsServer(settings.tls, listener) : createTcpServer(listener);
  const port = await listen(server, settings);
  return {
    port,
    waiting: () => outbox.length,
    cut: () => {
      for (const connection of connections) connection.cut();
    },
    stop: () => {
      outbox.stop();
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.cut();
      });
    },
  };
}

/** From the user data header; 1 when there is none. */
function segmentNumber({ esmClass, shortMessage }: PduOf<"submit_sm">["fields"]): number {
  if ((esmClass & 0x40) === 0) return 1;
  return shortMessage[shortMessage[0] ?? 0] ?? 1;
}

function listen(server: Server, { host, port }: SimulatorSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
