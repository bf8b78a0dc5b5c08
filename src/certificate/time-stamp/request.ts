import type { RandomSource } from "../../domain/clock.ts";
import {
  children,
  element,
  expectTag,
  integer,
  nullValue,
  octetString,
  oid,
  readDer,
  sequence,
  TAG,
} from "../../x509/der.ts";
import { OID } from "../seal/oids.ts";
import { TimeStampError, verifyToken } from "./token.ts";

const NONCE_BYTES = 8;

export interface TimeStampRequest {
  readonly der: Buffer;
  readonly sha256: Buffer;
  /** Hexadecimal of the INTEGER. */
  readonly nonce: string;
}

/** TimeStampReq (RFC 3161, 2.4.1) that asks for the certificate too. */
export function timeStampRequest(sha256: Buffer, random: RandomSource): TimeStampRequest {
  const nonce = integer(random.bytes(NONCE_BYTES));
  const imprint = sequence(sequence(oid(OID.sha256), nullValue), octetString(sha256));
  const certificateToo = element(TAG.boolean, Buffer.from([0xff]));
  return {
    der: sequence(integer(1), imprint, nonce, certificateToo),
    sha256,
    nonce: readDer(nonce).content.toString("hex"),
  };
}

/**
 * The token of a TimeStampResp (RFC 3161, 2.4.2), after it was verified against the request.
 *
 * @throws TimeStampError or DerError when it is refused or answers something else
 */
export function tokenOfResponse(response: Buffer, request: TimeStampRequest): Buffer {
  const [statusInfo, token] = children(expectTag(readDer(response), TAG.sequence));
  const [status] = children(expectTag(statusInfo, TAG.sequence));
  const code = expectTag(status, TAG.integer).content;
  // 0 granted, 1 granted with modifications
  if (!token || code.length !== 1 || (code[0] ?? 0) > 1) {
    throw new TimeStampError(`the authority refuses, status ${code.toString("hex")}`);
  }
  const { nonce } = verifyToken(token.bytes, request.sha256);
  if (nonce !== request.nonce) throw new TimeStampError("the token answers another request");
  return token.bytes;
}
