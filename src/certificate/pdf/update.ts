import { name, reference, stream } from "./syntax.ts";

/** Where a revision ends and the next one begins. */
export interface Revision {
  /** The file so far. */
  readonly bytes: Buffer;
  /** Offset of its cross-reference stream. */
  readonly xref: number;
  /** The first object number that is free. */
  readonly nextObject: number;
  /** The trailer's /ID, as it is written. */
  readonly id: string;
  readonly root: number;
}

/** Offset of a part of the update, in the finished file. */
export interface Placed {
  readonly object: number;
  readonly offset: number;
}

type Part = string | Buffer;

/**
 * Appends objects to a PDF without touching what is there (incremental update, ISO 32000-1, 7.5.6):
 * that fills the form, and adds validation data to a sealed document.
 */
export class Update {
  readonly #base: Revision;
  readonly #chunks: Buffer[] = [];
  readonly #offsets = new Map<number, number>();
  readonly #packed: { readonly object: number; readonly body: string }[] = [];
  #length: number;
  #next: number;

  constructor(base: Revision) {
    this.#base = base;
    this.#length = base.bytes.length;
    this.#next = base.nextObject;
  }

  /** A new object number. */
  reserve(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  /** Writes an object in the open; answers where its first byte after `n 0 obj` stands. */
  put(object: number, ...parts: readonly Part[]): Placed {
    this.#offsets.set(object, this.#length);
    const offset = this.#write(`${object} 0 obj\n`);
    for (const part of parts) this.#write(part);
    this.#write("\nendobj\n");
    return { object, offset };
  }

  /** Writes a new object in the open. */
  add(...parts: readonly Part[]): number {
    return this.put(this.reserve(), ...parts).object;
  }

  /** Puts a small object aside, to be compressed with the others (object stream, 7.5.7). */
  pack(object: number, body: string): void {
    this.#packed.push({ object, body });
  }

  /** The whole file: what was there and the update. */
  finish(root: number): Revision {
    const inside = this.#writePacked();
    const object = this.reserve();
    const xref = this.#length;
    this.#offsets.set(object, xref);
    const numbers = [...this.#offsets.keys(), ...inside.keys()].sort((a, b) => a - b);
    const table = Buffer.alloc(numbers.length * 7);
    for (const [row, number] of numbers.entries()) {
      const packed = inside.get(number);
      table[row * 7] = packed ? 2 : 1;
      table.writeUInt32BE(packed?.stream ?? this.#offsets.get(number) ?? 0, row * 7 + 1);
      table.writeUInt16BE(packed?.index ?? 0, row * 7 + 5);
    }
    const { id } = this.#base;
    const entries =
      `/Type/XRef/W[1 4 2]/Index[${ranges(numbers)}]/Size ${this.#next}/Prev ${this.#base.xref}` +
      `/Root ${reference(root)}/ID ${id}`;
    this.put(object, ...stream(entries, table, { compress: false }));
    this.#write(`startxref\n${xref}\n%%EOF\n`);
    const bytes = Buffer.concat([this.#base.bytes, ...this.#chunks], this.#length);
    return { bytes, xref, nextObject: this.#next, id, root };
  }

  #write(part: Part): number {
    const bytes = typeof part === "string" ? Buffer.from(part, "latin1") : part;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return this.#length;
  }

  #writePacked(): Map<number, { readonly stream: number; readonly index: number }> {
    if (this.#packed.length === 0) return new Map();
    let offset = 0;
    const heads = this.#packed.map(({ object, body }) => {
      const head = `${object} ${offset}`;
      offset += body.length + 1;
      return head;
    });
    const index = `${heads.join(" ")}\n`;
    const content = index + this.#packed.map(({ body }) => body).join("\n");
    const entries = `/Type${name("ObjStm")}/N ${this.#packed.length}/First ${index.length}`;
    const container = this.add(...stream(entries, Buffer.from(content, "latin1")));
    return new Map(
      this.#packed.map(({ object }, row) => [object, { stream: container, index: row }]),
    );
  }
}

/** `first count` of each run of consecutive numbers. */
function ranges(numbers: readonly number[]): string {
  const runs: { first: number; count: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last.first + last.count === number) last.count += 1;
    else runs.push({ first: number, count: 1 });
  }
  return runs.map(({ first, count }) => `${first} ${count}`).join(" ");
}
