import { xmlNodeGetContent, XmlNodeType } from "libxml2-wasm/lib/libxml2.mjs";
import {
  contentOf,
  declarationOf,
  firstAttribute,
  firstChild,
  nameAt,
  namePointer,
  namespaceName,
  nextSibling,
  typeOf,
} from "./struct.ts";

/** Kinds of nodes, as plain numbers: that is what the accessors answer. */
export const ELEMENT: number = XmlNodeType.XML_ELEMENT_NODE;
const TEXT: number = XmlNodeType.XML_TEXT_NODE;
const CDATA: number = XmlNodeType.XML_CDATA_SECTION_NODE;

/** A node of an open tree; worthless when the tree is closed. */
export type XmlNode = number & { readonly brand: "XmlNode" };

export function localName(node: XmlNode): string {
  const pointer = namePointer(node);
  let name = names.get(pointer);
  if (name === undefined) {
    name = nameAt(node);
    names.set(pointer, name);
  }
  return name;
}

/** Decoded once for each name that the parser has seen; valid as long as the parser is. */
const names = new Map<number, string>();

/** To be called when a parser is freed: the next one uses the same memory. */
export function forgetNames(): void {
  names.clear();
}

/** The namespace name; empty for a name in none. */
export function namespaceOf(node: XmlNode): string {
  const namespace = declarationOf(node);
  if (namespace === 0) return "";
  let name = namespaceNames.get(namespace);
  if (name === undefined) {
    name = namespaceName(namespace);
    namespaceNames.set(namespace, name);
  }
  return name;
}

/** Decoded once for each declaration; valid for the tree that is open. */
const namespaceNames = new Map<number, string>();

/** To be called when a tree is closed: the next one uses the same memory. */
export function forgetNamespaces(): void {
  namespaceNames.clear();
}

export function isNamed(node: XmlNode, namespace: string, name: string): boolean {
  return localName(node) === name && namespaceOf(node) === namespace;
}

/** The elements below a node, in order. */
export function childElements(node: XmlNode): XmlNode[] {
  const elements: XmlNode[] = [];
  for (let child = firstChild(node); child !== 0; child = nextSibling(child)) {
    if (typeOf(child) === ELEMENT) {
      elements.push(child as XmlNode);
    }
  }
  return elements;
}

/** The elements below a node that have a name, in order. */
export function childrenNamed(node: XmlNode, namespace: string, name: string): XmlNode[] {
  return childElements(node).filter((child) => isNamed(child, namespace, name));
}

/** The text of a node without its comments, exactly as it was written. */
export function textOf(node: XmlNode): string {
  const child = firstChild(node);
  if (child === 0) return "";
  const isSimple = nextSibling(child) === 0 && typeOf(child) === TEXT;
  return isSimple ? contentOf(child) : xmlNodeGetContent(node);
}

/** Whether a node has text of its own that is more than white space. */
export function hasLooseText(node: XmlNode): boolean {
  for (let child = firstChild(node); child !== 0; child = nextSibling(child)) {
    const type = typeOf(child);
    const isText = type === TEXT || type === CDATA;
    if (isText && /[^ \t\r\n]/.test(contentOf(child))) return true;
  }
  return false;
}

/** The value of an attribute; undefined when the element has none of this name. */
export function attributeOf(node: XmlNode, namespace: string, name: string): string | undefined {
  for (let each = firstAttribute(node); each !== 0; each = nextSibling(each)) {
    if (isNamed(each as XmlNode, namespace, name)) return textOf(each as XmlNode);
  }
  return undefined;
}
