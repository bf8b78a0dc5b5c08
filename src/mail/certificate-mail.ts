import type { CertificateKind } from "../domain/outcome.ts";
import type { Language } from "../domain/words.ts";
import type { CertificateMail } from "../lifecycle/ports.ts";
import { compose, type ComposedMail } from "./compose.ts";

interface MailWords {
  readonly subject: string;
  readonly kind: Readonly<Record<CertificateKind, string>>;
  readonly attached: string;
  readonly entity: string;
  readonly reference: string;
  readonly recipient: string;
  readonly csv: string;
  readonly verify: string;
  readonly why: string;
}

/** The certificate of a message, attached, with what it is about in a few words. */
export function certificateMail(mail: CertificateMail): ComposedMail {
  const words = WORDS[mail.language];
  const { text, html } = compose(mail.language, words.kind[mail.kind], [
    { paragraph: words.attached },
    {
      rows: [
        [words.entity, mail.entityName],
        [words.reference, mail.clientReference],
        [words.recipient, mail.recipient],
        [words.csv, mail.csv],
      ],
    },
    { link: mail.verificationUrl, label: words.verify },
    { paragraph: words.why },
  ]);
  const { id, to, at, language } = mail;
  const name = `certificat-${mail.csv}.pdf`;
  const attachments = [{ name, type: "application/pdf", content: mail.pdf }];
  return { id, to, at, language, subject: words.subject, text, html, attachments };
}

const WORDS: Readonly<Record<Language, MailWords>> = {
  ca: {
    subject: "Teniu un certificat d'SMS",
    kind: {
      positive: "Certificat d'un SMS lliurat",
      negative: "Certificat d'un SMS no lliurat",
      corrective: "Certificat rectificatiu: SMS lliurat",
    },
    attached:
      "Us adjuntem el certificat en PDF, segellat i amb segell de temps. Conserveu el fitxer tal com és: si es desa de nou amb un altre programa, el segell deixa de ser vàlid.",
    entity: "Entitat",
    reference: "Referència",
    recipient: "Destinatari",
    csv: "Codi segur de verificació",
    verify: "Comproveu el certificat",
    why: "Rebeu aquest missatge perquè la bústia està autoritzada per rebre certificats. Si no ho voleu, adreceu-vos al SAU.",
  },
  es: {
    subject: "Tiene un certificado de SMS",
    kind: {
      positive: "Certificado de un SMS entregado",
      negative: "Certificado de un SMS no entregado",
      corrective: "Certificado rectificativo: SMS entregado",
    },
    attached:
      "Le adjuntamos el certificado en PDF, sellado y con sello de tiempo. Conserve el fichero tal como está: si se guarda de nuevo con otro programa, el sello deja de ser válido.",
    entity: "Entidad",
    reference: "Referencia",
    recipient: "Destinatario",
    csv: "Código seguro de verificación",
    verify: "Compruebe el certificado",
    why: "Recibe este mensaje porque el buzón está autorizado para recibir certificados. Si no lo desea, diríjase al SAU.",
  },
  oc: {
    subject: "Auetz un certificat de SMS",
    kind: {
      positive: "Certificat d'un SMS liurat",
      negative: "Certificat d'un SMS non liurat",
      corrective: "Certificat rectificatiu: SMS liurat",
    },
    attached:
      "Vos adjuntam eth certificat en PDF, sagerat e damb sagèth de temps. Sauvatz eth fichèr tau coma ei: s'eth document se torne a sauvar damb un aute programa, eth sagèth dèishe d'èster valid.",
    entity: "Entitat",
    reference: "Referéncia",
    recipient: "Destinatari",
    csv: "Còdi segur de verificacion",
    verify: "Verificatz eth certificat",
    why: "Recebetz aguest messatge pr'amor qu'era bóstia ei autorizada entà recéber certificats. S'ac voletz pas mès, adreçatz-vos ath SAU.",
  },
  en: {
    subject: "You have an SMS certificate",
    kind: {
      positive: "Certificate of an SMS delivered",
      negative: "Certificate of an SMS not delivered",
      corrective: "Corrective certificate: SMS delivered",
    },
    attached:
      "The certificate is attached as a PDF, sealed and time-stamped. Keep the file as it is: saved again by another program, its seal is no longer valid.",
    entity: "Entity",
    reference: "Reference",
    recipient: "Recipient",
    csv: "Verification code (CSV)",
    verify: "Verify the certificate",
    why: "You receive this message because the mailbox is authorised to receive certificates. If you do not want it, ask the service desk (SAU).",
  },
};
