import type { Socket } from "node:net";
import { createSmppGateway, type SmppGateway, type SmppSettings } from "../../src/smpp/gateway.ts";
import type { LinkEvent } from "../../src/smpp/link/link.ts";
import { encodePdu, type Pdu } from "../../src/smpp/pdu.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import type { ArrivedReceipt } from "../../src/lifecycle/ports.ts";
import { createHands, turns, until, type Hands } from "../support/hands.ts";
import { segmentsFor } from "../support/operator.ts";
import { startScriptedSmsc, take, type ScriptedSmsc } from "../support/scripted-smsc.ts";

let hands: Hands;
let smsc: ScriptedSmsc;
let gateway: SmppGateway;
let events: LinkEvent[];
let receipts: ArrivedReceipt[];

async function start(
  script: (pdu: Pdu, socket: Socket) => void,
  settings: Partial<SmppSettings> = {},
  options: { readonly deaf?: boolean } = {},
): Promise<void> {
  hands = createHands();
  events = [];
  receipts = [];
  smsc = await startScriptedSmsc(script, options);
  gateway = createSmppGateway(
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
  await until(() => gateway.isReady(), "the bind");
}

afterEach(async () => {
  let stopped = false;
  void gateway.stop().then(() => (stopped = true));
  await hands.passUntil(() => stopped, "the end");
  await smsc.close();
});

const submit = (text: string): ReturnType<SmppGateway["submit"]> =>
  gateway.submit(segmentsFor(gateway, hands, "+34600100000", text)[0]!);

/** Asks about so many segments with query_sm. */
function ask(count: number): void {
  const segment = segmentsFor(gateway, hands, "+34600100000", "text")[0]!;
  for (let nth = 0; nth < count; nth++) {
    void gateway.query!({ ...segment, smscMessageId: `id-${nth}` });
  }
}

test("questions that the SMSC leaves unanswered keep no segment from going out", async () => {
  await start((pdu, socket) => pdu.command === "submit_sm" && take(pdu, socket, "id"));
  ask(10);
  const answer = submit("a");
  await hands.advance(21_000);
  expect((await answer).kind).toBe("accepted");
});

test.each(["we stop", "it unbinds again"])(
  "what is in flight while the SMSC unbinds is waited for when %s",
  async (how) => {
    const held: (() => void)[] = [];
    await start(
      (pdu, socket) => pdu.command === "submit_sm" && held.push(() => take(pdu, socket, "id")),
    );
    const answer = submit("a");
    await until(() => held.length === 1);
    smsc.socket().write(encodePdu("unbind", { sequence: 1 }, {}));
    await turns(50);
    if (how === "we stop") void gateway.stop();
    else smsc.socket().write(encodePdu("unbind", { sequence: 2 }, {}));
    await turns(50);
    held[0]!();
    await hands.advance(1_000);
    expect((await answer).kind).toBe("accepted");
  },
);

test("rubbish behind bind_resp in one packet ends the session, and the bind is tried again", async () => {
  let binds = 0;
  hands = createHands();
  events = [];
  smsc = await startScriptedSmsc(() => undefined, {
    behindBind: () => (++binds === 1 ? Buffer.alloc(8) : Buffer.alloc(0)),
  });
  gateway = createSmppGateway(
    { operator: "Script", host: "127.0.0.1", port: smsc.port, systemId: "a", password: "b" },
    { ...hands, random: seededRandom("link"), tell: (event) => events.push(event) },
  );
  await gateway.start(() => Promise.resolve());
  await until(() => events.some(({ kind }) => kind === "lost"), "the loss");
  await hands.passUntil(() => gateway.isReady(), "a new bind");
  expect(binds).toBe(2);
});

test("who wants to know what is heard has the peer asked", async () => {
  await start(() => undefined);
  const boundAt = hands.clock.now();
  await hands.advance(20_000);
  let heard = await gateway.heard();
  expect(heard).toEqual({ since: boundAt, until: boundAt });
  const now = hands.clock.now();
  for (let tries = 0; heard!.until < now && tries < 100; tries++) {
    await turns();
    heard = await gateway.heard();
  }
  expect(heard).toEqual({ since: boundAt, until: now });
});

test("a silent peer that is asked out of turn is left when it does not say", async () => {
  await start(() => undefined, {}, { deaf: true });
  const boundAt = hands.clock.now();
  await hands.advance(5_000);
  for (let second = 0; second < 9; second++) {
    expect(await gateway.heard()).toEqual({ since: boundAt, until: boundAt });
    await hands.advance(1_000);
  }
  await hands.advance(1_000);
  expect(events.at(-1)).toMatchObject({ kind: "lost", cause: "the peer is silent" });
  expect(await gateway.heard()).toBeUndefined();
  expect(smsc.seen.filter(({ command }) => command === "enquire_link")).toHaveLength(1);
});
