import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ServiceError } from "../../domain/errors.ts";
import { tooManyAtOnce, type DoorLimits } from "../limits.ts";

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** What the bodies that are on their way have in memory, and may have. */
export interface Gathered {
  bytes: number;
  readonly most: number;
}

/**
 * Reads a body to its end, and inflates it when it is compressed.
 *
 * @throws ServiceError TooManyRequests when too much is on its way already
 * @throws ServiceError RequestTooLarge above the limit, compressed or not
 * @throws ServiceError InvalidEnvelope when it is compressed in a way that cannot be read
 */
export async function readBody(
  headers: IncomingHttpHeaders,
  stream: Readable,
  limits: Pick<DoorLimits, "bodyBytes" | "inflatedBytes">,
  gathered: Gathered,
): Promise<Buffer> {
  const { bodyBytes: limit, inflatedBytes } = limits;
  if (Number(headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
  const body = await collect(stream, limit, gathered);
  const encoding = (headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return body;
  if (encoding !== "gzip" && encoding !== "x-gzip") throw unreadable();
  try {
    return await inflate(body, { maxOutputLength: inflatedBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(inflatedBytes);
    throw unreadable(error);
  }
}

/** Stops reading above the limit and leaves the stream open, so that the fault can still be sent. */
function collect(stream: Readable, limit: number, gathered: Gathered): Promise<Buffer> {
  let length = 0;
  const whole = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      gathered.bytes += chunk.length;
      chunks.push(chunk);
      if (length <= limit && gathered.bytes <= gathered.most) return;
      stream.off("data", onData);
      stream.pause();
      reject(length > limit ? tooLarge(limit) : tooManyAtOnce());
    };
    stream.on("data", onData);
    stream.once("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    stream.once("error", () => reject(unreadable()));
    stream.once("close", () => {
      if (!stream.readableEnded) reject(unreadable());
    });
  });
  return whole.finally(() => (gathered.bytes -= length));
}

function tooLarge(limit: number): ServiceError {
  const kibibytes = Math.floor(limit / 1024);
  return new ServiceError("RequestTooLarge", {
    hint: {
      ca: `El màxim és de ${kibibytes} KiB.`,
      es: `El máximo es de ${kibibytes} KiB.`,
      en: `The maximum is ${kibibytes} KiB.`,
    },
  });
}

function unreadable(cause?: unknown): ServiceError {
  return new ServiceError("InvalidEnvelope", {
    cause,
    hint: {
      ca: "El cos no està comprimit amb gzip tal com diu el Content-Encoding.",
      es: "El cuerpo no está comprimido con gzip como dice el Content-Encoding.",
      en: "The body is not compressed with gzip as the Content-Encoding says.",
    },
  });
}
