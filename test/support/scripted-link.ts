import type { Socket } from "node:net";
import type { ArrivedReceipt } from "../../src/lifecycle/ports.ts";
import { createSmppGateway, type SmppGateway, type SmppSettings } from "../../src/smpp/gateway.ts";
import type { LinkEvent } from "../../src/smpp/link/link.ts";
import type { Pdu } from "../../src/smpp/pdu.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { createHands, until, type Hands } from "./hands.ts";
import { segmentsFor } from "./operator.ts";
import { startScriptedSmsc, type ScriptedSmsc } from "./scripted-smsc.ts";

/** Our end of a link whose other end does what the test says. */
export interface ScriptedLink {
  readonly hands: Hands;
  readonly smsc: ScriptedSmsc;
  readonly gateway: SmppGateway;
  readonly events: readonly LinkEvent[];
  readonly receipts: readonly ArrivedReceipt[];
  readonly submit: (text: string) => ReturnType<SmppGateway["submit"]>;
  close(): Promise<void>;
}

export async function startScriptedLink(
  script: (pdu: Pdu, socket: Socket) => void,
  settings: Partial<SmppSettings> = {},
  options: NonNullable<Parameters<typeof startScriptedSmsc>[1]> & {
    /** It is not waited for the bind. */
    readonly unbound?: boolean;
  } = {},
): Promise<ScriptedLink> {
  const hands = createHands();
  const events: LinkEvent[] = [];
  const receipts: ArrivedReceipt[] = [];
  const smsc = await startScriptedSmsc(script, options);
  const gateway = createSmppGateway(
    {
      operator: "Script",
      host: "127.0.0.1",
      port: smsc.port,
      systemId: "certsms",
      password: "secret",
      ...settings,
    },
    { ...hands, random: seededRandom("link"), tell: (event) => events.push(event) },
  );
  await gateway.start((receipt) => {
    receipts.push(receipt);
    return Promise.resolve();
  });
  if (!options.unbound) await until(() => gateway.isReady(), "the bind");
  return {
    ...{ hands, smsc, gateway, events, receipts },
    submit: (text) => gateway.submit(segmentsFor(gateway, hands, "+34600100000", text)[0]!),
    async close() {
      let stopped = false;
      void gateway.stop().then(() => (stopped = true));
      await hands.passUntil(() => stopped, "the end");
      await smsc.close();
    },
  };
}
