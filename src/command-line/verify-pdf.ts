import { readFile } from "node:fs/promises";
import { trustedAnchors } from "../certificate-parts.ts";
import { verifyPdf, type Verification } from "../certificate/verify.ts";
import { sha256 } from "../domain/content.ts";
import type { Words } from "../domain/words.ts";
import { parseSettings, readEnvironment } from "../settings.ts";
import { print, readArguments, UsageError, type Command } from "./command.ts";

export const verifyPdfCommand: Command = {
  name: "verify-pdf",
  summary: "whether a certificate is whole, sealed and stamped; exit code 1 when it is not",
  usage: `verify-pdf FILE [--trust PEM] [--language ca|es|en]
  --trust     certificates that are trusted; those of the settings by default
  --language  of the explanation; English by default`,
  async run(args) {
    const options = readArguments(args, {
      trust: { type: "string" },
      language: { type: "string" },
    });
    const language = LANGUAGES.find((each) => each === (options.text("language") ?? "en"));
    if (!language) throw new UsageError(`--language is ${LANGUAGES.join(", ")}`);
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
    const told = describe(verification);
    if (told !== "") print(`\n${told}\n`);
    print(explain(verification, "", language));
    return verification.valid ? 0 : 1;
  },
};

const LANGUAGES = ["ca", "es", "en"] as const satisfies readonly (keyof Words)[];

const VERDICT = {
  good: {
    ca: "El certificat és vàlid.",
    es: "El certificado es válido.",
    en: "The certificate is valid.",
  },
  bad: {
    ca: "El certificat NO és vàlid.",
    es: "El certificado NO es válido.",
    en: "The certificate is NOT valid.",
  },
} as const satisfies Record<string, Words>;

/** What it states, and who sealed and stamped it, as far as the file says. */
function describe({ stated, sealedBy, stampedBy, stampedAt }: Verification): string {
  const rows: [string, string | undefined][] = [
    ["certificate", stated && `${stated.kind}, CSV ${stated.csv}`],
    ["issuer", stated?.issuer],
    ["sender", stated?.sender],
    ["recipient", stated?.recipient],
    ["outcome", stated?.outcome],
    ["evidence", stated && `${stated.records} records, ${stated.receipts} operator reports`],
    ["sealed by", sealedBy?.replaceAll("\n", ", ")],
    [
      "stamped",
      stampedAt && `${stampedAt.toISOString()} by ${stampedBy?.replaceAll("\n", ", ") ?? ""}`,
    ],
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(12)} ${value ?? ""}`)
    .join("\n");
}

/** Each finding in words, one a line. */
export function explain(
  { valid, findings }: Verification,
  margin: string,
  language: keyof Words = "en",
): string {
  const lines = findings.map(
    ({ ok, words }) => `${margin}${ok ? "ok   " : "FAILS"} ${words[language]}`,
  );
  return [...lines, `${margin}${VERDICT[valid ? "good" : "bad"][language]}`].join("\n");
}
