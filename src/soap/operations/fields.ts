import { ServiceError } from "../../domain/errors.ts";
import { childElements, localName, textOf, type XmlNode } from "../xml/node.ts";

/** The children of an element by name; the schema has already said how often each may occur. */
export interface Fields {
  /** Exactly as it was written. */
  text(name: string): string | undefined;
  /** With the white space of an xs:token. */
  token(name: string): string | undefined;
  flag(name: string): boolean;
  /** @throws ServiceError InvalidSchedule when it is no day of the calendar that we know */
  instant(name: string): Date | undefined;
  node(name: string): XmlNode | undefined;
}

export function fieldsOf(element: XmlNode): Fields {
  const nodes = new Map(childElements(element).map((child) => [localName(child), child]));
  const text = (name: string): string | undefined => {
    const node = nodes.get(name);
    return node === undefined ? undefined : textOf(node);
  };
  const token = (name: string): string | undefined =>
    text(name)
      ?.replace(/[ \t\r\n]+/g, " ")
      .replace(/^ | $/g, "");
  return {
    text,
    token,
    flag: (name) => {
      const value = token(name);
      return value === "true" || value === "1";
    },
    instant: (name) => {
      const value = token(name);
      if (value === undefined) return undefined;
      const at = new Date(value);
      if (Number.isNaN(at.getTime())) throw new ServiceError("InvalidSchedule", { field: name });
      return at;
    },
    node: (name) => nodes.get(name),
  };
}

/** A value that the schema demands: its absence is a bug of ours. */
export function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the schema let a request through without a value");
  return value;
}
