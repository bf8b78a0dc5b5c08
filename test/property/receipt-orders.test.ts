import fc from "fast-check";
import { MINUTE } from "../../src/domain/clock.ts";
import { openConflict } from "../../src/domain/decide-outcome.ts";
import type { MessageState } from "../../src/domain/delivery-receipt.ts";
import type { EvidenceBody } from "../../src/domain/evidence.ts";
import type { Stage } from "../../src/domain/message.ts";
import { decideAt, from, life, live, numbers, receiptDeadline } from "../support/message-lives.ts";

/** Where a stage may lead, said once more and apart from the code; nothing leads out of an outcome. */
const LEADS_TO: Record<Stage["name"], readonly Stage["name"][]> = {
  accepted: ["relaying", "undeliverable", "notDelivered", "cancelled"],
  relaying: ["accepted", "relayed", "indeterminate", "refused", "undeliverable", "notDelivered"],
  relayed: ["delivered", "undeliverable", "notDelivered"],
  indeterminate: ["relaying", "relayed", "delivered", "undeliverable", "notDelivered"],
  refused: ["undeliverable", "notDelivered"],
  undeliverable: ["delivered", "notDelivered"],
  delivered: [],
  notDelivered: [],
  cancelled: [],
};

/** All of the minute that the operator writes lies in the five days. */
function isInside(doneDate: string | null): boolean {
  const [year, month, day, hour, minute] = (doneDate?.match(/\d{2}/g) ?? []).map(Number);
  if (minute === undefined) return false;
  const begins = Date.UTC(2000 + year!, month! - 1, day, hour, minute);
  return begins >= from.getTime() && begins + MINUTE - 1 <= receiptDeadline.getTime();
}

type Said = Extract<EvidenceBody, { event: "DeliveryReceipt" }>;

const FINAL: readonly MessageState[] = [
  "DELIVERED",
  "EXPIRED",
  "DELETED",
  "UNDELIVERABLE",
  "REJECTED",
];
const isSaid = (body: EvidenceBody): body is Said => body.event === "DeliveryReceipt";
const troubles = ({ messageState, doubt }: Said): boolean =>
  doubt !== null || (FINAL.includes(messageState) && messageState !== "DELIVERED");

/** Whether the bare list of reports and decisions lets anybody say that a segment was delivered. */
function isDelivered(bodies: readonly EvidenceBody[], segment: number): boolean {
  const decidedAt = bodies.findLastIndex(({ event }) => event === "ConflictDecided");
  const decision = bodies[decidedAt];
  if (decision?.event === "ConflictDecided" && decision.as === "notDelivered") return false;
  const about = (first: number, to?: number): Said[] =>
    bodies
      .slice(first, to)
      .filter((body) => isSaid(body))
      .filter((said) => said.segment === segment);
  const since = about(decidedAt + 1);
  if (since.some(troubles)) return false;
  const told = decidedAt < 0 ? since : about(0, decidedAt);
  return told.some(({ messageState }) => messageState === "DELIVERED");
}

const tally = new Map<string, number>();
const seen = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);

test("no order of relay outcomes, receipts and decisions certifies what was not reported", () => {
  fc.assert(
    fc.property(life, (each) => {
      const moments = live(each);
      moments.forEach(({ now, chain, view }, index) => {
        const before = moments[index - 1]?.view;
        const bodies = chain.slice(0, -1).map(({ body }) => body);
        const body = chain.at(-1)?.body;
        if (before && before.stage.name !== view.stage.name) {
          expect(LEADS_TO[before.stage.name]).toContain(view.stage.name);
        }
        if (before?.stage.name === "indeterminate" && view.stage.name === "relaying") {
          expect(bodies.at(-1)?.event === "ResendOrdered" || before.stage.resendOrdered).toBe(true);
        }
        if (before?.outcome) expect(view.outcome).toEqual(before.outcome);
        if (body?.event === "ContentHandover") {
          const all = numbers(each.segments).every((number) => isDelivered(bodies, number));
          expect(all).toBe(true);
          expect(new Date(body.deliveredAt) <= decideAt).toBe(true);
          seen(bodies.some(({ event }) => event === "ConflictDecided") ? "decided" : "delivered");
        }
        if (body?.event === "ContentHandoverFailure") {
          expect(now >= decideAt).toBe(true);
          seen(body.reason);
        }
        if (body?.event === "LateDelivery") {
          expect(before?.outcome?.kind).toBe("notDelivered");
          expect(numbers(each.segments).every((number) => isDelivered(bodies, number))).toBe(true);
          seen(body.verdict);
          if (body.verdict !== "withinPeriod") return;
          for (const number of numbers(each.segments)) {
            const proofs = bodies.filter(
              (said) =>
                isSaid(said) &&
                said.segment === number &&
                said.messageState === "DELIVERED" &&
                (isInside(said.operatorDoneDate) || new Date(said.receivedAt) <= decideAt),
            );
            expect(proofs).not.toEqual([]);
          }
        }
      });
      const last = moments.at(-1)?.view;
      if (last && !last.outcome) {
        expect(openConflict(last)).toBeDefined();
        seen("held");
      }
    }),
    { numRuns: 3000 },
  );
  // Each kind of end was really among them.
  for (const end of [
    "delivered",
    "decided",
    "held",
    "noReceipt",
    "contradicted",
    "refused",
    "acceptanceNotConfirmed",
    "notRelayed",
    "withinPeriod",
    "outsidePeriod",
    "noDoneDate",
  ]) {
    expect([...tally.keys()]).toContain(end);
  }
});
