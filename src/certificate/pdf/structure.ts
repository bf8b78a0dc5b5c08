import { reference } from "./syntax.ts";
import type { Update } from "./update.ts";

/** Roles of the standard structure types (ISO 32000-1, 14.8.4) that a certificate uses. */
export type Role =
  | "Document"
  | "Sect"
  | "H1"
  | "H2"
  | "P"
  | "L"
  | "LI"
  | "Lbl"
  | "LBody"
  | "Table"
  | "TR"
  | "TH"
  | "TD"
  | "Figure"
  | "Form";

/** Content of a page that belongs to an element. */
interface MarkedContent {
  readonly page: number;
  readonly mark: number;
}

/** An element of the logical structure, in reading order. */
export interface StructureElement {
  readonly role: Role;
  readonly children: (StructureElement | MarkedContent | ObjectChild)[];
  /** Further entries of the dictionary, in PDF syntax. */
  readonly entries?: string;
}

/** An annotation inside the structure. */
interface ObjectChild {
  readonly object: number;
  readonly page: number;
}

export function element(role: Role, entries = ""): StructureElement {
  return { role, children: [], entries };
}

/** Scope of a table header (ISO 32000-1, 14.8.5.7). */
export function headerScope(scope: "Row" | "Column"): string {
  return `/A<</O/Table/Scope/${scope}>>`;
}

/**
 * Writes the structure tree (ISO 32000-1, 14.7) and answers its root's object number. The parent tree
 * has one entry for each page, and one for each annotation after them.
 */
export function writeStructure(
  update: Update,
  document: StructureElement,
  pageObjects: readonly number[],
): number {
  const root = update.reserve();
  const marksOfPage: (string | undefined)[][] = pageObjects.map(() => []);
  const annotations: string[] = [];

  function write(one: StructureElement, parent: number): number {
    const object = update.reserve();
    // What stands on the page of the element is named by its number alone.
    const own = one.children.find((child) => "mark" in child)?.page;
    const kids = one.children.map((child) => {
      if ("role" in child) return reference(write(child, object));
      const page = pageObjects[child.page] ?? 0;
      if ("object" in child) {
        annotations.push(reference(object));
        return `<</Type/OBJR/Obj ${reference(child.object)}/Pg ${reference(page)}>>`;
      }
      const marks = marksOfPage[child.page];
      if (marks) marks[child.mark] = reference(object);
      return child.page === own
        ? String(child.mark)
        : `<</Type/MCR/Pg ${reference(page)}/MCID ${child.mark}>>`;
    });
    const place = own === undefined ? "" : `/Pg ${reference(pageObjects[own] ?? 0)}`;
    update.pack(
      object,
      `<</Type/StructElem/S/${one.role}/P ${reference(parent)}${place}/K[${kids.join(" ")}]${one.entries ?? ""}>>`,
    );
    return object;
  }

  const top = write(document, root);
  const pages = marksOfPage.map((marks, page) => {
    const list = update.reserve();
    update.pack(list, `[${Array.from(marks, (mark) => mark ?? "null").join(" ")}]`);
    return `${page} ${reference(list)}`;
  });
  const rest = annotations.map((parent, index) => `${pageObjects.length + index} ${parent}`);
  const parentTree = update.reserve();
  update.pack(parentTree, `<</Nums[${[...pages, ...rest].join(" ")}]>>`);
  update.pack(
    root,
    `<</Type/StructTreeRoot/K ${reference(top)}/ParentTree ${reference(parentTree)}` +
      `/ParentTreeNextKey ${pageObjects.length + annotations.length}>>`,
  );
  return root;
}
