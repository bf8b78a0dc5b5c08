import { encodePdu } from "../../src/smpp/pdu.ts";
import { turns, until } from "../support/hands.ts";
import { segmentsFor } from "../support/operator.ts";
import { startScriptedLink, type ScriptedLink } from "../support/scripted-link.ts";
import { take } from "../support/scripted-smsc.ts";

let link: ScriptedLink;
afterEach(() => link.close());

/** Asks about so many segments with query_sm. */
function ask(count: number): void {
  const segment = segmentsFor(link.gateway, link.hands, "+34600100000", "text")[0]!;
  for (let nth = 0; nth < count; nth++) {
    void link.gateway.query!({ ...segment, smscMessageId: `id-${nth}` });
  }
}

test("questions that the SMSC leaves unanswered keep no segment from going out", async () => {
  link = await startScriptedLink(
    (pdu, socket) => pdu.command === "submit_sm" && take(pdu, socket, "id"),
  );
  ask(10);
  const answer = link.submit("a");
  await link.hands.advance(21_000);
  expect((await answer).kind).toBe("accepted");
});

test.each(["we stop", "it unbinds again"])(
  "what is in flight while the SMSC unbinds is waited for when %s",
  async (how) => {
    const held: (() => void)[] = [];
    link = await startScriptedLink(
      (pdu, socket) => pdu.command === "submit_sm" && held.push(() => take(pdu, socket, "id")),
    );
    const answer = link.submit("a");
    await until(() => held.length === 1);
    link.smsc.socket().write(encodePdu("unbind", { sequence: 1 }, {}));
    await turns(50);
    if (how === "we stop") void link.gateway.stop();
    else link.smsc.socket().write(encodePdu("unbind", { sequence: 2 }, {}));
    await turns(50);
    held[0]!();
    await link.hands.advance(1_000);
    expect((await answer).kind).toBe("accepted");
  },
);

test("rubbish behind bind_resp in one packet ends the session, and the bind is tried again", async () => {
  let binds = 0;
  const behindBind = (): Buffer => (++binds === 1 ? Buffer.alloc(8) : Buffer.alloc(0));
  link = await startScriptedLink(() => undefined, {}, { behindBind, unbound: true });
  await until(() => link.events.some(({ kind }) => kind === "lost"), "the loss");
  await link.hands.passUntil(() => link.gateway.isReady(), "a new bind");
  expect(binds).toBe(2);
});

test("who wants to know what is heard has the peer asked", async () => {
  link = await startScriptedLink(() => undefined);
  const boundAt = link.hands.clock.now();
  await link.hands.advance(20_000);
  let heard = await link.gateway.heard();
  expect(heard).toEqual({ since: boundAt, until: boundAt });
  const now = link.hands.clock.now();
  for (let tries = 0; heard!.until < now && tries < 100; tries++) {
    await turns();
    heard = await link.gateway.heard();
  }
  expect(heard).toEqual({ since: boundAt, until: now });
});

test("a silent peer that is asked out of turn is left when it does not say", async () => {
  link = await startScriptedLink(() => undefined, {}, { deaf: true });
  const boundAt = link.hands.clock.now();
  await link.hands.advance(5_000);
  for (let second = 0; second < 9; second++) {
    expect(await link.gateway.heard()).toEqual({ since: boundAt, until: boundAt });
    await link.hands.advance(1_000);
  }
  await link.hands.advance(1_000);
  expect(link.events.at(-1)).toMatchObject({ kind: "lost", cause: "the peer is silent" });
  expect(await link.gateway.heard()).toBeUndefined();
  expect(link.smsc.seen.filter(({ command }) => command === "enquire_link")).toHaveLength(1);
});
