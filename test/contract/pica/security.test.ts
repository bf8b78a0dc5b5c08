import { MINUTE } from "../../../src/domain/clock.ts";
import { setAuthenticationPolicy } from "../../../src/store/parties/entities.ts";
import { setBusPolicy } from "../../../src/store/parties/requesters.ts";
import { forgetNonces, type TimestampDemand } from "../../../src/store/parties/users.ts";
import { smsPetition } from "../../support/bus-petition.ts";
import { createSigner, type Manner, type Signer } from "../../support/signed-envelope.ts";
import { openDoor, registerFor, type OpenDoor } from "../../support/soap-door.ts";

/** Signed messages at the doors of the bus: what the policy of the body takes, and what it does not. */
let door: OpenDoor;
let sign: Signer;
let sent = 0;

beforeAll(async () => {
  door = await openDoor();
  sign = await createSigner(now());
  await registerFor(door, "demo", sign.certificate);
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});
beforeEach(async () => {
  await demand("signed");
  await accept({ sha1: false });
});

const now = (): Date => door.story.hands.clock.now();

async function demand(timestamp: TimestampDemand): Promise<void> {
  const { context, caller } = door.story;
  await setBusPolicy(context.db, caller.entity.entityId, { timestamp });
}

async function accept({ sha1 }: { readonly sha1: boolean }): Promise<void> {
  const { context, caller } = door.story;
  await setAuthenticationPolicy(context.db, caller.entity.nif, { accepts: ["x509"], sha1 });
}

const send = (): string => smsPetition(`sec-${(sent += 1)}`);

/** The state of the message, or what was refused. */
async function answerTo(message: string, path = "/ws/pica/Sincron"): Promise<string> {
  const response = await fetch(`${door.url}${path}`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: message,
  });
  const body = await response.text();
  const [, said] =
    /<Estat>(\w+)</.exec(body) ??
    /<LiteralError>([^<]+)</.exec(body) ??
    /<en>(.+?)</.exec(body) ??
    [];
  return said ?? /<stage>(\w+)</.exec(body)?.[1] ?? body;
}

const TOOK = "ACCEPTAT";

test.each<[TimestampDemand, readonly string[]]>([
  ["signed", ["signed"]],
  ["unsigned", ["signed", "unsigned"]],
  ["optional", ["signed", "unsigned", "none"]],
])("where the Timestamp has to be %s", async (timestamp, taken) => {
  await demand(timestamp);
  for (const stamp of ["none", "unsigned", "signed"] as const) {
    const answer = await answerTo(sign(send(), now(), { stamp }));
    const told = answer.includes("A Timestamp with Created") ? "refused" : answer;
    expect([stamp, told]).toEqual([stamp, taken.includes(stamp) ? TOOK : "refused"]);
  }
});

test("a Timestamp that is there must be fresh, whether it is signed or not", async () => {
  await demand("optional");
  for (const minutes of [-6, 2]) {
    const created = new Date(now().getTime() + minutes * MINUTE);
    for (const stamp of ["signed", "unsigned"] as const) {
      expect(await answerTo(sign(send(), created, { stamp }))).toContain("too old");
    }
  }
});

test("a signature without a Timestamp of its own is taken once in a day, however it is stamped", async () => {
  await demand("optional");
  const payload = send();
  expect(await answerTo(sign(payload, now(), { stamp: "none" }))).toBe(TOOK);
  // RSA signs the same in the same way: only the Timestamp, which nobody signed, is new.
  expect(await answerTo(sign(payload, now(), { stamp: "unsigned" }))).toContain("was used before");
  await door.story.hands.advance(23 * 60 * MINUTE);
  await forgetNonces(door.story.context.db, now());
  expect(await answerTo(sign(payload, now(), { stamp: "unsigned" }))).toContain("was used before");
});

test("the typed port needs a signed Timestamp, whatever the policy of the bus", async () => {
  await demand("optional");
  const ask = `<GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>sec-1/1</clientReference></message></GetStatus>`;
  const typed = (stamp: Manner["stamp"] & string): Promise<string> =>
    answerTo(sign(ask, now(), { stamp }), "/ws/sms-certificat");
  expect(await typed("unsigned")).toContain("covered by the signature");
  expect(await typed("none")).toContain("covered by the signature");
  expect(await typed("signed")).toContain("<found>");
});

test("SHA-1 where the policy takes it, with a warning in the log", async () => {
  const told = (): number =>
    door.log.filter(({ message }) => message.startsWith("a signature with SHA-1")).length;
  const old = { hash: "sha1" } as const;
  expect(await answerTo(sign(send(), now(), old))).toContain("does not accept this way");
  expect(told()).toBe(0);
  await accept({ sha1: true });
  expect(await answerTo(sign(send(), now(), old))).toBe(TOOK);
  expect(told()).toBe(1);
  // As the example client of the bus signs: the Body alone, with SHA-1, and a Timestamp beside it.
  await demand("unsigned");
  expect(await answerTo(sign(send(), now(), { ...old, stamp: "unsigned" }))).toBe(TOOK);
});
