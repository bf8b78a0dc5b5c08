import { XmlNodeSetStruct, XmlNodeStruct, XmlNsStruct } from "libxml2-wasm/lib/libxml2.mjs";

/**
 * The fields of libxml2's xmlNode, by their places in memory, which the exact version in package.json
 * pins. The accessors of libxml2-wasm look up how wide a field is each time; a message takes hundreds of
 * them.
 */
const TYPE = 4;
const NAME = 8;
const CHILDREN = 12;
const PARENT = 20;
const NEXT = 24;
const NAMESPACE = 36;
const CONTENT = 40;
const PROPERTIES = 44;

/** The memory of the library in words; it gets another one when it grows, and this one is left empty. */
let memory: Uint32Array = new Uint32Array(0);

function word(address: number): number {
  return memory[address >>> 2] ?? wordInNewMemory(address);
}

function wordInNewMemory(address: number): number {
  memory = new Uint32Array(XmlNodeSetStruct.nodeTable(0, 0).buffer);
  const found = memory[address >>> 2];
  if (found === undefined) throw new RangeError("there is no such node");
  return found;
}

export const typeOf = (node: number): number => word(node + TYPE);
export const firstChild = (node: number): number => word(node + CHILDREN);
export const parentOf = (node: number): number => word(node + PARENT);
export const nextSibling = (node: number): number => word(node + NEXT);
/** The declaration of the namespace that a name is in; 0 for none. */
export const declarationOf = (node: number): number => word(node + NAMESPACE);
export const firstAttribute = (element: number): number => word(element + PROPERTIES);
/** Where the name is kept, once for all nodes of that name. */
export const namePointer = (node: number): number => word(node + NAME);

export const nameAt = (node: number): string => XmlNodeStruct.name_(node);
/** Of a node of text. The library has no accessor for it: that of the name is asked some bytes away. */
export const contentOf = (text: number): string => XmlNodeStruct.name_(text + CONTENT - NAME);
export const namespaceName = (declaration: number): string => XmlNsStruct.href(declaration);
