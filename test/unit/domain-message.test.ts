import {
  nextEvidence,
  brokenLink,
  type Evidence,
  type EvidenceBody,
} from "../../src/domain/evidence.ts";
import type { MessageId, ReceiptId } from "../../src/domain/ids.ts";
import { foldMessage, IllegalEvidence } from "../../src/domain/message.ts";
import { decideOutcome } from "../../src/domain/decide-outcome.ts";
import type { MessageState } from "../../src/domain/delivery-receipt.ts";

const MESSAGE = "019a0000-0000-7000-8000-000000000001" as MessageId;
const START = new Date("2026-11-24T10:00:00Z");
const DEADLINE = new Date("2026-11-29T10:00:00Z");
const DECIDE_AT = new Date("2026-11-29T10:10:00Z");

function chainOf(...bodies: EvidenceBody[]): Evidence[] {
  const chain: Evidence[] = [];
  for (const [index, body] of bodies.entries()) {
    const at = new Date(START.getTime() + index * 1000);
    chain.push(nextEvidence(MESSAGE, chain.at(-1), at, body));
  }
  return chain;
}

const acceptance = (segmentCount = 1): EvidenceBody => ({
  event: "SubmissionAcceptance",
  recipient: "+34600100000",
  textSha256: "00",
  segmentCount,
  receiptDeadline: DEADLINE.toISOString(),
});
const attempt: EvidenceBody = {
  event: "RelayAttempt",
  attempt: 1,
  operator: "op",
  segments: [{ number: 1, payloadSha256: "aa" }],
};
const relayed = (...numbers: number[]): EvidenceBody => ({
  event: "RelayToNonERDS",
  attempt: 1,
  accepted: numbers.map((number) => ({
    number,
    smscMessageId: `id-${number}`,
    answeredAt: "2026-11-24T10:00:02.000Z",
  })),
});
const failure = (reason: "refused" | "acceptanceNotConfirmed"): EvidenceBody => ({
  event: "RelayToNonERDSFailure",
  attempt: 1,
  accepted: [],
  reason,
  commandStatus: reason === "refused" ? 0x0b : null,
});
const receipt = (
  messageState: MessageState,
  segment = 1,
  doubt: string | null = null,
): EvidenceBody => ({
  event: "DeliveryReceipt",
  receiptId: "019a0000-0000-7000-8000-0000000000ff" as ReceiptId,
  segment,
  matchedBy: "id",
  messageState,
  errorCode: "000",
  operatorDoneDate: "2611241000",
  receivedAt: "2026-11-24T10:00:09.000Z",
  rawSha256: "bb",
  doubt,
});

function decide(chain: Evidence[], now = new Date("2026-11-24T11:00:00Z")) {
  return decideOutcome(foldMessage(chain), {
    now,
    receiptDeadline: DEADLINE,
    decideAt: DECIDE_AT,
  });
}

describe("the fold from evidence to stage", () => {
  test.each<[string, EvidenceBody[]]>([
    ["accepted", [acceptance()]],
    ["relaying", [acceptance(), attempt]],
    ["relayed", [acceptance(), attempt, relayed(1)]],
    ["indeterminate", [acceptance(), attempt, failure("acceptanceNotConfirmed")]],
    ["refused", [acceptance(), attempt, failure("refused")]],
    ["undeliverable", [acceptance(), attempt, relayed(1), receipt("UNDELIVERABLE")]],
    [
      "delivered",
      [
        acceptance(),
        attempt,
        relayed(1),
        receipt("DELIVERED"),
        { event: "ContentHandover", deliveredAt: "2026-11-24T10:00:09.000Z" },
      ],
    ],
    ["notDelivered", [acceptance(), { event: "ContentHandoverFailure", reason: "notRelayed" }]],
  ])("reaches %s", (name, bodies) => {
    expect(foldMessage(chainOf(...bodies)).stage.name).toBe(name);
  });

  test.each<[string, EvidenceBody[]]>([
    ["a relay before the acceptance", [attempt]],
    ["an answer without an attempt", [acceptance(), relayed(1)]],
    [
      "a second outcome",
      [
        acceptance(),
        { event: "ContentHandoverFailure", reason: "notRelayed" },
        { event: "ContentHandover", deliveredAt: "2026-11-24T10:00:09.000Z" },
      ],
    ],
    [
      "a certificate without an outcome",
      [acceptance(), { event: "CertificateIssued", kind: "positive", csv: "x", sha256: "y" }],
    ],
    [
      "sending again what was not confirmed",
      [acceptance(), attempt, failure("acceptanceNotConfirmed"), attempt],
    ],
  ])("refuses %s", (_what, bodies) => {
    expect(() => foldMessage(chainOf(...bodies))).toThrow(IllegalEvidence);
  });

  test("a late answer makes an indeterminate message relayed", () => {
    const view = foldMessage(
      chainOf(acceptance(), attempt, failure("acceptanceNotConfirmed"), relayed(1)),
    );
    expect(view.stage.name).toBe("relayed");
    expect(view.segments[0]?.smscMessageId).toBe("id-1");
  });
});

describe("the outcome", () => {
  test("is delivered only when every segment is", () => {
    const two = [acceptance(2), attempt, relayed(1, 2), receipt("DELIVERED", 1)];
    expect(decide(chainOf(...two)).kind).toBe("wait");
    expect(decide(chainOf(...two, receipt("DELIVERED", 2)))).toMatchObject({
      kind: "settle",
      outcome: { kind: "delivered", at: new Date("2026-11-24T10:00:09.000Z") },
    });
  });

  test.each<MessageState>(["ACCEPTED", "ENROUTE", "UNKNOWN", "UNRECOGNISED"])(
    "is not decided by %s",
    (state) => {
      const chain = chainOf(acceptance(), attempt, relayed(1), receipt(state));
      expect(decide(chain)).toEqual({ kind: "wait", until: DECIDE_AT });
      expect(decide(chain, DECIDE_AT)).toMatchObject({
        kind: "settle",
        outcome: { kind: "notDelivered", reason: "noReceipt" },
      });
    },
  );

  test.each<[string, EvidenceBody[]]>([
    ["notRelayed", [acceptance()]],
    ["noReceipt", [acceptance(), attempt, relayed(1)]],
    ["refused", [acceptance(), attempt, failure("refused")]],
    ["acceptanceNotConfirmed", [acceptance(), attempt, failure("acceptanceNotConfirmed")]],
    ["acceptanceNotConfirmed", [acceptance(), attempt]],
    ["expired", [acceptance(), attempt, relayed(1), receipt("EXPIRED")]],
    ["undeliverable", [acceptance(), attempt, relayed(1), receipt("UNDELIVERABLE")]],
    ["rejected", [acceptance(), attempt, relayed(1), receipt("REJECTED")]],
    ["deleted", [acceptance(), attempt, relayed(1), receipt("DELETED")]],
  ])("after the deadline tells why: %s", (reason, bodies) => {
    const before = new Date(DECIDE_AT.getTime() - 1);
    expect(decide(chainOf(...bodies), before)).toEqual({ kind: "wait", until: DECIDE_AT });
    expect(decide(chainOf(...bodies), DECIDE_AT)).toEqual({
      kind: "settle",
      outcome: { kind: "notDelivered", reason, at: DEADLINE },
    });
  });

  test("is held when the operator contradicts itself, also after the deadline", () => {
    const chain = chainOf(
      acceptance(),
      attempt,
      relayed(1),
      receipt("UNDELIVERABLE"),
      receipt("DELIVERED"),
    );
    expect(decide(chain).kind).toBe("hold");
    expect(decide(chain, DECIDE_AT).kind).toBe("hold");
  });

  test("is held when a receipt is doubtful", () => {
    const chain = chainOf(
      acceptance(),
      attempt,
      relayed(1),
      receipt("DELIVERED", 1, "read loosely"),
    );
    expect(decide(chain, DECIDE_AT).kind).toBe("hold");
  });

  test("is not decided while the answer of the SMSC is on its way", () => {
    expect(decide(chainOf(acceptance(), attempt, receipt("DELIVERED"))).kind).toBe("wait");
  });

  test("does not change with a repeated receipt", () => {
    const once = [acceptance(), attempt, relayed(1), receipt("DELIVERED")];
    expect(decide(chainOf(...once, receipt("DELIVERED"), receipt("ENROUTE")))).toEqual(
      decide(chainOf(...once)),
    );
  });
});

describe("the chain of evidence", () => {
  const chain = chainOf(acceptance(), attempt, relayed(1), receipt("DELIVERED"));

  test("is whole as it was written", () => {
    expect(brokenLink(chain)).toBeUndefined();
  });

  test("shows a changed record, a missing one and a forged one", () => {
    const changed = chain.map((record) =>
      record.seq === 2 ? { ...record, at: new Date(record.at.getTime() + 1) } : record,
    );
    expect(brokenLink(changed)).toBe(2);
    expect(brokenLink(chain.filter(({ seq }) => seq !== 3))).toBe(3);
    const forged = nextEvidence(MESSAGE, chain[0], START, receipt("DELIVERED"));
    expect(brokenLink([...chain.slice(0, 2), { ...forged, seq: 3 }])).toBe(3);
  });

  test("does not depend on the order of keys that a database gives back", () => {
    const reordered = chain.map((record) => ({
      ...record,
      body: JSON.parse(
        JSON.stringify(Object.fromEntries(Object.entries(record.body).reverse())),
      ) as EvidenceBody,
    }));
    expect(brokenLink(reordered)).toBeUndefined();
  });
});
