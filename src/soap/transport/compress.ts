import { promisify } from "node:util";
import { gzip } from "node:zlib";

const deflate = promisify(gzip);

/** Below this a compressed answer is not smaller by anything that counts. */
const WORTH_IT = 512;

/** The gzip of an answer when the caller asks for it (RFC 9110, 12.5.3); undefined otherwise. */
export function compressed(
  acceptEncoding: string | undefined,
  body: string | Buffer,
): Promise<Buffer> | undefined {
  if (acceptEncoding === undefined || body.length < WORTH_IT || !accepts(acceptEncoding)) {
    return undefined;
  }
  return deflate(body, { level: 1 });
}

function accepts(header: string): boolean {
  return header
    .toLowerCase()
    .split(",")
    .map((each) => each.replace(/\s/g, ""))
    .some((each) => /^(gzip|x-gzip)(;q=(1(\.0*)?|0\.\d*[1-9]\d*))?$/.test(each));
}
