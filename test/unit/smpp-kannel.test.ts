import { dlrUrl, nackStatus, readDlrCall, receiptOfCall } from "../../src/smpp/kannel/dlr.ts";
import { createKannelGateway } from "../../src/smpp/kannel/gateway.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { freePort } from "../support/free-port.ts";
import { segmentsFor } from "../support/operator.ts";

const SECRET = "a secret of the test";
const origin = { operator: "K", link: "K/kannel", receivedAt: new Date(0) };

function call(type: number, answer: string): URLSearchParams {
  const url = dlrUrl("http://127.0.0.1/dlr", SECRET, "ref-1", "+34600100000")
    .replace("%d", String(type))
    .replace("%F", "fid-1")
    .replace("%A", encodeURIComponent(answer));
  return new URL(url).searchParams;
}

test("a call whose seal is not ours is not read", () => {
  const query = call(1, "");
  expect(readDlrCall(query, SECRET)).toMatchObject({ reference: "ref-1", smscMessageId: "fid-1" });
  for (const [name, value] of [
    ["ref", "ref-2"],
    ["to", "+34600100001"],
    ["seal", ""],
    ["seal", "é".repeat(64)],
  ] as const) {
    const changed = new URLSearchParams(query);
    changed.set(name, value);
    expect(readDlrCall(changed, SECRET)).toBeUndefined();
  }
  expect(readDlrCall(query, "another secret")).toBeUndefined();
});

const receipt = (stat: string): string => `id:1 sub:001 dlvrd:001 stat:${stat} err:000 text:`;

test.each([
  [1, receipt("DELIVRD"), "DELIVERED", undefined],
  [1, "", "DELIVERED", undefined],
  [2, receipt("REJECTD"), "REJECTED", undefined],
  [34, receipt("EXPIRED"), "EXPIRED", undefined],
  [4, receipt("ACCEPTD"), "ACCEPTED", undefined],
  [1, receipt("UNDELIV"), "DELIVERED", "Kannel says DELIVERED, the operator UNDELIV"],
  [2, receipt("DELIVRD"), "UNDELIVERABLE", "Kannel says UNDELIVERABLE, the operator DELIVRD"],
  [2, receipt("UNKNOWN"), "UNDELIVERABLE", "Kannel says UNDELIVERABLE, the operator UNKNOWN"],
  [64, "", "UNRECOGNISED", undefined],
])("type %i with %j is %s, doubt %j", (type, answer, messageState, doubt) => {
  const read = readDlrCall(call(type, answer), SECRET);
  expect(receiptOfCall(read!, Buffer.from("raw"), origin)).toMatchObject({
    smscMessageId: "ref-1",
    recipient: "+34600100000",
    messageState,
    doubt,
  });
});

test("the command_status of a NACK", () => {
  expect(nackStatus("NACK/0x0000000b/Invalid Destination Address")).toBe(0x0b);
  expect(nackStatus("NACK/88/")).toBe(88);
  expect(nackStatus("")).toBe(0xff);
});

test("without a Kannel a segment was certainly not sent, and strangers are turned away", async () => {
  let stored = 0;
  const port = await freePort();
  const gateway = createKannelGateway(
    {
      operator: "K",
      sendUrl: "http://127.0.0.1:1/cgi-bin/sendsms",
      username: "tester",
      password: "foobar",
      callback: { host: "127.0.0.1", port },
      secret: SECRET,
    },
    { clock: systemClock, timers: systemTimers, random: systemRandom },
  );
  await gateway.start(() => {
    stored += 1;
    return Promise.resolve();
  });
  const [segment] = segmentsFor(gateway, { clock: systemClock }, "+34600100000", "Hola");
  expect(await gateway.submit(segment!)).toMatchObject({ kind: "notSent" });
  const answer = (query: string): Promise<number> =>
    fetch(`http://127.0.0.1:${port}/dlr?${query}`).then(({ status }) => status);
  expect(await answer("ref=x&type=1")).toBe(403);
  expect(stored).toBe(0);
  expect(await answer(call(1, receipt("DELIVRD")).toString())).toBe(200);
  expect(stored).toBe(1);
  await gateway.stop();
});
