import {
  XmlBufferInputProvider,
  xmlCleanupInputProvider,
  xmlRegisterInputProvider,
} from "libxml2-wasm";
import {
  error as diagnostics,
  xmlFreeDoc,
  xmlFreeParserCtxt,
  xmlNewParserCtxt,
  xmlReadMemory,
  xmlSchemaFreeParserCtxt,
  xmlSchemaFreeValidCtxt,
  xmlSchemaNewDocParserCtxt,
  xmlSchemaNewValidCtxt,
  xmlSchemaParse,
  xmlSchemaSetValidStructuredErrors,
  xmlSchemaValidateOneElement,
  type ErrorDetail,
} from "libxml2-wasm/lib/libxml2.mjs";
import { childElements, ELEMENT, localName, namespaceOf, type XmlNode } from "./node.ts";
import { parentOf, typeOf } from "./struct.ts";

/** How an element breaks the schema. It holds names only, no value of the caller's. */
export interface Violation {
  /** Names from below the validated element down to the one at fault; empty for itself. */
  readonly path: readonly string[];
  readonly kind: "value" | "missing" | "unexpected" | "attribute";
  /** The facet that a value breaks: maxLength, pattern … */
  readonly facet: string | undefined;
  /** The length that maxLength or minLength allows. */
  readonly limit?: number;
  /** The elements that might stand here, or the values of an enumeration. */
  readonly expected: readonly string[];
  /** The element that does not belong where it is, when its name is fit to be told. */
  readonly intruder?: Intruder | undefined;
}

interface Intruder {
  readonly name: string;
  /** Not in the namespace of the schema. */
  readonly isForeign: boolean;
}

export interface Schema {
  /** The violations of an element of an open tree; empty when it is valid. */
  validate(element: XmlNode): Violation[];
}

/**
 * Compiles a schema. What it imports is handed over by name and read while it compiles, so that no file
 * is ever read on behalf of a request. It lives as long as the process.
 *
 * @throws Error when it is no schema
 */
export function compileSchema(
  xsd: Uint8Array,
  targetNamespace: string,
  imports: Readonly<Record<string, Uint8Array>> = {},
): Schema {
  const parser = xmlNewParserCtxt();
  const document = xmlReadMemory(parser, xsd, null, null, 0);
  xmlFreeParserCtxt(parser);
  if (document === 0) throw new Error("the schema is not well-formed");
  const context = xmlSchemaNewDocParserCtxt(document);
  xmlRegisterInputProvider(new XmlBufferInputProvider({ ...imports }));
  const schema = xmlSchemaParse(context);
  xmlCleanupInputProvider();
  xmlSchemaFreeParserCtxt(context);
  if (schema === 0) {
    xmlFreeDoc(document);
    throw new Error("the schema does not compile");
  }
  const known = new Set(
    [
      ...Buffer.from(xsd)
        .toString("utf8")
        .matchAll(/<xs:element name="(\w+)"/g),
    ].map(([, name]) => name),
  );
  const permitted = new Set(
    [
      ...Buffer.from(xsd)
        .toString("utf8")
        .matchAll(/<xs:enumeration value="([\w.-]+)"/g),
    ].map(([, value]) => value),
  );
  const names: Names = {
    isPermitted: (value) => permitted.has(value),
    isForeign: (node) => namespaceOf(node) !== targetNamespace,
    isKnown: (node) => namespaceOf(node) === targetNamespace && known.has(localName(node)),
  };

  const errors: ErrorDetail[] = [];
  const slot = diagnostics.storage.allocate(errors);
  let validator = 0;
  let uses = 0;

  return {
    validate(element) {
      if (validator === 0) {
        validator = xmlSchemaNewValidCtxt(schema);
        xmlSchemaSetValidStructuredErrors(validator, diagnostics.errorCollector, slot);
        uses = 0;
      }
      uses += 1;
      const isValid = xmlSchemaValidateOneElement(validator, element) === 0;
      const details = errors.splice(0);
      if (!isValid || uses >= RENEWED_AFTER) {
        xmlSchemaFreeValidCtxt(validator);
        validator = 0;
      }
      if (isValid) return [];
      if (details.length === 0) throw new Error("the validation broke off");
      return details.slice(0, 3).map((detail) => explain(detail, element, names));
    },
  };
}

/** Validations; a context keeps a dictionary, and making one costs as much as a validation. */
const RENEWED_AFTER = 5_000;

interface Names {
  readonly isForeign: (node: XmlNode) => boolean;
  /** A name that the schema itself has, so that nothing of the caller's leaves through a fault. */
  readonly isKnown: (node: XmlNode) => boolean;
  /** A value that some enumeration of the schema has. */
  readonly isPermitted: (value: string) => boolean;
}

/** What a person would call an element; anything else may be an attack on whoever reads the fault. */
const PLAIN_NAME = /^[A-Za-z_][\w.-]{0,39}$/;

function explain({ message, xpath }: ErrorDetail, root: XmlNode, names: Names): Violation {
  const { isKnown } = names;
  const nodes = follow(root, xpath ?? "");
  const strangerAt = nodes.findIndex((node) => !isKnown(node));
  const path = (strangerAt < 0 ? nodes : nodes.slice(0, strangerAt)).map(localName);
  const [, list] = /Expected is (?:one of )?\( (.*) \)\.\s*$/.exec(message) ?? [];
  const expected = (list ?? "").split(", ").flatMap((name) => /(\w+)$/.exec(name)?.[1] ?? []);
  const [, facet] = /^Element '[^']*': \[facet '(\w+)'\]/.exec(message) ?? [];
  if (facet !== undefined) {
    // The end of the message alone is the schema's; before it stands the value, whatever that says.
    const [, set = ""] = / is not an element of the set \{([^{}]*)\}\.\s*$/.exec(message) ?? [];
    const [, limit] = / allowed (?:max|min)imum length of '(\d+)'\.\s*$/.exec(message) ?? [];
    const permitted = set.split(", ").map((value) => value.slice(1, -1));
    return {
      ...{ path, kind: "value", facet, expected: permitted.filter(names.isPermitted) },
      ...(limit !== undefined && { limit: Number(limit) }),
    };
  }
  if (/^Element '[^']*', attribute /.test(message)) {
    return { path, kind: "attribute", facet: undefined, expected: [] };
  }
  if (/^Element '[^']*': Missing child element/.test(message)) {
    return { path, kind: "missing", facet: undefined, expected };
  }
  if (/^Element '[^']*': This element is not expected/.test(message)) {
    const parent = strangerAt < 0 ? path.slice(0, -1) : path;
    const node = nodes.at(strangerAt);
    const name = node === undefined ? "" : localName(node);
    const isTold = node !== undefined && PLAIN_NAME.test(name);
    const intruder = isTold ? { name, isForeign: names.isForeign(node) } : undefined;
    return { path: parent, kind: "unexpected", facet: undefined, expected, intruder };
  }
  return { path, kind: "value", facet: undefined, expected: [] };
}

/** The elements on the way that xmlGetNodePath wrote, below the root (`/Envelope/Body/root/…`). */
function follow(root: XmlNode, xpath: string): XmlNode[] {
  const nodes: XmlNode[] = [];
  let node = root;
  for (const step of xpath.split("/").slice(levelOf(root) + 1)) {
    const [, prefix, name, place] = /^(?:([^:[]+):)?([^:[]+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    if (name === undefined) break;
    // A star stands for any element in a default namespace, and counts all of them.
    const any = name === "*" && prefix === undefined;
    const candidates = childElements(node).filter((child) => any || localName(child) === name);
    const next = candidates[Number(place ?? 1) - 1];
    if (next === undefined) break;
    nodes.push(next);
    node = next;
  }
  return nodes;
}

/** How many elements stand around an element, itself included: 3 for the operation in a Body. */
function levelOf(element: XmlNode): number {
  let level = 0;
  for (let node: number = element; typeOf(node) === ELEMENT; level += 1) {
    node = parentOf(node);
  }
  return level;
}
