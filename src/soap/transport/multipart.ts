import { ServiceError } from "../../domain/errors.ts";
import { parseContentType, type ContentType } from "./content-type.ts";
import { MEDIA_TYPE, type SoapVersion } from "../envelope.ts";

/** The part of a multipart message that holds the envelope. */
export interface RootPart {
  readonly contentType: ContentType;
  readonly body: Buffer;
}

const MAX_PARTS = 16;
const MAX_HEADERS = 4_096;

/**
 * The root of a multipart/related message (RFC 2387): the part that `start` names, else the first. An
 * MTOM client may send one even when it has nothing to attach (XOP, 4.1).
 *
 * @throws ServiceError InvalidEnvelope when it does not hold together
 */
export function rootPart(contentType: ContentType, body: Buffer): RootPart {
  const boundary = contentType.parameters.get("boundary") ?? "";
  if (boundary === "" || boundary.length > 70) throw broken();
  const start = contentType.parameters.get("start");
  const parts = split(body, Buffer.from(`--${boundary}`, "latin1"));
  const root = start === undefined ? parts[0] : parts.find(({ id }) => id === start);
  const type = root && parseContentType(root.type);
  if (!root || !type) throw broken();
  return { contentType: type, body: root.body };
}

interface Part {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly body: Buffer;
}

function split(message: Buffer, delimiter: Buffer): Part[] {
  const parts: Part[] = [];
  let at = message.indexOf(delimiter);
  while (at >= 0) {
    const from = at + delimiter.length;
    if (message.subarray(from, from + 2).toString("latin1") === "--") return parts;
    at = message.indexOf(delimiter, from);
    if (at < 0 || parts.length >= MAX_PARTS) break;
    parts.push(readPart(message.subarray(from, at)));
  }
  throw broken();
}

function readPart(bytes: Buffer): Part {
  const end = bytes.subarray(0, MAX_HEADERS).indexOf("\r\n\r\n");
  if (end < 0) throw broken();
  const lines = bytes
    .subarray(0, end)
    .toString("latin1")
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const header = (name: string): string | undefined =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  // The line end before the next delimiter belongs to the delimiter.
  const body = bytes.subarray(end + 4, bytes.length - 2);
  const encoding = header("content-transfer-encoding")?.toLowerCase() ?? "binary";
  return {
    id: header("content-id"),
    type: header("content-type"),
    body: encoding === "base64" ? Buffer.from(body.toString("latin1"), "base64") : body,
  };
}

function broken(): ServiceError {
  return new ServiceError("InvalidEnvelope", {
    hint: {
      ca: "El missatge multipart/related (MTOM) no es pot llegir.",
      es: "El mensaje multipart/related (MTOM) no se puede leer.",
      en: "The multipart/related (MTOM) message cannot be read.",
    },
  });
}

const ROOT_ID = "<root@sms-certificat>";
const ATTACHMENT = "certificate@sms-certificat";

/** What stands in the envelope where the attachment belongs (XOP, 2.1). */
export const XOP_INCLUDE = `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:${ATTACHMENT}"/>`;

/** An envelope with its PDF beside it, as MTOM sends them. */
export function writeMultipart(
  version: SoapVersion,
  envelope: string,
  pdf: Buffer,
  boundary: string,
): { readonly contentType: string; readonly body: Buffer } {
  const media = MEDIA_TYPE[version];
  const head = [
    `--${boundary}`,
    `Content-Type: application/xop+xml; charset=UTF-8; type="${media}"`,
    "Content-Transfer-Encoding: 8bit",
    `Content-ID: ${ROOT_ID}`,
    "",
    envelope,
    `--${boundary}`,
    "Content-Type: application/pdf",
    "Content-Transfer-Encoding: binary",
    `Content-ID: <${ATTACHMENT}>`,
    "",
    "",
  ].join("\r\n");
  return {
    contentType: `multipart/related; type="application/xop+xml"; start="${ROOT_ID}"; start-info="${media}"; boundary="${boundary}"`,
    body: Buffer.concat([Buffer.from(head), pdf, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
