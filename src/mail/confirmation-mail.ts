import type { Language } from "../domain/words.ts";
import type { ConfirmationMail } from "../lifecycle/ports.ts";
import { compose, type ComposedMail } from "./compose.ts";

interface MailWords {
  readonly subject: string;
  readonly heading: string;
  readonly asked: string;
  readonly entity: string;
  readonly user: string;
  readonly confirm: string;
  readonly until: (day: string) => string;
}

/** Asks the reader of a mailbox whether it wants to receive certificates. */
export function confirmationMail(mail: ConfirmationMail): ComposedMail {
  const words = WORDS[mail.language];
  const day = mail.validUntil.toISOString().slice(0, 10);
  const { text, html } = compose(mail.language, words.heading, [
    { paragraph: words.asked },
    {
      rows: [
        [words.entity, mail.entityName],
        [words.user, mail.username],
      ],
    },
    { link: mail.link, label: words.confirm },
    { paragraph: words.until(day) },
  ]);
  const { id, to, at, language } = mail;
  return { id, to, at, language, subject: words.subject, text, html, attachments: [] };
}

const WORDS: Readonly<Record<Language, MailWords>> = {
  ca: {
    subject: "Confirmeu la bústia per rebre certificats d'SMS",
    heading: "Confirmeu la bústia",
    asked:
      "S'ha demanat que aquesta bústia rebi els certificats dels SMS que envia l'usuari següent. Confirmeu-ho només si ho esperàveu.",
    entity: "Entitat",
    user: "Usuari",
    confirm: "Confirmeu la bústia",
    until: (day) => `L'enllaç val fins al ${day}. Si no ho esperàveu, no cal que feu res.`,
  },
  es: {
    subject: "Confirme el buzón para recibir certificados de SMS",
    heading: "Confirme el buzón",
    asked:
      "Se ha solicitado que este buzón reciba los certificados de los SMS que envía el usuario siguiente. Confírmelo solo si lo esperaba.",
    entity: "Entidad",
    user: "Usuario",
    confirm: "Confirme el buzón",
    until: (day) => `El enlace vale hasta el ${day}. Si no lo esperaba, no tiene que hacer nada.`,
  },
  oc: {
    subject: "Confirmatz era bóstia entà recéber certificats de SMS",
    heading: "Confirmatz era bóstia",
    asked:
      "S'a demanat qu'aguesta bóstia receba es certificats des SMS que mane er usuari que seguís. Confirmatz-ac sonque s'ac demoràuetz.",
    entity: "Entitat",
    user: "Usuari",
    confirm: "Confirmatz era bóstia",
    until: (day) => `Er enlaç vau enquia ${day}. S'ac demoràuetz pas, non cau hèr arren.`,
  },
  en: {
    subject: "Confirm the mailbox to receive SMS certificates",
    heading: "Confirm the mailbox",
    asked:
      "Somebody asked that this mailbox receive the certificates of the SMS that the following user sends. Confirm it only if you expected it.",
    entity: "Entity",
    user: "User",
    confirm: "Confirm the mailbox",
    until: (day) =>
      `The link is valid until ${day}. If you did not expect it, there is nothing to do.`,
  },
};
