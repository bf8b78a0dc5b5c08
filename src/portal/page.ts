import type { FastifyReply, FastifyRequest } from "fastify";
import type { Words } from "../domain/words.ts";

export type PageLanguage = keyof Words;

const LANGUAGE_NAMES: Words = { ca: "Català", es: "Castellano", en: "English" };

const STYLE = `:root{color-scheme:light}body{font:17px/1.55 system-ui,"Noto Sans",sans-serif;margin:0;
color:#1a1a1a;background:#f4f4f1}main{max-width:44rem;margin:2rem auto;background:#fff;padding:2rem 2.5rem;
border-top:.4rem solid #c00}h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}dl{display:grid;
grid-template-columns:minmax(9rem,auto) 1fr;gap:.5rem 1.25rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
nav{font-size:.9rem;margin-bottom:1.5rem}nav a{margin-right:1rem}.result{padding:.75rem 1rem;border-left:.3rem solid;
background:#f4f4f1}.ok{border-color:#17692b}.no{border-color:#b00020}.test{background:#fff3cd;border:1px solid #b58900;
padding:.5rem 1rem}label{display:block;margin:.75rem 0 .25rem}input,button{font:inherit;padding:.5rem .75rem}
h2{font-size:1.15rem;margin-top:2rem}
button,.button{background:#1a1a1a;color:#fff;border:0;text-decoration:none;padding:.6rem 1rem;display:inline-block}
@media(max-width:34rem){main{margin:0;padding:1.25rem}dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}`;

export const SECURITY_HEADERS = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** Text of anybody, made harmless inside HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page, in one language with links to the others; it works without scripts. */
export function page(language: PageLanguage, title: Words, path: string, content: string): string {
  const languages = Object.entries(LANGUAGE_NAMES)
    .map(
      ([code, name]) => `<a href="${path}?l=${code}" lang="${code}" hreflang="${code}">${name}</a>`,
    )
    .join("");
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${escape(title[language])}</title><style>${STYLE}</style></head>
<body><main><nav>${languages}</nav><h1>${escape(title[language])}</h1>
${content}
</main></body></html>
`;
}

export function html(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).headers(SECURITY_HEADERS).type("text/html; charset=utf-8").send(page);
}

export function query(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function languageOf(request: FastifyRequest): PageLanguage {
  const asked = query(request, "l");
  if (asked === "ca" || asked === "es" || asked === "en") return asked;
  const accepted = (request.headers["accept-language"] ?? "").toLowerCase();
  const first = accepted.split(",").map((part) => part.trim().slice(0, 2));
  return first.find((code) => code === "ca" || code === "es" || code === "en") ?? "ca";
}
