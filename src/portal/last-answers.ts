import type { FastifyInstance, FastifyReply } from "fastify";
import type { Words } from "../domain/words.ts";
import { callersFault } from "../domain/callers-fault.ts";
import { html, languageOf, page, type PageLanguage } from "./page.ts";

const VERIFICATION = "/verifica";

const TITLE: Words = {
  ca: "Aquesta adreça no existeix",
  es: "Esta dirección no existe",
  en: "There is nothing at this address",
};
const VERIFY: Words = {
  ca: "Verificar un certificat",
  es: "Verificar un certificado",
  en: "Verify a certificate",
};
const HOME: Words = {
  ca: "El servei web i el seu contracte",
  es: "El servicio web y su contrato",
  en: "The web service and its contract",
};

const UNAVAILABLE: Words = {
  ca: "El servei no està disponible",
  es: "El servicio no está disponible",
  en: "The service is unavailable",
};
const REFUSED: Words = {
  ca: "La petició no es pot llegir",
  es: "La petición no se puede leer",
  en: "The request cannot be read",
};
const PLAIN = "text/plain; charset=utf-8";

/**
 * What is answered where nothing is, and when a page fails: a page for people, lines that lead on for
 * programs. Nothing of what was asked for is repeated.
 *
 * @param doors where calls go, by what callers name each
 */
export function registerLastAnswers(
  server: FastifyInstance,
  doors: Readonly<Record<string, string>>,
  onFailure: (route: string | undefined, error: unknown) => void,
): void {
  const ways = Object.entries(doors).map(
    ([name, path]) => `${name}: POST ${path}, WSDL: GET ${path}?wsdl\n`,
  );
  const unknown = inThree(TITLE) + ways.join("");
  server.setErrorHandler((error, request, reply) => {
    if (callersFault(error) === undefined) onFailure(request.routeOptions.url, error);
    return refuseRequest(error, reply);
  });
  server.setNotFoundHandler((request, reply) =>
    request.headers.accept?.includes("text/html")
      ? html(reply, 404, unknownPage(languageOf(request)))
      : reply.code(404).type(PLAIN).send(unknown),
  );
}

/** The lines for a request that came to nothing, by its own fault or by ours. */
export function refuseRequest(error: unknown, reply: FastifyReply): FastifyReply {
  const fault = callersFault(error);
  return reply
    .code(fault ?? 503)
    .type(PLAIN)
    .send(inThree(fault === undefined ? UNAVAILABLE : REFUSED));
}

const inThree = ({ ca, es, en }: Words): string => `${ca}.\n${es}.\n${en}.\n`;

function unknownPage(language: PageLanguage): string {
  const links = [
    `<li><a href="${VERIFICATION}?l=${language}">${VERIFY[language]}</a></li>`,
    `<li><a href="/">${HOME[language]}</a></li>`,
  ];
  return page(language, TITLE, VERIFICATION, `<ul>${links.join("")}</ul>`);
}
