import type { Words } from "../domain/words.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import { escape, page as anyPage, type PageLanguage } from "./page.ts";

/** What the public may learn from a code: never the text, never the whole number. */
export interface PublicFacts {
  readonly csv: string;
  readonly kind: CertificateKind;
  readonly entityName: string;
  readonly recipientMasked: string;
  readonly acceptedAt: string;
  readonly issuedAt: string;
  readonly retainUntil: string;
  readonly sha256: string;
  /** The code of the certificate that tells of a delivery which was reported later. */
  readonly correctedBy: string | undefined;
  /** What speaks against it and came afterwards. */
  readonly contradiction: Words | undefined;
  readonly test: boolean;
}

const TEXTS = {
  title: {
    ca: "Verificació d'un certificat d'SMS",
    es: "Verificación de un certificado de SMS",
    en: "Verification of an SMS certificate",
  },
  found: {
    ca: "Aquest certificat és nostre i el conservem.",
    es: "Este certificado es nuestro y lo conservamos.",
    en: "This certificate is ours and we keep it.",
  },
  unknown: {
    ca: "No tenim cap certificat amb aquest codi. Comproveu que l'heu copiat bé.",
    es: "No tenemos ningún certificado con este código. Compruebe que lo ha copiado bien.",
    en: "We have no certificate with this code. Check that it was copied correctly.",
  },
  positive: {
    ca: "Certifica que l'SMS es va lliurar al dispositiu del destinatari, segons l'operador.",
    es: "Certifica que el SMS se entregó en el dispositivo del destinatario, según el operador.",
    en: "It certifies that the SMS was delivered to the recipient's device, as reported by the operator.",
  },
  negative: {
    ca: "Certifica que l'SMS no consta lliurat dins del termini.",
    es: "Certifica que el SMS no consta entregado dentro del plazo.",
    en: "It certifies that the SMS was not reported as delivered within the period.",
  },
  corrective: {
    ca: "Corregeix un certificat anterior: l'avís de lliurament de l'operador va arribar més tard.",
    es: "Corrige un certificado anterior: el aviso de entrega del operador llegó más tarde.",
    en: "It corrects an earlier certificate: the operator's delivery report came later.",
  },
  corrected: {
    ca: "Atenció: un certificat posterior el corregeix, perquè l'operador va informar més tard del lliurament.",
    es: "Atención: un certificado posterior lo corrige, porque el operador informó más tarde de la entrega.",
    en: "Note: a later certificate corrects it, because the operator reported the delivery afterwards.",
  },
  correctedBy: {
    ca: "Vegeu el certificat que el corregeix",
    es: "Vea el certificado que lo corrige",
    en: "See the certificate that corrects it",
  },
  code: { ca: "Codi (CSV)", es: "Código (CSV)", en: "Code (CSV)" },
  sender: { ca: "Entitat emissora", es: "Entidad remitente", en: "Sending entity" },
  recipient: { ca: "Destinatari", es: "Destinatario", en: "Recipient" },
  acceptedAt: { ca: "Missatge acceptat", es: "Mensaje aceptado", en: "Message accepted" },
  issuedAt: { ca: "Certificat emès", es: "Certificado emitido", en: "Certificate issued" },
  retainUntil: { ca: "Es conserva fins al", es: "Se conserva hasta el", en: "Kept until" },
  sha256: { ca: "SHA-256 del fitxer", es: "SHA-256 del fichero", en: "SHA-256 of the file" },
  download: { ca: "Baixa el PDF", es: "Descargar el PDF", en: "Download the PDF" },
  compare: {
    ca: "Comproveu el vostre fitxer",
    es: "Compruebe su fichero",
    en: "Check your file",
  },
  compareHelp: {
    ca: "Trieu el PDF que teniu: direm si és, byte a byte, el que vam emetre. No en desem cap còpia.",
    es: "Elija el PDF que tiene: diremos si es, byte a byte, el que emitimos. No guardamos ninguna copia.",
    en: "Choose the PDF that you have: we say whether it is, byte for byte, the one that we issued. No copy is kept.",
  },
  same: {
    ca: "El fitxer és, byte a byte, el certificat que vam emetre.",
    es: "El fichero es, byte a byte, el certificado que emitimos.",
    en: "The file is, byte for byte, the certificate that we issued.",
  },
  different: {
    ca: "El fitxer NO és el certificat que vam emetre: difereix almenys en un byte.",
    es: "El fichero NO es el certificado que emitimos: difiere al menos en un byte.",
    en: "The file is NOT the certificate that we issued: at least one byte differs.",
  },
  tooLarge: {
    ca: "No s'ha rebut cap fitxer, o és massa gran per ser un certificat.",
    es: "No se ha recibido ningún fichero, o es demasiado grande para ser un certificado.",
    en: "No file was received, or it is too large to be a certificate.",
  },
  ask: { ca: "Codi del certificat", es: "Código del certificado", en: "Code of the certificate" },
  verify: { ca: "Verifica", es: "Verificar", en: "Verify" },
  test: {
    ca: "PROVA: aquest servei és un entorn de prova i el certificat no té validesa.",
    es: "PRUEBA: este servicio es un entorno de prueba y el certificado no tiene validez.",
    en: "TEST: this service is a test environment and the certificate is not valid.",
  },
} as const satisfies Record<string, Words>;

function page(language: PageLanguage, path: string, content: string): string {
  return anyPage(language, TEXTS.title, path, content);
}

function form(language: PageLanguage): string {
  return `<form action="/verifica" method="get"><input type="hidden" name="l" value="${language}">
<label for="csv">${escape(TEXTS.ask[language])}</label>
<input id="csv" name="csv" required maxlength="40" size="32" autocomplete="off" spellcheck="false">
<button>${escape(TEXTS.verify[language])}</button></form>`;
}

/** What the comparison of an uploaded file found. */
export type Comparison = "same" | "different" | "tooLarge";

function upload(language: PageLanguage, path: string): string {
  return `<h2>${escape(TEXTS.compare[language])}</h2>
<form action="${path}?l=${language}" method="post" enctype="multipart/form-data">
<label for="pdf">${escape(TEXTS.compareHelp[language])}</label>
<input id="pdf" name="pdf" type="file" accept="application/pdf" required>
<button>${escape(TEXTS.verify[language])}</button></form>`;
}

/** The page where a code is typed. */
export function askPage(language: PageLanguage): string {
  return page(language, "/verifica", form(language));
}

/** The answer to a code that is none of ours. */
export function unknownPage(language: PageLanguage): string {
  const sentence = `<p class="result no">${escape(TEXTS.unknown[language])}</p>`;
  return page(language, "/verifica", `${sentence}${form(language)}`);
}

/** What a certificate states, masked. */
export function certificatePage(
  language: PageLanguage,
  facts: PublicFacts,
  comparison?: Comparison,
): string {
  const path = `/verifica/${facts.csv}`;
  const rows: [keyof typeof TEXTS, string][] = [
    ["code", facts.csv],
    ["sender", facts.entityName],
    ["recipient", facts.recipientMasked],
    ["acceptedAt", facts.acceptedAt],
    ["issuedAt", facts.issuedAt],
    ["retainUntil", facts.retainUntil],
    ["sha256", facts.sha256],
  ];
  const list = rows
    .map(([name, value]) => `<dt>${escape(TEXTS[name][language])}</dt><dd>${escape(value)}</dd>`)
    .join("\n");
  const compared =
    comparison === undefined
      ? ""
      : `<p class="result ${comparison === "same" ? "ok" : "no"}" role="status">${escape(TEXTS[comparison][language])}</p>`;
  const corrected =
    facts.correctedBy === undefined
      ? ""
      : `<p class="result no">${escape(TEXTS.corrected[language])}
<a href="/verifica/${facts.correctedBy}?l=${language}">${escape(TEXTS.correctedBy[language])}</a></p>`;
  const contradicted =
    facts.contradiction === undefined
      ? ""
      : `<p class="result no">${escape(facts.contradiction[language])}</p>`;
  const test = facts.test ? `<p class="test">${escape(TEXTS.test[language])}</p>` : "";
  return page(
    language,
    path,
    `${test}${compared}<p class="result ok">${escape(TEXTS.found[language])} ${escape(TEXTS[facts.kind][language])}</p>${corrected}${contradicted}
<dl>${list}</dl>
<p><a class="button" href="${path}/pdf">${escape(TEXTS.download[language])}</a></p>
${upload(language, path)}`,
  );
}
