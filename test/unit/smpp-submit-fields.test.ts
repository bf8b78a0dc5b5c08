import type { Msisdn } from "../../src/domain/msisdn.ts";
import { planSegments } from "../../src/smpp/alphabet.ts";
import { DEFAULT_DIALECT, type Dialect } from "../../src/smpp/dialect.ts";
import { submitFields } from "../../src/smpp/submit-fields.ts";

const now = new Date("2026-03-02T09:00:00Z");
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

function fieldsOf(
  text: string,
  dialect: Partial<Dialect> = {},
  more: { readonly sender?: string; readonly validUntil?: Date } = {},
): ReturnType<typeof submitFields>[] {
  const spoken: Dialect = { ...DEFAULT_DIALECT, ...dialect };
  return planSegments(text, 0xbeef, spoken).segments.map((segment) =>
    submitFields(
      {
        ...segment,
        recipient: "+34600100000" as Msisdn,
        sender: more.sender,
        validUntil: more.validUntil ?? inSeconds(5 * 86_400),
      },
      now,
      spoken,
    ),
  );
}

test("every segment asks for its receipt", () => {
  const registered = (dialect?: Partial<Dialect>): number[] =>
    fieldsOf("ç".repeat(200), dialect).map(({ fields }) => fields.registeredDelivery);
  expect(registered()).toEqual([1, 1, 1]);
  expect(registered({ intermediateReceipts: true })).toEqual([0x11, 0x11, 0x11]);
});

test.each([
  [undefined, { sourceAddr: "", sourceAddrTon: 0, sourceAddrNpi: 0 }],
  ["Govern", { sourceAddr: "Govern", sourceAddrTon: 5, sourceAddrNpi: 0 }],
  ["+34931234567", { sourceAddr: "34931234567", sourceAddrTon: 1, sourceAddrNpi: 1 }],
  ["012", { sourceAddr: "012", sourceAddrTon: 1, sourceAddrNpi: 1 }],
])("the sender %s", (sender, expected) => {
  const [only] = fieldsOf("x", {}, sender === undefined ? {} : { sender });
  expect(only?.fields).toMatchObject(expected);
});

test("the destination in the form that the operator takes", () => {
  expect(fieldsOf("x")[0]?.fields.destinationAddr).toBe("34600100000");
  const plus = fieldsOf("x", { destinationForm: "plus" });
  expect(plus[0]?.fields.destinationAddr).toBe("+34600100000");
});

test.each([
  [5 * 86_400, undefined, "000005000000000R"],
  [5 * 86_400, 3 * 86_400, "000003000000000R"],
  [93_784, undefined, "000001020304000R"],
  [5, undefined, "000000000100000R"],
  [-10, undefined, "000000000100000R"],
])("a validity of %i seconds, at most %s, is %s", (seconds, longest, period) => {
  const dialect = longest === undefined ? {} : { longestValidity: longest };
  const [only] = fieldsOf("x", dialect, { validUntil: inSeconds(seconds) });
  expect(only?.fields.validityPeriod).toBe(period);
});

test("sar sends the header as TLVs", () => {
  const [, second] = fieldsOf("ç".repeat(100), { concatenation: "sar" });
  expect(second?.fields).toMatchObject({ esmClass: 0, dataCoding: 8 });
  expect(second?.fields.shortMessage).toHaveLength(2 * 34);
  expect(second?.tlvs).toEqual([
    { tag: 0x020c, value: Buffer.from([0xbe, 0xef]) },
    { tag: 0x020e, value: Buffer.from([2]) },
    { tag: 0x020f, value: Buffer.from([2]) },
  ]);
});

test("payload sends a long text in message_payload, a short one as ever", () => {
  const [long] = fieldsOf("ç".repeat(500), { concatenation: "payload" });
  expect(long?.fields.shortMessage).toHaveLength(0);
  expect(long?.tlvs).toMatchObject([{ tag: 0x0424 }]);
  expect(long?.tlvs[0]?.value).toHaveLength(1_000);
  const [short] = fieldsOf("ç", { concatenation: "payload" });
  expect(short?.fields.shortMessage).toHaveLength(2);
  expect(short?.tlvs).toEqual([]);
});
