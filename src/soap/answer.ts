import { MEDIA_TYPE, writeEnvelope, type SoapVersion } from "./envelope.ts";
import { writeMultipart, XOP_INCLUDE } from "./transport/multipart.ts";

/** What goes into the Body of an answer: text, or text around one PDF. */
export type Payload =
  string | { readonly head: string; readonly pdf: Buffer; readonly tail: string };

export interface Written {
  readonly contentType: string;
  readonly body: string | Buffer;
}

export function textAnswer(version: SoapVersion, envelope: string | Buffer): Written {
  return { contentType: `${MEDIA_TYPE[version]}; charset=utf-8`, body: envelope };
}

/** A PDF travels as base64, or beside the envelope when the caller speaks MTOM. */
export function writeAnswer(
  version: SoapVersion,
  payload: Payload,
  mtom: { readonly boundary: string } | undefined,
): Written {
  if (typeof payload === "string") return textAnswer(version, writeEnvelope(version, payload));
  const { head, pdf, tail } = payload;
  if (mtom) {
    const envelope = writeEnvelope(version, head + XOP_INCLUDE + tail);
    return writeMultipart(version, envelope, pdf, mtom.boundary);
  }
  const [before = "", after = ""] = writeEnvelope(version, `${head}\0${tail}`).split("\0");
  const base64 = Buffer.from(pdf.toString("base64"), "latin1");
  return textAnswer(version, Buffer.concat([Buffer.from(before), base64, Buffer.from(after)]));
}
