import type { FastifyInstance } from "fastify";
import type { Words } from "../domain/words.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import { confirmMailbox, findUnconfirmed } from "../store/parties/mailboxes.ts";
import { escape, html, languageOf, page, type PageLanguage } from "./page.ts";

interface Params {
  readonly token: string;
}

/** Base64url, as they are made; PostgreSQL refuses some of what else a path may hold. */
const TOKEN = /^[\w-]+$/;

/**
 * The page behind the link that confirms a mailbox. Reading it confirms nothing, because mail programs
 * follow links by themselves: a person presses the button. It works without scripts.
 */
export function registerMailboxPage(server: FastifyInstance, context: LifecycleContext): void {
  const { db, clock } = context;
  server.get<{ Params: Params }>("/bustia/:token", async (request, reply) => {
    const { token } = request.params;
    const found = TOKEN.test(token) && (await findUnconfirmed(db, token, clock.now()));
    const language = languageOf(request);
    if (!found) return html(reply, 404, write(language, token, TEXTS.unknown, "no"));
    const form = `<p><strong>${escape(maskAddress(found.address))}</strong></p>
<form method="post" action="/bustia/${escape(token)}?l=${language}"><button>${TEXTS.confirm[language]}</button></form>`;
    return html(reply, 200, write(language, token, TEXTS.question, "", form));
  });
  void server.register((scope) => {
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: 1_024 },
      (_request, _body, done) => done(null, undefined),
    );
    scope.post<{ Params: Params }>("/bustia/:token", async (request, reply) => {
      const { token } = request.params;
      const confirmed = TOKEN.test(token) && (await confirmMailbox(db, token, clock.now()));
      const language = languageOf(request);
      return confirmed
        ? html(reply, 200, write(language, token, TEXTS.done, "ok"))
        : html(reply, 404, write(language, token, TEXTS.unknown, "no"));
    });
    return Promise.resolve();
  });
}

function write(
  language: PageLanguage,
  token: string,
  words: Words,
  result: "ok" | "no" | "",
  more = "",
): string {
  const shape = result === "" ? "" : ` class="result ${result}"`;
  const path = `/bustia/${escape(encodeURIComponent(token))}`;
  return page(language, TEXTS.title, path, `<p${shape}>${escape(words[language])}</p>${more}`);
}

/** `m…a@example.org`: whoever follows a stray link does not learn the address. */
function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, 1)}…${address.slice(at - 1)}`;
}

const TEXTS = {
  title: {
    ca: "Bústia per rebre certificats d'SMS",
    es: "Buzón para recibir certificados de SMS",
    en: "Mailbox to receive SMS certificates",
  },
  question: {
    ca: "Voleu que aquesta bústia rebi els certificats?",
    es: "¿Quiere que este buzón reciba los certificados?",
    en: "Do you want this mailbox to receive the certificates?",
  },
  confirm: { ca: "Sí, confirmo la bústia", es: "Sí, confirmo el buzón", en: "Yes, I confirm it" },
  done: {
    ca: "La bústia queda confirmada: rebrà els certificats quan s'emetin.",
    es: "El buzón queda confirmado: recibirá los certificados cuando se emitan.",
    en: "The mailbox is confirmed: it will receive certificates as they are issued.",
  },
  unknown: {
    ca: "Aquest enllaç ja s'ha fet servir o ha caducat. Si la bústia no rep certificats, demaneu-ne un de nou al SAU.",
    es: "Este enlace ya se ha usado o ha caducado. Si el buzón no recibe certificados, solicite uno nuevo al SAU.",
    en: "This link was used or has expired. If the mailbox receives no certificates, ask the service desk (SAU) for a new one.",
  },
} satisfies Record<string, Words>;
