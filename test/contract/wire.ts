import { passwordDigest } from "../../src/domain/secret.ts";
import { SECRET } from "../support/soap-door.ts";

/**
 * Fills the blanks of a request: `{{created}}` with an optional offset in seconds (`{{created-600}}`),
 * `{{nonce}}` and `{{digest}}`, which belong together; `{{month}}`.
 */
export function fillIn(template: string, now: Date, nonce: Buffer): string {
  let created = "";
  return template
    .replace(/\{\{created([+-]\d+)?\}\}/g, (_all, seconds: string | undefined) => {
      created = new Date(now.getTime() + Number(seconds ?? 0) * 1000).toISOString();
      return created;
    })
    .replaceAll("{{month}}", now.toISOString().slice(0, 7))
    .replaceAll("{{nonce}}", nonce.toString("base64"))
    .replace("{{digest}}", () => passwordDigest(nonce, created, SECRET).toString("base64"));
}

/** What differs from run to run, and what is written in its place. */
const CHANGING =
  /<(messageId|csv|sha256|pdf|correlationId|verificationUrl|acceptedAt|receiptDeadline|expectedBy|issuedAt|retainUntil|outcomeAt|relayedAt|stateAt|smscMessageId|nextExpectedAt|identifier|capturedAt|cancelledAt|month|at)>([^<]*)</g;

/** An answer as it is kept in a folder: one element per line, and blanks for what changes. */
export function normalise(answer: string, request: string, changing = CHANGING): string {
  const blanked = answer.replace(changing, (all, name: string, value: string) =>
    request.includes(value) ? all : `<${name}>{{${name}}}<`,
  );
  return pretty(blanked);
}

/** One element per line; it changes white space between elements only. */
export function pretty(xml: string): string {
  let depth = 0;
  const lines = xml.replace(/>\s*</g, ">\n<").split("\n");
  return `${lines
    .map((line) => {
      if (line.startsWith("</")) depth -= 1;
      const indented = "  ".repeat(depth) + line;
      const opens = /^<[^?!/][^>]*[^/]>$|^<\w>$/.test(line);
      if (opens) depth += 1;
      return indented;
    })
    .join("\n")}\n`;
}
