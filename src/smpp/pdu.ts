import { COMMANDS, commandName, RESPONSE_BIT } from "./commands.ts";
import type { CommandName, FieldSpec, FieldsOf } from "./commands.ts";
import { STATUS } from "./command-status.ts";

export const HEADER_LENGTH = 16;
/** Far above any lawful PDU; what claims to be longer is a stream that has lost its place. */
export const MAX_PDU_LENGTH = 65_536;

/** An optional parameter, verbatim and in its place: unknown ones survive, repeated ones stay. */
export interface Tlv {
  readonly tag: number;
  readonly value: Buffer;
}

export interface PduOf<Name extends CommandName> {
  readonly command: Name;
  readonly commandStatus: number;
  readonly sequence: number;
  readonly fields: FieldsOf<Name>;
  readonly tlvs: readonly Tlv[];
}

export type Pdu = { [Name in CommandName]: PduOf<Name> }[CommandName];

/** What a frame turns out to be. Reading never throws. */
export type Decoded =
  | { readonly kind: "pdu"; readonly pdu: Pdu }
  | { readonly kind: "unknown"; readonly commandId: number; readonly sequence: number }
  | {
      readonly kind: "malformed";
      readonly command: CommandName;
      readonly sequence: number;
      /** The command_status that says what is wrong with it. */
      readonly commandStatus: number;
    };

const NO_TLVS: readonly Tlv[] = [];
const scratch = Buffer.allocUnsafe(MAX_PDU_LENGTH);

/**
 * Writes a PDU (SMPP 3.4, 3.2).
 *
 * @throws RangeError when a parameter does not fit; nothing is ever cut
 */
export function encodePdu<Name extends CommandName>(
  command: Name,
  header: { readonly commandStatus?: number; readonly sequence: number },
  fields: FieldsOf<Name>,
  tlvs: readonly Tlv[] = NO_TLVS,
): Buffer {
  const { id, fields: specs } = COMMANDS[command];
  const values = fields as Readonly<Record<string, number | string | Buffer>>;
  let at = HEADER_LENGTH;
  for (const spec of specs as readonly FieldSpec[]) at = writeField(spec, values[spec[0]], at);
  for (const { tag, value } of tlvs) {
    if (at + 4 + value.length > MAX_PDU_LENGTH) throw new RangeError("the PDU is too long");
    scratch.writeUInt16BE(tag, at);
    scratch.writeUInt16BE(value.length, at + 2);
    value.copy(scratch, at + 4);
    at += 4 + value.length;
  }
  scratch.writeUInt32BE(at, 0);
  scratch.writeUInt32BE(id, 4);
  scratch.writeUInt32BE(header.commandStatus ?? 0, 8);
  scratch.writeUInt32BE(header.sequence, 12);
  return Buffer.from(scratch.subarray(0, at));
}

function writeField(spec: FieldSpec, value: number | string | Buffer | undefined, at: number) {
  const name = spec[0];
  switch (spec[1]) {
    case "int8":
      return scratch.writeUInt8(value as number, at);
    case "text": {
      const text = value as string;
      if (text.length >= spec[2]) throw new RangeError(`${name} is longer than ${spec[2] - 1}`);
      if (/[^\u0001-\u00ff]/.test(text)) throw new RangeError(`${name} is not Latin-1 text`);
      return scratch.writeUInt8(0, at + scratch.write(text, at, "latin1"));
    }
    case "octets": {
      const octets = value as Buffer;
      if (octets.length > spec[2]) throw new RangeError(`${name} is longer than ${spec[2]}`);
      scratch.writeUInt8(octets.length, at);
      return at + 1 + octets.copy(scratch, at + 1);
    }
  }
}

/**
 * Reads one whole frame. Buffers of the result are views of it. An answer without a body, as errors
 * have, and an answer with broken optional parameters are read as far as they go: nobody answers an
 * answer.
 */
export function decodePdu(frame: Buffer): Decoded {
  const commandId = frame.readUInt32BE(4);
  const sequence = frame.readUInt32BE(12);
  const command = commandName(commandId);
  if (command === undefined) return { kind: "unknown", commandId, sequence };
  const commandStatus = frame.readUInt32BE(8);
  const isAnswer = commandId >= RESPONSE_BIT;
  const malformed = (status: number): Decoded => {
    return { kind: "malformed", command, sequence, commandStatus: status };
  };
  const fields: Record<string, number | string | Buffer> = {};
  const empty = isAnswer && frame.length === HEADER_LENGTH;
  let at = HEADER_LENGTH;
  for (const spec of COMMANDS[command].fields as readonly FieldSpec[]) {
    const name = spec[0];
    switch (spec[1]) {
      case "int8":
        if (at >= frame.length && !empty) return malformed(STATUS.RINVCMDLEN);
        fields[name] = empty ? 0 : (frame[at++] ?? 0);
        break;
      case "text": {
        const end = empty ? at : frame[at] === 0 ? at : frame.indexOf(0, at);
        if (end < 0) return malformed(STATUS.RINVCMDLEN);
        fields[name] = end === at ? "" : frame.toString("latin1", at, end);
        at = end + 1;
        break;
      }
      case "octets": {
        const length = frame[at];
        if (length === undefined || at + 1 + length > frame.length) {
          return malformed(STATUS.RINVMSGLEN);
        }
        fields[name] = frame.subarray(at + 1, at + 1 + length);
        at += 1 + length;
        break;
      }
    }
  }
  const tlvs = at < frame.length ? readTlvs(frame, at, isAnswer) : NO_TLVS;
  if (tlvs === undefined) return malformed(STATUS.RINVOPTPARSTREAM);
  return { kind: "pdu", pdu: { command, commandStatus, sequence, fields, tlvs } as unknown as Pdu };
}

function readTlvs(frame: Buffer, from: number, lenient: boolean): readonly Tlv[] | undefined {
  const tlvs: Tlv[] = [];
  let at = from;
  while (at < frame.length) {
    const start = at + 4;
    const end = start <= frame.length ? start + frame.readUInt16BE(at + 2) : Infinity;
    if (end > frame.length) return lenient ? tlvs : undefined;
    tlvs.push({ tag: frame.readUInt16BE(at), value: frame.subarray(start, end) });
    at = end;
  }
  return tlvs;
}

export function findTlv(pdu: { readonly tlvs: readonly Tlv[] }, tag: number): Buffer | undefined {
  return pdu.tlvs.find((tlv) => tlv.tag === tag)?.value;
}
