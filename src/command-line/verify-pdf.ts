import { readFile } from "node:fs/promises";
import { trustedAnchors } from "../certificate-parts.ts";
import { verifyPdf, type Verification } from "../certificate/verify.ts";
import { sha256 } from "../domain/content.ts";
import type { Words } from "../domain/words.ts";
import { parseSettings, readEnvironment } from "../settings.ts";
import { neutralise } from "../telemetry/masking.ts";
import { print, readArguments, UsageError, type Command } from "./command.ts";

export const verifyPdfCommand: Command = {
  name: "verify-pdf",
  summary:
    "whether a certificate is whole, sealed and stamped; exit code 1 when it is not, 2 when there is nothing to verify",
  usage: `verify-pdf FILE [--trust PEM] [--language ca|es|en]
  --trust     certificates that are trusted; those of the settings by default
  --language  of the explanation; English by default`,
  async run(args) {
    const options = readArguments(
      args,
      { trust: { type: "string" }, language: { type: "string" } },
      ["FILE"],
    );
    const language = LANGUAGES.find((each) => each === (options.text("language") ?? "en"));
    if (!language) throw new UsageError(`--language is ${LANGUAGES.join(", ")}`);
    const [file = ""] = options.words;
    const pdf = await readFile(file);
    if (!pdf.subarray(0, LONGEST_LEAD).includes("%PDF-")) {
      throw new UsageError(`${file} is no PDF file`);
    }
    const trust = options.text("trust");
    const trusted =
      trust === undefined
        ? await trustedAnchors(parseSettings(readEnvironment()))
        : await readFile(trust, "utf8");
    if (trusted === undefined) {
      throw new UsageError("say which certificates are trusted: --trust FILE.pem");
    }
    const verification = verifyPdf(pdf, { trusted });
    print(`SHA-256 ${sha256(pdf)}`);
    const told = describe(verification, language);
    if (told !== "") print(`\n${told}\n`);
    print(explain(verification, "", language));
    return verification.valid ? 0 : 1;
  },
};

/** Readers look for the header in the first kilobyte (ISO 32000-1, annex H, 3.4.1). */
const LONGEST_LEAD = 1024;

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

const LABELS = {
  certificate: { ca: "certificat", es: "certificado", en: "certificate" },
  issuer: { ca: "emissor", es: "emisor", en: "issuer" },
  sender: { ca: "remitent", es: "remitente", en: "sender" },
  recipient: { ca: "destinatari", es: "destinatario", en: "recipient" },
  outcome: { ca: "desenllaç", es: "desenlace", en: "outcome" },
  evidence: { ca: "evidències", es: "evidencias", en: "evidence" },
  sealedBy: { ca: "segellat per", es: "sellado por", en: "sealed by" },
  stamped: { ca: "data", es: "fecha", en: "stamped" },
} as const satisfies Record<string, Words>;

/** Of kinds and outcomes; another one is told as it stands in the file. */
const VALUES: Readonly<Record<string, Words>> = {
  positive: { ca: "positiu", es: "positivo", en: "positive" },
  negative: { ca: "negatiu", es: "negativo", en: "negative" },
  corrective: { ca: "rectificatiu", es: "rectificativo", en: "corrective" },
  delivered: { ca: "lliurat", es: "entregado", en: "delivered" },
  notDelivered: { ca: "no lliurat", es: "no entregado", en: "not delivered" },
};

const COUNTS = {
  records: { ca: "registres", es: "registros", en: "records" },
  receipts: { ca: "avisos de l’operador", es: "avisos del operador", en: "operator reports" },
  by: { ca: "per", es: "por", en: "by" },
} as const satisfies Record<string, Words>;

/** What it states, and who sealed and stamped it, as far as the file says: nothing of it is trusted. */
function describe(
  { stated, sealedBy, stampedBy, stampedAt }: Verification,
  language: keyof Words,
): string {
  const value = (text: string): string =>
    (Object.hasOwn(VALUES, text) ? VALUES[text]?.[language] : undefined) ?? text;
  const counted = (count: number, what: keyof typeof COUNTS): string =>
    `${count} ${COUNTS[what][language]}`;
  const outcome = stated?.outcome;
  const reason = outcome?.reason === undefined ? "" : ` (${outcome.reason})`;
  const rows: [keyof typeof LABELS, string | undefined][] = [
    ["certificate", stated && `${value(stated.kind)}, CSV ${stated.csv}`],
    ["issuer", stated?.issuer],
    ["sender", stated?.sender],
    ["recipient", stated?.recipient],
    ["outcome", outcome && `${value(outcome.kind)}${reason} ${outcome.at}`],
    [
      "evidence",
      stated && `${counted(stated.records, "records")}, ${counted(stated.receipts, "receipts")}`,
    ],
    ["sealedBy", sealedBy?.replaceAll("\n", ", ")],
    [
      "stamped",
      stampedAt &&
        `${stampedAt.toISOString()} ${COUNTS.by[language]} ${stampedBy?.replaceAll("\n", ", ") ?? ""}`,
    ],
  ];
  return rows
    .flatMap(([name, text]) =>
      text === undefined ? [] : `${LABELS[name][language].padEnd(12)} ${neutralise(text)}`,
    )
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
