import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lintPdf } from "../support/pdf-lint.ts";
import { shield } from "../support/png.ts";
import { nodeWords } from "../support/program.ts";
import { startStory, type Story } from "../support/story.ts";

let story: Story;
const directory = mkdtempSync(join(tmpdir(), "logo-"));

beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

/** The command of the administrator, as a program of its own. */
function logo(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [command, ...args] = nodeWords("src/main.ts", "logo", ...words, "--entity", "S0811001G");
  const { appUrl, ownerUrl } = story.database;
  const env = {
    ...process.env,
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    DATA_DIRECTORY: directory,
  };
  return new Promise((resolve) => {
    const child = execFile(command, args, { env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

async function certificate(reference: string): Promise<Buffer> {
  await story.accept(reference, "+34600100000");
  await story.pass();
  const answer = await story.certificate(reference);
  if (answer.state !== "issued") throw new Error(`${reference} has no certificate`);
  expect(await lintPdf(answer.pdf)).toEqual([]);
  return answer.pdf;
}

test("the certificates of an entity carry its logo from when it is registered until it is removed", async () => {
  expect((await certificate("logo-1")).includes("/Subtype/Image")).toBe(false);

  writeFileSync(join(directory, "logo.png"), shield());
  const file = ["--file", join(directory, "logo.png")];
  const set = await logo("set", ...file, "--description", "Escut del Departament");
  expect(set).toMatchObject({ code: 0, err: "" });
  expect((await logo("show")).out).toMatch(/description\s+Escut del Departament/);
  const withLogo = await certificate("logo-2");
  expect(withLogo.includes("/Subtype/Image/Width 150/Height 150/ColorSpace/DeviceRGB")).toBe(true);

  expect(await logo("remove")).toMatchObject({ code: 0 });
  expect((await certificate("logo-3")).includes("/Subtype/Image")).toBe(false);
  const { rows } = await story.database.app.query<{ action: string }>(
    "select action from grants where action = 'logo'",
  );
  expect(rows).toHaveLength(2);
});

test("a file that is no logo changes nothing, and says why", async () => {
  writeFileSync(join(directory, "photo.png"), "GIF89a");
  const refused = await logo("set", "--file", join(directory, "photo.png"));
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain("--file: the file is no PNG");
  expect((await logo("show")).err).toContain("has no logo");
});
