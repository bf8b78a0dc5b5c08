import type { Language } from "../domain/words.ts";
import type { WarningMail } from "../lifecycle/ports.ts";
import { compose, type ComposedMail } from "./compose.ts";

interface MailWords {
  readonly subject: string;
  readonly heading: string;
  readonly said: string;
  readonly reference: string;
  readonly recipient: string;
  readonly deadline: string;
}

/** A message is not delivered yet, and there is still time to reach the recipient in another way. */
export function warningMail(mail: WarningMail): ComposedMail {
  const words = WORDS[mail.language];
  const { text, html } = compose(mail.language, words.heading, [
    { paragraph: words.said },
    {
      rows: [
        [words.reference, mail.clientReference],
        [words.recipient, mail.recipient],
        [
          words.deadline,
          `${mail.receiptDeadline.toISOString().slice(0, 16).replace("T", " ")} UTC`,
        ],
      ],
    },
  ]);
  const { id, to, at, language } = mail;
  return { id, to, at, language, subject: words.subject, text, html, attachments: [] };
}

const WORDS: Readonly<Record<Language, MailWords>> = {
  ca: {
    subject: "Un SMS certificat encara no consta lliurat",
    heading: "Un SMS encara no consta lliurat",
    said: "L'operador encara no ha confirmat el lliurament d'aquest SMS. Quan el confirmi, o quan s'acabi el termini, s'emetrà el certificat. Si cal, podeu contactar amb el destinatari per una altra via.",
    reference: "Referència",
    recipient: "Destinatari",
    deadline: "Fi del termini",
  },
  es: {
    subject: "Un SMS certificado aún no consta entregado",
    heading: "Un SMS aún no consta entregado",
    said: "El operador aún no ha confirmado la entrega de este SMS. Cuando la confirme, o cuando acabe el plazo, se emitirá el certificado. Si es necesario, puede contactar con el destinatario por otra vía.",
    reference: "Referencia",
    recipient: "Destinatario",
    deadline: "Fin del plazo",
  },
  oc: {
    subject: "Un SMS certificat encara non còste liurat",
    heading: "Un SMS encara non còste liurat",
    said: "Er operador encara non a confirmat eth liurament d'aguest SMS. Quan ac confirme, o quan s'acabe eth termini, s'emeterà eth certificat. Se cau, podetz contactar damb eth destinatari per ua auta via.",
    reference: "Referéncia",
    recipient: "Destinatari",
    deadline: "Fin deth termini",
  },
  en: {
    subject: "A certified SMS is not reported as delivered yet",
    heading: "An SMS is not reported as delivered yet",
    said: "The operator has not confirmed the delivery of this SMS yet. When it does, or when the period is over, the certificate is issued. If need be, reach the recipient in another way.",
    reference: "Reference",
    recipient: "Recipient",
    deadline: "End of the period",
  },
};
