import fc from "fast-check";
import smpp from "smpp";
import { COMMANDS, type CommandName, type FieldSpec } from "../../src/smpp/commands.ts";
import { DEFAULT_DIALECT } from "../../src/smpp/dialect.ts";
import { decodePdu, encodePdu, type Tlv } from "../../src/smpp/pdu.ts";
import { readReport } from "../../src/smpp/receipt.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";

const MUTATIONS = 200_000;

const names = Object.keys(COMMANDS) as CommandName[];
const letters = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));

function fieldOf(spec: FieldSpec): fc.Arbitrary<unknown> {
  switch (spec[1]) {
    case "int8":
      return fc.integer({ min: 0, max: 255 });
    case "text":
      return fc.string({ unit: letters, maxLength: spec[2] - 1 });
    case "octets":
      return fc.uint8Array({ maxLength: spec[2] }).map((octets) => Buffer.from(octets));
  }
}

function fieldsOf(name: CommandName): fc.Arbitrary<Record<string, unknown>> {
  const specs = COMMANDS[name].fields as readonly FieldSpec[];
  return fc.record(Object.fromEntries(specs.map((spec) => [spec[0], fieldOf(spec)])));
}

const tlvs = fc.array(
  fc.record({
    tag: fc.integer({ min: 0, max: 0xffff }),
    value: fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets)),
  }),
  { maxLength: 5 },
);
const header = fc.record({
  sequence: fc.integer({ min: 0, max: 0x7fffffff }),
  commandStatus: fc.integer({ min: 0, max: 0xffffffff }),
});
const anyPdu = fc.constantFrom(...names).chain((command) => {
  return fc.record({ command: fc.constant(command), header, fields: fieldsOf(command), tlvs });
});

function encode(pdu: {
  command: CommandName;
  header: { sequence: number; commandStatus?: number };
  fields: Record<string, unknown>;
  tlvs: readonly Tlv[];
}): Buffer {
  return encodePdu(pdu.command, pdu.header, pdu.fields as never, pdu.tlvs);
}

test("what is written is read again, unknown and repeated TLVs included", () => {
  fc.assert(
    fc.property(anyPdu, (pdu) => {
      const octets = encode(pdu);
      expect(octets.readUInt32BE(0)).toBe(octets.length);
      expect(decodePdu(octets)).toEqual({
        kind: "pdu",
        pdu: { command: pdu.command, ...pdu.header, fields: pdu.fields, tlvs: pdu.tlvs },
      });
    }),
    { numRuns: 2_000 },
  );
});

test("what does not fit is refused, never cut", () => {
  const bind = (systemId: string): Buffer =>
    encodePdu("bind_receiver_resp", { sequence: 1 }, { systemId });
  expect(() => bind("x".repeat(15))).not.toThrow();
  expect(() => bind("x".repeat(16))).toThrow(RangeError);
  expect(() => bind("a\0b")).toThrow(RangeError);
  expect(() => bind("l’Ajuntament")).toThrow(RangeError);
});

test(`${MUTATIONS} mutated PDUs: reading them and their receipts never throws`, () => {
  const random = seededRandom("mutations");
  const seeds = fc.sample(anyPdu, { numRuns: 60, seed: 34 }).map(encode);
  const receipt = Buffer.from("id:1 submit date:2603020900 stat:DELIVRD err:000 text:x");
  seeds.push(...[4, 0x44, 0].map((esmClass) => deliver(esmClass, receipt)));
  const origin = { operator: "x", link: "y", receivedAt: new Date(0), dialect: DEFAULT_DIALECT };
  const kinds = { pdu: 0, unknown: 0, malformed: 0 };
  for (let run = 0; run < MUTATIONS; run++) {
    const octets = Buffer.from(seeds[run % seeds.length]!);
    const dice = random.bytes(12);
    for (let change = 0; change <= dice[0]! % 3; change++) {
      octets[dice.readUInt16BE(1 + 2 * change) % octets.length] = dice[8 + change]!;
    }
    const length = dice[11]! % 4 === 0 ? 16 + (dice[7]! % (octets.length - 15)) : octets.length;
    const decoded = decodePdu(octets.subarray(0, length));
    kinds[decoded.kind] += 1;
    if (decoded.kind !== "pdu") continue;
    const { pdu } = decoded;
    if (pdu.command === "deliver_sm" || pdu.command === "data_sm") readReport(pdu, octets, origin);
  }
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(MUTATIONS / 100);
});

function deliver(esmClass: number, shortMessage: Buffer): Buffer {
  const fields = fc.sample(fieldsOf("deliver_sm"), { numRuns: 1, seed: 7 })[0]!;
  return encodePdu("deliver_sm", { sequence: 9 }, { ...fields, esmClass, shortMessage } as never);
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (each) => `_${each.toLowerCase()}`);

describe("npm smpp 0.5.1 and we read each other", () => {
  /** It decodes texts by data_coding and headers by esm_class: both are kept out of the way. */
  const plain = { esmClass: 0, dataCoding: 4 };
  const ascii = fc.string({ unit: fc.constantFrom(...Array.from("abcXYZ0189+ .-")), maxLength: 5 });
  const commands = ["submit_sm", "deliver_sm", "data_sm", "query_sm", "bind_transceiver"] as const;
  const sample = fc.constantFrom(...commands).chain((command) => {
    const specs = COMMANDS[command].fields as readonly FieldSpec[];
    const fields = specs.map((spec): [string, fc.Arbitrary<unknown>] => {
      return [spec[0], spec[1] === "text" && !/Time|Period/.test(spec[0]) ? ascii : fieldOf(spec)];
    });
    return fc.record({
      command: fc.constant(command),
      sequence: fc.integer({ min: 1, max: 0x7fffffff }),
      fields: fc.record(Object.fromEntries(fields)).map((all): Record<string, unknown> => {
        const times = { scheduleDeliveryTime: "", validityPeriod: "" };
        const known = Object.keys(all);
        const fixed = Object.entries({ ...plain, ...times }).filter(([key]) => known.includes(key));
        return { ...all, ...Object.fromEntries(fixed) };
      }),
    });
  });
  const theirName = (name: string): string =>
    name === "interfaceVersion" ? "interface_version" : snake(name);

  test("it reads what we write", () => {
    fc.assert(
      fc.property(sample, ({ command, sequence, fields }) => {
        const theirs = smpp.PDU.fromBuffer(
          encode({ command, header: { sequence }, fields, tlvs: [] }),
        );
        if (theirs === false) throw new Error("unreadable");
        expect(theirs.command).toBe(command);
        expect(theirs.sequence_number).toBe(sequence);
        for (const [name, value] of Object.entries(fields)) {
          const read = theirs[theirName(name)];
          if (Buffer.isBuffer(value)) expect((read as { message: Buffer }).message).toEqual(value);
          else expect(read).toEqual(value);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("we read what it writes", () => {
    fc.assert(
      fc.property(sample, ({ command, sequence, fields }) => {
        const options = Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [theirName(name), value]),
        );
        const octets = new smpp.PDU(command, { ...options, sequence_number: sequence }).toBuffer();
        expect(decodePdu(octets)).toEqual({
          kind: "pdu",
          pdu: { command, sequence, commandStatus: 0, fields, tlvs: [] },
        });
      }),
      { numRuns: 500 },
    );
  });
});
