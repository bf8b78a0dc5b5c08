import type { Language } from "../domain/words.ts";

/** A mail, complete. */
export interface ComposedMail {
  readonly id: string;
  readonly to: string;
  readonly at: Date;
  readonly language: Language;
  /** Holds no personal data: it is shown on locked screens. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly content: Buffer;
  }[];
}

/** One paragraph, rows of a table, or a link that stands out. */
export type Block =
  | { readonly paragraph: string }
  | { readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly link: string; readonly label: string };

/** The same content as plain text and as HTML without pictures, scripts or anything to load. */
export function compose(
  language: Language,
  heading: string,
  blocks: readonly Block[],
): { readonly text: string; readonly html: string } {
  const text = [heading, ...blocks.map(asText)].join("\n\n");
  const body = blocks.map(asHtml).join("");
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escape(heading)}</title></head>
<body style="margin:0;background:#f4f4f1;color:#1a1a1a;font:16px/1.5 Arial,sans-serif">
<div style="max-width:36rem;margin:0 auto;padding:24px;background:#fff;border-top:6px solid #c00">
<h1 style="font-size:20px;line-height:1.25;margin:0 0 16px">${escape(heading)}</h1>${body}</div></body></html>`;
  return { text: `${text}\n`, html };
}

function asText(block: Block): string {
  if ("paragraph" in block) return block.paragraph;
  if ("link" in block) return `${block.label}:\n${block.link}`;
  return block.rows.map(([label, value]) => `${label}: ${value}`).join("\n");
}

function asHtml(block: Block): string {
  if ("paragraph" in block) return `<p style="margin:0 0 16px">${escape(block.paragraph)}</p>`;
  if ("link" in block) {
    return `<p style="margin:0 0 16px"><a href="${escape(block.link)}" style="background:#1a1a1a;color:#fff;padding:10px 16px;text-decoration:none;display:inline-block">${escape(block.label)}</a></p><p style="margin:0 0 16px;font-size:13px;color:#555;word-break:break-all">${escape(block.link)}</p>`;
  }
  const rows = block.rows.map(
    ([label, value]) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#555;vertical-align:top">${escape(label)}</td><td style="word-break:break-word">${escape(value)}</td></tr>`,
  );
  return `<table style="border-collapse:collapse;margin:0 0 16px">${rows.join("")}</table>`;
}

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => REFERENCES[character] ?? character);
}
