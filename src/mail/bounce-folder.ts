import { mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";
import type { Bounce, BounceBox } from "../lifecycle/ports.ts";

/** Far larger than any report with the headers of our mail. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 100;
/** Characters of the status part, which says some three hundred of each recipient. */
const MOST_STATUS = 64 * 1024;

/**
 * A folder into which the mail server drops delivery status notifications (RFC 3464), one file each.
 * What was handled is moved to `handled/`, what is no such report to `unreadable/`.
 */
export function createBounceFolder(folder: string): BounceBox {
  async function move(name: string, to: "handled" | "unreadable"): Promise<void> {
    await mkdir(join(folder, to), { recursive: true });
    await rename(join(folder, name), join(folder, to, name));
  }
  return {
    async take(handle) {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
      for (const name of names.slice(0, MOST_FILES)) {
        const { size } = await stat(join(folder, name));
        const bounces =
          size > MOST_BYTES ? undefined : await readBounces(await readFile(join(folder, name)));
        for (const bounce of bounces ?? []) await handle(bounce);
        await move(name, bounces === undefined ? "unreadable" : "handled");
      }
      return Math.min(names.length, MOST_FILES);
    },
  };
}

/** The failures that a report tells; undefined when it is none that can be read. */
async function readBounces(raw: Buffer): Promise<Bounce[] | undefined> {
  try {
    const parts = (await PostalMime.parse(raw, { forceRfc822Attachments: true })).attachments;
    const ofType = (...types: string[]): string =>
      parts
        .filter(({ mimeType }) => types.includes(mimeType.toLowerCase()))
        .map(({ content }) =>
          typeof content === "string" ? content : new TextDecoder().decode(content),
        )
        .join("\n\n");
    const status = ofType("message/delivery-status");
    const original = ofType("message/rfc822", "text/rfc822-headers", "message/rfc822-headers");
    const id = /^message-id:\s*<([^@<>\s]+)@/im.exec(original)?.[1];
    if (status === "" || id === undefined) return undefined;
    return readable(status)
      .split(/\r?\n\r?\n/)
      .flatMap((fields) => {
        const field = (name: string): string | undefined =>
          new RegExp(`^${name}:[ \\t]*(?:[a-z0-9-]+;[ \\t]*)?(\\S.*)$`, "im")
            .exec(fields)?.[1]
            ?.trim();
        const recipient = field("Original-Recipient") ?? field("Final-Recipient");
        const failed = field("Action")?.toLowerCase() === "failed";
        if (recipient === undefined || !failed) return [];
        const reason = [field("Status"), field("Diagnostic-Code")]
          .filter((part) => part !== undefined)
          .join(" ");
        return [{ id, recipient: recipient.replace(/^<|>$/g, ""), reason }];
      });
  } catch {
    return undefined;
  }
}

/** One line for each field (RFC 5322, 2.2.3), without NUL, which PostgreSQL refuses in a text. */
function readable(status: string): string {
  return status
    .slice(0, MOST_STATUS)
    .replaceAll("\0", "")
    .replace(/\r?\n[ \t]+/g, " ");
}
