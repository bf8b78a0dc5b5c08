import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bounce } from "../../src/lifecycle/ports.ts";
import { createBounceFolder } from "../../src/mail/bounce-folder.ts";

/** Reports as anybody can send them: what they say, and what it costs to read them. */
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sms-certificat-bounces-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function told(status: string): Promise<Bounce[]> {
  const lines = [
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
    "",
    "--B",
    "Content-Type: message/delivery-status",
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from(status).toString("base64").replace(/.{76}/g, "$&\r\n"),
    "--B",
    "Content-Type: text/rfc822-headers",
    "",
    "Message-ID:",
    " <018f2d4e.positive@example.cat>",
    "",
    "--B--",
    "",
  ];
  writeFileSync(join(folder, "report"), lines.join("\r\n"));
  const bounces: Bounce[] = [];
  await createBounceFolder(folder).take((bounce) => {
    bounces.push(bounce);
    return Promise.resolve();
  });
  expect(readdirSync(join(folder, "handled"))).toEqual(["report"]);
  return bounces;
}

const id = "018f2d4e.positive";
const FAILED = "Final-Recipient: rfc822; <maria@example.org>\r\nAction: failed\r\n";

test("folded fields are read whole, and an empty one does not take the next", async () => {
  const status = `${FAILED}Status:\r\nDiagnostic-Code: smtp;\r\n\t550 5.1.1\r\n user unknown\r\n`;
  expect(await told(`Reporting-MTA: dns; mx\r\n\r\n${status}`)).toEqual([
    { id, recipient: "maria@example.org", reason: "550 5.1.1 user unknown" },
  ]);
});

test("a NUL, which no column can hold, is left out", async () => {
  const status = `${FAILED.replace("maria", "ma\0ria")}Status: 5.\0 1.1\r\n`;
  expect(await told(status)).toEqual([{ id, recipient: "maria@example.org", reason: "5. 1.1" }]);
});

test.each([
  ["separators", "\u2028"],
  ["line ends", "\n"],
  ["spaces", " "],
  ["blank lines of a fold", "\r\n "],
])("60 000 %s cost next to nothing", async (_what, filler) => {
  const before = process.cpuUsage();
  expect(await told(`${FAILED}Status:${filler.repeat(60_000)}`)).toHaveLength(1);
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(1_000_000);
});
