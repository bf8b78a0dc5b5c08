import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../../src/system.ts";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";

/** The programs that wsdl/README.md shows to those who write TypeScript, as they are. */
const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const README = at("../../wsdl/README.md");
const PROGRAMS = ["soap", "strong-soap"];
const BEGIN =
  "<!-- typescript: made from test/interop/clients/typescript by UPDATE_CONTRACT=1 -->\n";
const END = "<!-- end of typescript -->\n";

const program = (name: string): string => at(`clients/typescript/${name}.ts`);

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({ clock: systemClock });
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

test("wsdl/README.md shows the programs that are run here", () => {
  const [before = "", rest = ""] = readFileSync(README, "utf8").split(BEGIN);
  const [shown, after = ""] = rest.split(END);
  const made = PROGRAMS.map(
    (name) => `\n### \`${name}\`\n\n\`\`\`ts\n${readFileSync(program(name), "utf8")}\`\`\`\n`,
  ).join("");
  if (process.env["UPDATE_CONTRACT"] === "1") {
    writeFileSync(README, `${before}${BEGIN}${made}\n${END}${after}`);
  } else {
    expect(shown).toBe(`${made}\n`);
  }
});

test.each(PROGRAMS)("%s sends, is refused, waits and gets the certificate", async (name) => {
  const reference = `typescript-${name}`;
  const run = async (): Promise<string> => {
    const words = ["--import", at("../support/typescript.js"), program(name)];
    const address = `${door.url}/ws/sms-certificat`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...words,
      ...[address, "demo", SECRET, reference],
    ]);
    return stdout;
  };
  const first = await run();
  expect(first).toMatch(/^accepted [0-9a-f-]{36}\nrefused InvalidRecipient.*\npending /);
  await door.story.pass();
  const second = await run();
  expect(second).toMatch(/^accepted .*\nrefused .*\ncertificate \d{5,} whole\n$/);
  const idOf = (said: string): string | undefined => /accepted (\S+)/.exec(said)?.[1];
  expect(idOf(second)).toBe(idOf(first));
});
