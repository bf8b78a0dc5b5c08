import { certifyMessages } from "../../src/lifecycle/certify-message.ts";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import type { ArrivedReceipt, SmsGateway } from "../../src/lifecycle/ports.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { tellStatus, type MessageStatus } from "../../src/lifecycle/calls/tell-status.ts";
import type { Submission } from "../../src/domain/submission.ts";
import type { MessageId } from "../../src/domain/ids.ts";
import { HOURS, startStory, type Story, type StoryOptions } from "./story.ts";
import { report, toldGateway } from "./told-gateway.ts";

/** A message on its way, with what the operator calls its segments. */
export interface Sent {
  readonly messageId: MessageId;
  readonly reference: string;
  readonly recipient: string;
  readonly acceptedAt: Date;
  /** smscMessageIds, segment by segment. */
  readonly ids: readonly string[];
}

/** A story whose operator accepts everything at once and reports only what the test says. */
export interface ToldStory {
  readonly story: Story;
  readonly context: LifecycleContext;
  /** What the link is to the steps; false keeps negative outcomes back. */
  readonly link: { ready: boolean };
  /** Runs every step until nothing is due. */
  steps(): Promise<void>;
  send(text?: string, more?: Partial<Submission>): Promise<Sent>;
  /** A report arrives about a segment: DELIVERED without a date unless told otherwise. */
  hear(sent: Sent, more?: Partial<ArrivedReceipt>, segment?: number): Promise<void>;
  pass(hours: number): Promise<void>;
  status(sent: Sent): Promise<MessageStatus>;
}

export async function startToldStory(options: StoryOptions = {}): Promise<ToldStory> {
  const story = await startStory(options);
  // Nothing goes over its wire: its enquiries would only make days pass slowly.
  await story.operated.close();
  const link = { ready: true };
  const gateway: SmsGateway = {
    ...toldGateway(story),
    isReady: () => link.ready,
    heard: () =>
      Promise.resolve(
        link.ready ? { since: new Date(0), until: story.hands.clock.now() } : undefined,
      ),
  };
  const context: LifecycleContext = { ...story.context, gateway };
  let number = 0;

  async function steps(): Promise<void> {
    const relaying = new Set<Promise<void>>();
    for (let taken = 1; taken > 0;) {
      taken = await relayMessages(context, relaying);
      await Promise.all(relaying);
      taken += await matchReceipts(context);
      taken += await settleOutcomes(context);
      taken += await certifyMessages(context);
    }
  }

  async function statusOf(clientReference: string): Promise<MessageStatus> {
    const [entry] = await tellStatus(context, story.caller, [{ clientReference }]);
    if (!entry?.found) throw new Error(`no message ${clientReference}`);
    return entry.found;
  }

  return {
    story,
    context,
    link,
    steps,
    async send(text, more = {}) {
      number += 1;
      const reference = `told-${number}`;
      const recipient = `+346000${String(number).padStart(5, "0")}`;
      const acceptedAt = story.hands.clock.now();
      await story.accept(reference, recipient, { ...more, ...(text !== undefined && { text }) });
      await steps();
      const { view, messageId } = await statusOf(reference);
      const ids = view.segments.map(({ smscMessageId }) => smscMessageId ?? "");
      return { messageId, reference, recipient, acceptedAt, ids };
    },
    async hear(sent, more = {}, segment = 1) {
      const receipt = report(story, sent.ids[segment - 1] ?? "", sent.recipient);
      await recordReceipt(context, { ...receipt, ...more });
      await steps();
    },
    async pass(hours) {
      await story.hands.advance(hours * HOURS);
      await steps();
    },
    status: (sent) => statusOf(sent.reference),
  };
}

/** As a receipt writes it: YYMMDDhhmm, in UTC. */
export function dated(at: Date): string {
  return at.toISOString().replaceAll(/[-T:]/g, "").slice(2, 12);
}

export const hoursAfter = (from: Date, hours: number): Date =>
  new Date(from.getTime() + hours * HOURS);
