import type { Logo } from "../../domain/logo.ts";
import { PAGE } from "../pdf/form.ts";
import { element, type Role, type StructureElement } from "../pdf/structure.ts";
import type { Style, TextLine, Weight } from "../text/line.ts";
import type { Typesetter } from "../text/typesetter.ts";

/** Red, green and blue, 0 to 1, as PDF writes them. */
export type Colour = string;

export const INK: Colour = "0.11 0.11 0.12";
export const SOFT: Colour = "0.36 0.36 0.39";
export const RULE: Colour = "0.78 0.78 0.76";
export const SHADE: Colour = "0.957 0.957 0.945";
export const ACCENT: Colour = "0.55 0.09 0.12";
export const GREEN: Colour = "0.07 0.36 0.2";

/** Points from the edges of the sheet; the foot is the same on every page. */
export const FRAME = { left: 46, right: 46, top: 37, bottom: 87 } as const;
export const COLUMN = PAGE.width - FRAME.left - FRAME.right;

interface Sheet {
  readonly operators: string[];
  marks: number;
  /** The colour that is set; undefined when a drawing may have changed it. */
  colour: Colour | undefined;
}

/** Sheets of paper that are written from top to bottom; distances in points, from the top left. */
export class Paper {
  readonly document: StructureElement = element("Document");
  readonly typesetter: Typesetter;
  /** What sizes and distances of the text are multiplied with. */
  readonly scale: number;
  readonly #sheets: Sheet[] = [];
  /** Drawings that are used more than once, in a square of side 1; `S1`, `S2` … in the resources. */
  readonly shapes: string[] = [];
  /** Images, named `I1`, `I2` … in the resources. */
  readonly images: Logo[] = [];
  /** Where the next block begins. */
  y: number = FRAME.top;

  constructor(typesetter: Typesetter, scale: number) {
    this.typesetter = typesetter;
    this.scale = scale;
    this.addSheet();
  }

  get sheetCount(): number {
    return this.#sheets.length;
  }

  /** A size or a distance as it is on this paper. */
  scaled(length: number): number {
    return Math.round(length * this.scale * 100) / 100;
  }

  style(weight: Weight, size: number): Style {
    return { weight, size: this.scaled(size) };
  }

  addSheet(): void {
    this.#sheets.push({ operators: [], marks: 0, colour: undefined });
    this.y = FRAME.top;
  }

  /** Points left on this sheet. */
  get room(): number {
    return PAGE.height - FRAME.bottom - this.y;
  }

  /** Points of an empty sheet. */
  get fullRoom(): number {
    return PAGE.height - FRAME.bottom - FRAME.top;
  }

  /** Begins a new sheet unless so many points are left. */
  ensure(height: number): void {
    if (this.room < height) this.addSheet();
  }

  /** Content of a structure element, on the sheet that is being written. */
  tagged(owner: StructureElement, draw: () => void): void {
    const page = this.#sheets.length - 1;
    const sheet = this.#sheet(page);
    const mark = sheet.marks;
    sheet.marks += 1;
    owner.children.push({ page, mark });
    sheet.operators.push(`/${owner.role} <</MCID ${mark}>> BDC`);
    draw();
    sheet.operators.push("EMC");
  }

  /** What is no content: rules, shades, the foot (ISO 32000-1, 14.8.2.2). */
  artifact(draw: () => void, page = this.#sheets.length - 1): void {
    const sheet = this.#sheet(page);
    sheet.operators.push("/Artifact BMC");
    draw();
    sheet.operators.push("EMC");
  }

  /** Shows a line with its base line at a distance from the top. */
  show(line: TextLine, x: number, y: number, colour: Colour, page = this.#sheets.length - 1): void {
    if (line.operators === "") return;
    this.#setColour(colour, page);
    this.#sheet(page).operators.push(
      `BT ${points(x)} ${points(PAGE.height - y)} Td ${line.operators} ET`,
    );
  }

  rectangle(x: number, y: number, width: number, height: number, colour: Colour): void {
    const page = this.#sheets.length - 1;
    this.#setColour(colour, page);
    this.#sheet(page).operators.push(
      `${points(x)} ${points(PAGE.height - y - height)} ${points(width)} ${points(height)} re f`,
    );
  }

  rule(x: number, y: number, width: number, colour: Colour, thickness: number): void {
    this.rectangle(x, y - thickness / 2, width, thickness, colour);
  }

  /** Puts a drawing aside and answers its name in the resources of every page. */
  addShape(operators: string): string {
    this.shapes.push(operators);
    return `S${this.shapes.length}`;
  }

  addImage(image: Logo): string {
    this.images.push(image);
    return `I${this.images.length}`;
  }

  /** Raw operators. */
  draw(operators: string, page = this.#sheets.length - 1): void {
    const sheet = this.#sheet(page);
    sheet.operators.push(operators);
    sheet.colour = undefined;
  }

  /** Raw operators under everything else on a sheet. */
  drawUnder(operators: string, page: number): void {
    this.#sheet(page).operators.unshift(operators);
  }

  /** The operators of each sheet. */
  finish(): string[] {
    return this.#sheets.map(({ operators }) => operators.join("\n"));
  }

  #setColour(colour: Colour, page: number): void {
    const sheet = this.#sheet(page);
    if (sheet.colour === colour) return;
    sheet.operators.push(`${colour} rg`);
    sheet.colour = colour;
  }

  #sheet(page: number): Sheet {
    const sheet = this.#sheets[page];
    if (!sheet) throw new RangeError(`there is no page ${page}`);
    return sheet;
  }
}

/** Sizes and distances before they are scaled. */
export interface BlockOptions {
  readonly style: Style;
  /** Distance from one base line to the next. */
  readonly leading: number;
  readonly colour?: Colour;
  readonly x?: number;
  readonly width?: number;
  readonly role?: Role;
  readonly parent?: StructureElement;
}

/** A block of text that flows from sheet to sheet, as one element of the structure. */
export function block(paper: Paper, text: string, options: BlockOptions): void {
  const { colour = INK, x = FRAME.left, width = COLUMN } = options;
  const style = paper.style(options.style.weight, options.style.size);
  const leading = paper.scaled(options.leading);
  const owner = element(options.role ?? "P");
  (options.parent ?? paper.document).children.push(owner);
  let lines = paper.typesetter.lines(text, style, width);
  while (lines.length > 0) {
    paper.ensure(leading);
    const fitting = Math.max(1, Math.floor(paper.room / leading));
    const now = lines.slice(0, fitting);
    paper.tagged(owner, () => {
      for (const line of now) {
        paper.y += leading;
        paper.show(line, x, paper.y - leading * 0.28, colour);
      }
    });
    lines = lines.slice(fitting);
  }
}

export function points(value: number): string {
  return String(Math.round(value * 100) / 100);
}
