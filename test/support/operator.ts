import type { ArrivedReceipt, OutgoingSegment, SubmitAnswer } from "../../src/lifecycle/ports.ts";
import type { Msisdn } from "../../src/domain/msisdn.ts";
import { createSmppGateway, type SmppGateway, type SmppSettings } from "../../src/smpp/gateway.ts";
import type { LinkEvent } from "../../src/smpp/link/link.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import {
  startSimulator,
  type Simulator,
  type SimulatorSettings,
} from "../../src/smpp/simulator/simulator.ts";
import { createHands, until, type Hands } from "./hands.ts";

/** A gateway bound to a simulated operator over loopback, both on one hand-turned clock. */
export interface Operated {
  readonly hands: Hands;
  readonly simulator: Simulator;
  readonly gateway: SmppGateway;
  readonly receipts: ArrivedReceipt[];
  readonly events: LinkEvent[];
  /** What the operator has taken: recipient and short_message, in order. */
  readonly taken: string[];
  submit(recipient: string, text?: string): Promise<readonly SubmitAnswer[]>;
  close(): Promise<void>;
}

export async function startOperated(
  options: {
    readonly simulator?: Partial<SimulatorSettings>;
    readonly gateway?: Partial<SmppSettings>;
    /** What the clock shows at the beginning. */
    readonly start?: Date;
    /** False when the bind is not expected to succeed. */
    readonly bound?: boolean;
    readonly onReceipt?: (receipt: ArrivedReceipt) => Promise<void>;
  } = {},
): Promise<Operated> {
  const hands = createHands(options.start);
  const { clock, timers } = hands;
  const random = seededRandom("operated");
  const taken: string[] = [];
  const simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, unkind: false, ...options.simulator },
    {
      clock,
      timers,
      random,
      taken: ({ destinationAddr, shortMessage }) => {
        taken.push(`+${destinationAddr} ${shortMessage.toString("hex")}`);
      },
    },
  );
  const receipts: ArrivedReceipt[] = [];
  const events: LinkEvent[] = [];
  const gateway = createSmppGateway(
    {
      operator: "Simulator",
      host: "127.0.0.1",
      port: simulator.port,
      systemId: "certsms",
      password: "secret",
      ...options.gateway,
    },
    { clock, timers, random, tell: (event) => events.push(event) },
  );
  await gateway.start(async (receipt) => {
    await options.onReceipt?.(receipt);
    receipts.push(receipt);
  });
  if (options.bound !== false) await until(() => gateway.isReady(), "the bind");
  return {
    hands,
    simulator,
    gateway,
    receipts,
    events,
    taken,
    submit: (recipient, text = "Notificació de prova") =>
      Promise.all(segmentsFor(gateway, hands, recipient, text).map((each) => gateway.submit(each))),
    close: async () => {
      let stopped = false;
      void gateway.stop().then(() => (stopped = true));
      await hands.passUntil(() => stopped, "the end of the gateway");
      await simulator.stop();
    },
  };
}

export function segmentsFor(
  gateway: Pick<SmppGateway, "plan">,
  { clock }: Pick<Hands, "clock">,
  recipient: string,
  text: string,
): readonly OutgoingSegment[] {
  const validUntil = new Date(clock.now().getTime() + 120 * 3_600_000);
  return gateway.plan(text, 77).segments.map((segment) => {
    return { ...segment, recipient: recipient as Msisdn, sender: "Govern", validUntil };
  });
}
