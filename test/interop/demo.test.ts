import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { peer } from "../support/peers.ts";
import { nodeWords } from "../support/program.ts";

const run = promisify(execFile);

peer(
  "pdfsig",
  "pdftotext",
  "pdftoppm",
  "zbarimg",
  "qpdf",
)("the demonstration", () => {
  let output: string;
  let said: string;
  beforeAll(async () => {
    output = await mkdtemp(join(tmpdir(), "sms-certificat-demo-test-"));
    const [command, ...words] = nodeWords("src/main.ts", "demo", "--output", output);
    said = (await run(command, words)).stdout;
  }, 120_000);
  afterAll(async () => {
    await rm(output, { recursive: true, force: true });
  });

  test.each([
    ["certificat-positiu.pdf", "LLIURAT", "+34600100000", "expedient 2026/1234 a la seu"],
    ["certificat-negatiu.pdf", "NO LLIURAT", "+34600100404", "la vostra sol·licitud ha estat"],
  ])("%s is what foreign programs take it for", async (file, outcome, recipient, text) => {
    const pdf = join(output, file);
    const signature = await run("pdfsig", ["-nocert", pdf]);
    expect(signature.stdout).toContain("Signature is Valid.");
    await run("qpdf", ["--check", pdf]);

    const words = (await run("pdftotext", ["-layout", pdf, "-"])).stdout.replace(/\s+/g, " ");
    for (const part of [outcome, recipient, text, "PROVA – sense validesa"]) {
      expect(words).toContain(part);
    }
    const csv = /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/.exec(words)?.[0] ?? "";
    expect(said).toContain(csv);

    await run("pdftoppm", ["-r", "100", "-png", "-singlefile", pdf, pdf]);
    const code = await run("zbarimg", ["--quiet", "--raw", `${pdf}.png`]);
    expect(code.stdout.trim()).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/verifica/${csv}$`));
    expect((await readFile(pdf)).subarray(0, 8).toString()).toMatch(/^%PDF-/);
  });

  test("tells that it verified both", () => {
    expect(said.match(/The certificate is valid\./g)).toHaveLength(2);
    expect(said.match(/as the service said/g)).toHaveLength(2);
  });
});
