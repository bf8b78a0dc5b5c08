import { encodePdu, type Pdu } from "../../src/smpp/pdu.ts";
import { until } from "../support/hands.ts";
import { startScriptedLink, type ScriptedLink } from "../support/scripted-link.ts";
import { take } from "../support/scripted-smsc.ts";

let link: ScriptedLink;
afterEach(() => link.close());

/** The texts that reached the SMSC, in order. */
const texts = (): readonly string[] =>
  link.smsc.seen.flatMap((pdu) =>
    pdu.command === "submit_sm" ? [pdu.fields.shortMessage.toString("latin1")] : [],
  );

test("no more segments are in flight than the window allows", async () => {
  const held: (() => void)[] = [];
  link = await startScriptedLink(
    (pdu, socket) => held.push(() => take(pdu, socket, `id${pdu.sequence}`)),
    {
      window: 2,
    },
  );
  const answers = ["a", "b", "c"].map(link.submit);
  await until(() => link.smsc.seen.length === 2);
  await link.hands.advance(1_000);
  expect(texts()).toEqual(["a", "b"]);
  held.shift()?.();
  await until(() => link.smsc.seen.length === 3);
  for (const release of held) release();
  expect((await Promise.all(answers)).map((answer) => answer.kind)).toEqual(
    Array(3).fill("accepted"),
  );
});

test("answers out of order find their segments", async () => {
  const held: Pdu[] = [];
  link = await startScriptedLink((pdu, socket) => {
    held.push(pdu);
    if (held.length === 3) {
      for (const each of held.toReversed()) take(each, socket, `id${each.sequence}`);
    }
  });
  const answers = await Promise.all(["a", "b", "c"].map(link.submit));
  const sequences = link.smsc.seen.map((pdu) => `id${pdu.sequence}`);
  expect(answers.map((each) => each.kind === "accepted" && each.smscMessageId)).toEqual(sequences);
});

test.each([0x58, 0x14])("throttled with %i, segments wait and keep their order", async (status) => {
  let refusals = 1;
  link = await startScriptedLink(
    (pdu, socket) => {
      if (refusals-- > 0) take(pdu, socket, "", status);
      else take(pdu, socket, "id");
    },
    { window: 1, timings: { queue: 60_000 } },
  );
  const answers = ["a", "b", "c"].map(link.submit);
  await until(() => link.events.some((event) => event.kind === "throttled"));
  await link.hands.advance(900);
  expect(texts()).toEqual(["a"]);
  await link.hands.passUntil(() => link.smsc.seen.length === 4);
  expect(texts()).toEqual(["a", "a", "b", "c"]);
  expect((await Promise.all(answers)).every((each) => each.kind === "accepted")).toBe(true);
});

test("a segment that is throttled for too long is given back as refused for now", async () => {
  link = await startScriptedLink((pdu, socket) => take(pdu, socket, "", 0x58));
  const answer = link.submit("a");
  await link.hands.advance(30_000);
  expect(await answer).toEqual({ kind: "refused", commandStatus: 0x58, permanent: false });
});

test("the contracted rate is not exceeded", async () => {
  link = await startScriptedLink((pdu, socket) => take(pdu, socket, "id"), { ratePerSecond: 10 });
  const answers = Array.from({ length: 40 }, (_, index) => link.submit(`text ${index}`));
  for (let second = 1; second <= 3; second++) {
    await link.hands.advance(1_000);
    expect(link.smsc.seen.length).toBeLessThanOrEqual(second * 10 + 1);
    expect(link.smsc.seen.length).toBeGreaterThanOrEqual(second * 10 - 2);
  }
  await link.hands.advance(2_000);
  await Promise.all(answers);
});

test("a silent peer is asked whether it lives, and left when it does not say", async () => {
  link = await startScriptedLink(() => undefined, {}, { deaf: true });
  await link.hands.advance(30_000);
  await until(() => link.smsc.seen.some((pdu) => pdu.command === "enquire_link"));
  await link.hands.passUntil(() => link.events.some((event) => event.kind === "lost"));
  expect(link.events.at(-1)).toMatchObject({ kind: "lost", cause: "the peer is silent" });
  await link.hands.passUntil(() => link.gateway.isReady(), "a new bind");
});

test("when the SMSC unbinds, what is in flight is still answered", async () => {
  let sent: Pdu | undefined;
  link = await startScriptedLink((pdu) => (sent = pdu));
  const answer = link.submit("a");
  await until(() => sent !== undefined);
  link.smsc.socket().write(encodePdu("unbind", { sequence: 900 }, {}));
  await until(() => !link.gateway.isReady());
  take(sent!, link.smsc.socket(), "late id");
  expect(await answer).toMatchObject({ kind: "accepted", smscMessageId: "late id" });
  await until(() => link.smsc.seen.some((pdu) => pdu.command === "unbind_resp"));
});

test("stopping waits for the answers in flight, then unbinds", async () => {
  let sent: Pdu | undefined;
  link = await startScriptedLink((pdu) => (sent = pdu));
  const answer = link.submit("a");
  await until(() => sent !== undefined);
  const stopped = link.gateway.stop();
  expect(await link.submit("b")).toMatchObject({ kind: "notSent" });
  take(sent!, link.smsc.socket(), "id");
  expect(await answer).toMatchObject({ kind: "accepted" });
  await stopped;
  expect(texts()).toEqual(["a"]);
});

test("an accepted segment without an id is unknown", async () => {
  link = await startScriptedLink((pdu, socket) => take(pdu, socket, ""));
  expect(await link.submit("a")).toMatchObject({ kind: "unknown" });
});

test("a generic_nack refuses", async () => {
  link = await startScriptedLink((pdu, socket) => {
    const header = { sequence: pdu.sequence, commandStatus: 0x03 };
    socket.write(encodePdu("generic_nack", header, {}));
  });
  expect(await link.submit("a")).toEqual({ kind: "refused", commandStatus: 3, permanent: true });
});

test("an answer that belongs to nobody harms nobody", async () => {
  link = await startScriptedLink((pdu, socket) => {
    socket.write(encodePdu("submit_sm_resp", { sequence: 4_711 }, { messageId: "ghost" }));
    take(pdu, socket, "id");
  });
  expect(await link.submit("a")).toMatchObject({ kind: "accepted", smscMessageId: "id" });
  expect(link.events.at(-1)).toMatchObject({
    kind: "odd",
    what: "submit_sm_resp without a request",
  });
});

test("separate binds: segments leave by the transmitter, receipts come by the receiver", async () => {
  const bound: string[] = [];
  link = await startScriptedLink((pdu, socket) => take(pdu, socket, "7"), {
    binds: ["receiver", "transmitter"],
  });
  await until(() => link.gateway.health().bound === 2);
  expect(await link.submit("a")).toMatchObject({ kind: "accepted" });
  bound.push(...link.events.flatMap((event) => (event.kind === "bound" ? [event.link] : [])));
  expect(bound.sort()).toEqual(["Script/receiver-1", "Script/transmitter-2"]);
});

const rubbish: readonly (readonly [string, Buffer, answer: object | undefined])[] = [
  ["an unknown command", frame(0x0000_0fff), { command: "generic_nack", commandStatus: 3 }],
  ["an unknown answer", frame(0x8000_0fff), undefined],
  ["deliver_sm without a body", frame(5), { command: "deliver_sm_resp", commandStatus: 2 }],
  [
    "deliver_sm with a text longer than itself",
    deliver(Buffer.from([200, 1])),
    { command: "deliver_sm_resp", commandStatus: 1 },
  ],
  [
    "a TLV that overruns the end",
    deliver(Buffer.from([0, 0x04, 0x27, 0, 9, 1])),
    { command: "deliver_sm_resp", commandStatus: 0xc0 },
  ],
  [
    "half a TLV",
    deliver(Buffer.from([0, 0x04, 0x27, 0])),
    { command: "deliver_sm_resp", commandStatus: 0xc0 },
  ],
  [
    "message_state without an octet",
    deliver(Buffer.from([0, 0x04, 0x27, 0, 0])),
    { command: "deliver_sm_resp", commandStatus: 0 },
  ],
  [
    "a submit_sm, as if we were the SMSC",
    frame(4, Buffer.alloc(17)),
    { command: "submit_sm_resp", commandStatus: 4 },
  ],
  [
    "a bind, as if we were the SMSC",
    frame(9, Buffer.alloc(7)),
    { command: "bind_transceiver_resp", commandStatus: 4 },
  ],
  ["outbind", frame(0x0b, Buffer.from("a\0b\0")), undefined],
  ["alert_notification", frame(0x102, Buffer.alloc(6)), undefined],
];

test.each(rubbish)("%s does not wedge the link, and gets its answer", async (_, octets, answer) => {
  link = await startScriptedLink((pdu, socket) => {
    if (pdu.command === "submit_sm") take(pdu, socket, "id");
  });
  link.smsc.socket().write(octets);
  if (answer) {
    await until(() => link.smsc.seen.length === 1, "the answer");
    expect(link.smsc.seen[0]).toMatchObject({ ...answer, sequence: 99 });
  }
  expect(await link.submit("a")).toMatchObject({ kind: "accepted" });
});

test.each([0, 4, 10, 0x7fff_ffff])(
  "a command_length of %i ends the link, with a nack",
  async (length) => {
    link = await startScriptedLink((pdu, socket) => {
      if (pdu.command === "submit_sm") take(pdu, socket, "id");
    });
    const octets = frame(5);
    octets.writeUInt32BE(length, 0);
    link.smsc.socket().write(octets);
    await until(() => link.smsc.seen.length === 1);
    expect(link.smsc.seen[0]).toMatchObject({ command: "generic_nack", commandStatus: 2 });
    await link.hands.passUntil(() => link.gateway.isReady(), "a new bind");
  },
);

test("octets that arrive one by one are read all the same", async () => {
  link = await startScriptedLink(() => undefined);
  const octets = deliver(Buffer.concat([Buffer.from([8]), Buffer.from("id:1 x:2")]));
  for (const octet of octets) {
    link.smsc.socket().write(Buffer.from([octet]));
    await link.hands.advance(0);
  }
  await until(() => link.receipts.length === 1);
  expect(link.receipts[0]?.raw.equals(octets)).toBe(true);
});

function frame(id: number, body = Buffer.alloc(0)): Buffer {
  const octets = Buffer.concat([Buffer.alloc(16), body]);
  octets.writeUInt32BE(octets.length, 0);
  octets.writeUInt32BE(id, 4);
  octets.writeUInt32BE(99, 12);
  return octets;
}

/** deliver_sm with empty addresses; `tail` begins with sm_length. */
function deliver(tail: Buffer): Buffer {
  return frame(5, Buffer.concat([Buffer.alloc(7), Buffer.from([4]), Buffer.alloc(8), tail]));
}
