import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { peer } from "../support/peers.ts";
import { nodeWords } from "../support/program.ts";

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** `demo --keep`, which scripts/demo runs once it has built it, and what a person does beside it. */
peer(
  "pdfsig",
  "pdftotext",
  "pdftoppm",
  "zbarimg",
  "qpdf",
)("the demonstration", () => {
  let output: string;
  let demo: ChildProcess;
  let said = "";
  beforeAll(async () => {
    output = await mkdtemp(join(tmpdir(), "sms-certificat-demo-test-"));
    const [command, ...words] = nodeWords("src/main.ts", "demo", "--output", output, "--keep");
    demo = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
      demo.once("exit", () => reject(new Error(`the demonstration ended:\n${said}`)));
      demo.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("Numbers that end in")) resolve();
      });
    });
  }, 120_000);
  afterAll(async () => {
    const ended = new Promise((resolve) => demo.once("exit", resolve));
    demo.kill("SIGINT");
    expect(await ended).toBe(0);
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

  test("beside it, pica-call as the README has it prints the whole exchange and saves the certificate", async () => {
    const readme = readFileSync(at("README.md"), "utf8");
    const [, args = ""] = /^node dist\/main\.js (pica-call .*)$/m.exec(readme) ?? [];
    const [, url = "", secret = ""] = /pica-call \S+ --url (\S+) --secret (\S+)/.exec(said) ?? [];
    const folder = join(output, "bus");
    const words = args
      .replace("http://127.0.0.1:8080", url)
      .replace("SECRET", secret)
      .replace("demo-output", folder)
      .split(" ");
    expect(words).toEqual(expect.arrayContaining([url, secret, folder]));
    const [command, ...all] = nodeWords("src/main.ts", ...words);
    const { stdout } = await run(command, all, { cwd: at("."), maxBuffer: 10_000_000 });

    expect(stdout).not.toContain(secret);
    expect(
      [...stdout.matchAll(/^──► POST \S+\/ws\/pica\/(\w+)$/gm)].map(([, door]) => door),
    ).toEqual(["Sincron", "Sincron", "Sincron", "Asincron", "AsincronResposta"]);
    expect(new Set([...stdout.matchAll(/^◄── HTTP (\d+)$/gm)].map(([, status]) => status))).toEqual(
      new Set(["200"]),
    );
    for (const part of [
      "<PeticioEnviament",
      "<Estat>ACCEPTAT</Estat>",
      "<RespostaEstat",
      "<CertificatEmes>",
      "<CodigoEstado>0001</CodigoEstado>",
      "<CodigoEstado>0003</CodigoEstado>",
      "<CodiError>630</CodiError>",
      "SHA-256 as stated",
    ]) {
      expect(stdout).toContain(part);
    }
    const [file = "", ...others] = await readdir(folder);
    expect(others).toEqual([]);
    const pdf = join(folder, file);
    expect((await run("pdfsig", ["-nocert", pdf])).stdout).toContain("Signature is Valid.");
    const text = (await run("pdftotext", ["-layout", pdf, "-"])).stdout;
    for (const part of ["LLIURAT", "EXP-2026-000123", "Funcionària de Prova", "plataforma PICA"]) {
      expect(text).toContain(part);
    }
  }, 60_000);

  test("tells that it verified both", () => {
    expect(said.match(/The certificate is valid\./g)).toHaveLength(2);
    expect(said.match(/as the service said/g)).toHaveLength(2);
  });
});
