import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { nodeWords } from "../support/program.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

const run = promisify(execFile);
let story: Story;
let folder: string;

beforeAll(async () => {
  story = await startStory();
  folder = await mkdtemp(join(tmpdir(), "sms-certificat-usage-"));
  await story.accept("one", "+34600100000", { costCentre: "=cmd|' /C calc'!A0" });
  await story.accept("two", "+34600100404", { costCentre: 'quoted "centre", with comma' });
  await story.accept("three", "+34600100007");
  await story.pass();
  await story.pass(130 * HOURS);
});
afterAll(async () => {
  await story.close();
  await rm(folder, { recursive: true, force: true });
});

async function usage(...words: string[]): Promise<string> {
  const [command, ...args] = nodeWords("src/main.ts", "usage", ...words);
  const { appUrl, ownerUrl } = story.database;
  const env = { ...process.env, DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl };
  return (await run(command, args, { env: { ...env, DATA_DIRECTORY: folder } })).stdout;
}

/** The period of everything, and the sums that the evidence itself tells. */
const PERIOD = ["--from", "2020-01", "--until", "2099-12"];
async function evidence(event: string): Promise<number> {
  const { rows } = await story.database.app.query<{ n: number }>(
    "select count(*)::integer as n from evidence where body ->> 'event' = $1",
    [event],
  );
  return rows[0]?.n ?? 0;
}

test("the sheet of XLSX counts what the evidence tells", async () => {
  const path = join(folder, "usage.xlsx");
  await usage(...PERIOD, "--by", "nif", "--xlsx", path);
  const parts = unzipSync(await readFile(path));
  const text = (name: string): string => Buffer.from(parts[name] ?? []).toString();
  const strings = [...text("xl/sharedStrings.xml").matchAll(/<t[^>]*>([^<]*)</g)].map(([, s]) => s);
  const rows = [...text("xl/worksheets/sheet1.xml").matchAll(/<row.*?<\/row>/gs)].map(([row]) =>
    [...row.matchAll(/<c ([^>]*)><v>([^<]*)<\/v>/g)].map(([, attributes, value]) =>
      attributes?.includes('t="s"') ? strings[Number(value)] : Number(value),
    ),
  );
  const [names, line] = rows;
  expect(names).toEqual([
    "nif",
    "messages",
    "segments",
    "creditedSegments",
    "certificates",
    "amount",
  ]);
  const cell = (name: string) => line?.[names!.indexOf(name)];
  expect(cell("messages")).toBe(await evidence("SubmissionAcceptance"));
  expect(cell("certificates")).toBe(await evidence("CertificateIssued"));
  expect(cell("creditedSegments")).toBe(1);
});

test("the CSV is read by others as it was written, and runs no formula", async () => {
  const path = join(folder, "usage.csv");
  await usage(...PERIOD, "--by", "costCentre,outcome", "--csv", path);
  const csv = await readFile(path, "utf8");
  expect(csv).toContain("'=cmd|' /C calc'!A0,delivered,1,1,0,1,0.00\r\n");
  expect(csv).toContain('"quoted ""centre"", with comma",notDelivered,1,1,0,1,0.00\r\n');
  expect(csv).toContain(",notDelivered,1,1,1,1,0.00\r\n");
});
