import { startOperated, type Operated } from "../support/operator.ts";
import { until } from "../support/hands.ts";

let operated: Operated;
afterEach(() => operated.close());

const recipient = (suffix: string): string => `+34600100${suffix}`;

/** The states that the gateway reports for a recipient, in order of arrival. */
async function statesOf(suffix: string, count: number): Promise<readonly string[]> {
  operated = await startOperated();
  void operated.submit(recipient(suffix));
  await operated.hands.passUntil(() => operated.receipts.length >= count, `${count} receipts`);
  return operated.receipts.map((receipt) => receipt.messageState);
}

test.each([
  ["000", ["DELIVERED"]],
  ["001", ["DELIVERED"]],
  ["003", ["DELIVERED", "DELIVERED", "DELIVERED"]],
  ["005", ["DELIVERED"]],
  ["008", ["ENROUTE", "ACCEPTED", "DELIVERED"]],
  ["009", ["UNDELIVERABLE"]],
  ["010", ["EXPIRED"]],
  ["011", ["DELIVERED"]],
  ["012", ["DELIVERED"]],
  ["013", ["DELIVERED"]],
  ["017", ["DELIVERED", "UNDELIVERABLE"]],
  ["018", ["UNKNOWN"]],
  ["019", ["REJECTED"]],
  ["021", ["DELIVERED"]],
  ["024", ["DELETED"]],
])("a recipient that ends in %s is reported %j", async (suffix, states) => {
  expect(await statesOf(suffix, states.length)).toEqual(states);
  expect(operated.receipts.every((receipt) => receipt.doubt === undefined)).toBe(true);
});

test("an accepted segment carries the id that its receipt carries", async () => {
  operated = await startOperated();
  const [answer] = await operated.submit(recipient("000"));
  await operated.hands.passUntil(() => operated.receipts.length === 1);
  expect(answer).toMatchObject({ kind: "accepted" });
  expect(operated.receipts[0]).toMatchObject({
    kind: "deliveryReceipt",
    operator: "Simulator",
    link: "Simulator/transceiver-1",
    recipient: recipient("000"),
    smscMessageId: answer?.kind === "accepted" ? answer.matchKey : "",
  });
});

test("a hexadecimal answer meets its decimal receipt by the operator's convention", async () => {
  operated = await startOperated({ gateway: { dialect: { idConvention: "resp-hex" } } });
  const [answer] = await operated.submit(recipient("001"));
  await operated.hands.passUntil(() => operated.receipts.length === 1);
  if (answer?.kind !== "accepted") throw new Error("not accepted");
  expect(answer.smscMessageId).toMatch(/[a-f]/);
  expect(operated.receipts[0]?.smscMessageId).toBe(answer.matchKey);
});

test("500 Catalan characters travel in eight segments, each with its receipt", async () => {
  operated = await startOperated();
  const answers = await operated.submit(recipient("000"), "ç".repeat(500));
  await operated.hands.passUntil(() => operated.receipts.length === 8, "eight receipts");
  const keys = answers.map((answer) => answer.kind === "accepted" && answer.matchKey);
  expect(new Set(keys).size).toBe(8);
  expect(operated.receipts.map((each) => each.smscMessageId).sort()).toEqual(keys.sort());
});

test("a TLV and a text that disagree are in doubt", async () => {
  expect(await statesOf("016", 1)).toEqual(["DELIVERED"]);
  expect(operated.receipts[0]?.doubt).toContain("UNDELIV");
});

test("a subscriber's text that looks like a receipt is none", async () => {
  await statesOf("020", 1);
  expect(operated.receipts[0]).toMatchObject({
    kind: "mobileOriginated",
    smscMessageId: undefined,
    messageState: "UNRECOGNISED",
  });
});

test("a refusal tells its command_status, and whether it is for good", async () => {
  operated = await startOperated();
  expect(await operated.submit(recipient("007"))).toEqual([
    { kind: "refused", commandStatus: 0x0b, permanent: true },
  ]);
  expect(await operated.submit(recipient("022"))).toEqual([
    { kind: "refused", commandStatus: 0x08, permanent: false },
  ]);
});

test("a segment that is never answered is unknown, and its receipt still comes", async () => {
  operated = await startOperated();
  const answer = operated.submit(recipient("004"));
  await operated.hands.passUntil(() => operated.receipts.length === 1, "the receipt");
  await operated.hands.advance(61_000);
  expect(await answer).toEqual([{ kind: "unknown", cause: "no answer in time" }]);
});

test("a link that is cut after the segment went out leaves it unknown, and comes back", async () => {
  operated = await startOperated();
  expect(await operated.submit(recipient("015"))).toMatchObject([{ kind: "unknown" }]);
  await operated.hands.passUntil(() => operated.gateway.isReady(), "a new bind");
  await operated.hands.passUntil(
    () => operated.receipts.length === 1,
    "the receipt on the new bind",
  );
});

test("without a link a segment is given back as not sent", async () => {
  operated = await startOperated();
  operated.simulator.cut();
  await until(() => !operated.gateway.isReady());
  await operated.simulator.stop();
  const answer = operated.submit(recipient("000"));
  await operated.hands.advance(30_000);
  expect(await answer).toMatchObject([{ kind: "notSent" }]);
});

test("a report that cannot be stored is not acknowledged, and comes again", async () => {
  let refusals = 2;
  operated = await startOperated({
    onReceipt: () =>
      refusals-- > 0 ? Promise.reject(new Error("no database")) : Promise.resolve(),
  });
  await operated.submit(recipient("000"));
  await operated.hands.passUntil(() => operated.receipts.length === 1, "the repeated receipt");
  expect(operated.simulator.waiting()).toBe(0);
});

test("a wrong password is told as an alarm and is not insisted upon", async () => {
  operated = await startOperated({
    simulator: { password: "another" },
    bound: false,
  });
  await until(() => operated.events.length === 2);
  expect(operated.events).toEqual([
    { kind: "bindRefused", link: "Simulator/transceiver-1", commandStatus: 0x0e, alarm: true },
    { kind: "lost", link: "Simulator/transceiver-1", cause: "the bind was refused" },
  ]);
  await operated.hands.advance(59_000);
  expect(operated.events).toHaveLength(2);
});
