import { readFile } from "node:fs/promises";
import { trustedAnchors } from "../certificate-parts.ts";
import { verifyPdf, type Verification } from "../certificate/verify.ts";
import { sha256 } from "../domain/content.ts";
import { parseSettings, readEnvironment } from "../settings.ts";
import { print, readArguments, UsageError, type Command } from "./command.ts";

export const verifyPdfCommand: Command = {
  name: "verify-pdf",
  summary: "whether a certificate is whole, sealed and stamped; exit code 1 when it is not",
  usage: `verify-pdf FILE [--trust PEM]
  --trust  certificates that are trusted; those of the settings by default`,
  async run(args) {
    const options = readArguments(args, { trust: { type: "string" } });
    const [file] = options.words;
    if (file === undefined) throw new UsageError("name the PDF file");
    const trust = options.text("trust");
    const trusted =
      trust === undefined
        ? await trustedAnchors(parseSettings(readEnvironment()))
        : await readFile(trust, "utf8");
    if (trusted === undefined) {
      throw new UsageError("say which certificates are trusted: --trust FILE.pem");
    }
    const pdf = await readFile(file);
    const verification = verifyPdf(pdf, { trusted });
    print(`SHA-256 ${sha256(pdf)}`);
    print(explain(verification, ""));
    return verification.valid ? 0 : 1;
  },
};

/** Each finding in words, one a line. */
export function explain({ valid, findings }: Verification, margin: string): string {
  const lines = findings.map(({ ok, words }) => `${margin}${ok ? "ok   " : "FAILS"} ${words.en}`);
  const verdict = valid ? "The certificate is valid." : "The certificate is NOT valid.";
  return [...lines, `${margin}${verdict}`].join("\n");
}
