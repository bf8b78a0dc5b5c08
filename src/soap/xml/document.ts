import { ParseOption } from "libxml2-wasm";
import {
  error as diagnostics,
  xmlCtxtSetErrorHandler,
  xmlDocGetRootElement,
  xmlFreeDoc,
  xmlFreeParserCtxt,
  xmlGetIntSubset,
  xmlNewParserCtxt,
  XmlNodeType,
  xmlReadMemory,
  type ErrorDetail,
} from "libxml2-wasm/lib/libxml2.mjs";
import { ServiceError } from "../../domain/errors.ts";
import type { Words } from "../../domain/words.ts";
import { ELEMENT, forgetNames, forgetNamespaces, type XmlNode } from "./node.ts";
import { firstAttribute, firstChild, nextSibling, parentOf, typeOf } from "./struct.ts";

export interface XmlLimits {
  readonly depth: number;
  /** Elements and comments: a pass over the message costs the same for both. */
  readonly elements: number;
  readonly attributes: number;
}

/** Attributes of one element, which canonicalisation sorts in the square of their number. */
const MOST_OF_ONE = 100;

/** An open document: memory of the parser, which no garbage collector frees. */
export interface XmlTree {
  readonly document: number;
  readonly root: XmlNode;
}

/**
 * No network, no external entities, no entity expansion, no recovery. libxml2 itself stops at 256
 * levels and at texts of 10 MB.
 */
const OPTIONS =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NOCDATA |
  ParseOption.XML_PARSE_COMPACT |
  ParseOption.XML_PARSE_NO_SYS_CATALOG;

const COMMENT: number = XmlNodeType.XML_COMMENT_NODE;
const INSTRUCTION: number = XmlNodeType.XML_PI_NODE;
const ENTITY: number = XmlNodeType.XML_ENTITY_REF_NODE;

/** libxml2 xmlErrorLevel: below it stand warnings. */
const XML_ERR_ERROR = 2;

/**
 * Parses untrusted XML, hands the tree to `use` and frees it when that returns; nothing of the tree
 * may be kept. The wrappers of libxml2-wasm for nodes cost three times the parsing, so the tree is
 * read where it is (struct.ts).
 *
 * @param encoding overrides the declaration: the charset of the transport (RFC 7303, 3.2)
 * @throws ServiceError InvalidEnvelope: not well-formed, a DTD, a processing instruction, or too deep
 */
export function withXml<T>(
  bytes: Uint8Array,
  options: { readonly limits: XmlLimits; readonly encoding?: string | undefined },
  use: (tree: XmlTree) => T,
): T {
  const document = parse(bytes, options.encoding);
  openTrees += 1;
  try {
    if (xmlGetIntSubset(document) !== 0) throw invalid(DTD);
    assertLimits(document, options.limits);
    return use({ document, root: xmlDocGetRootElement(document) as XmlNode });
  } finally {
    openTrees -= 1;
    forgetNamespaces();
    xmlFreeDoc(document);
  }
}

/**
 * The parser is kept, because making one costs as much as half of a request. It remembers every name
 * that it reads, so that it is thrown away when something was wrong, and after so many bytes.
 */
let parser = 0;
let bytesRead = 0;
let openTrees = 0;
const RENEWED_AFTER = 4 * 1024 * 1024;
const errors: ErrorDetail[] = [];
const errorSlot = diagnostics.storage.allocate(errors);

function throwParserAway(): void {
  xmlFreeParserCtxt(parser);
  parser = 0;
  bytesRead = 0;
  forgetNames();
}

function parse(bytes: Uint8Array, encoding: string | undefined): number {
  if (bytes.length === 0) throw invalid(EMPTY);
  // The names of a tree that is open belong to its parser.
  if (bytesRead > RENEWED_AFTER && openTrees === 0) throwParserAway();
  if (parser === 0) parser = xmlNewParserCtxt();
  xmlCtxtSetErrorHandler(parser, diagnostics.errorCollector, errorSlot);
  const document = xmlReadMemory(parser, bytes, null, encoding ?? null, OPTIONS);
  bytesRead += bytes.length;
  const details = errors.splice(0);
  if (document !== 0 && details.every(({ level }) => level < XML_ERR_ERROR)) return document;
  if (document !== 0) xmlFreeDoc(document);
  bytesRead = Infinity;
  throw invalid(malformed(details.find(({ level }) => level >= XML_ERR_ERROR)), details);
}

/**
 * Walks the document once, what stands beside its root too, without recursion: the stack of the process
 * is no limit of ours.
 */
function assertLimits(document: number, limits: XmlLimits): void {
  let nodes = 0;
  let attributes = 0;
  let depth = 0;
  let node = document;
  for (;;) {
    const type = typeOf(node);
    let child = 0;
    if (type === ELEMENT) {
      nodes += 1;
      const own = attributesOf(node);
      attributes += own;
      if (own > MOST_OF_ONE || attributes > limits.attributes || depth > limits.depth) {
        throw invalid(TOO_COMPLEX);
      }
      child = firstChild(node);
    } else if (type === COMMENT) {
      nodes += 1;
    } else if (type === INSTRUCTION || type === ENTITY) {
      throw invalid(FOREIGN);
    } else if (node === document) {
      child = firstChild(node);
    }
    if (nodes > limits.elements) throw invalid(TOO_COMPLEX);
    if (child !== 0) {
      depth += 1;
      node = child;
      continue;
    }
    while (node !== document && nextSibling(node) === 0) {
      node = parentOf(node);
      depth -= 1;
    }
    if (node === document) return;
    node = nextSibling(node);
  }
}

function attributesOf(element: number): number {
  let count = 0;
  for (let each = firstAttribute(element); each !== 0; each = nextSibling(each)) {
    count += 1;
  }
  return count;
}

function invalid(hint: Words, cause?: unknown): ServiceError {
  return new ServiceError("InvalidEnvelope", { hint, cause });
}

const EMPTY: Words = {
  ca: "El cos de la petició és buit.",
  es: "El cuerpo de la petición está vacío.",
  en: "The body of the request is empty.",
};

/** The place alone: what the parser says of it repeats the caller's text. */
function malformed(first: Pick<ErrorDetail, "line" | "col"> | undefined): Words {
  const place = first && first.line > 0 && first.col > 0 ? first : undefined;
  const at = (line: string, column: string): string =>
    place ? ` (${line} ${place.line}, ${column} ${place.col})` : "";
  return {
    ca: `El cos de la petició no és XML ben format, o la codificació de caràcters no és la que diu${at("línia", "columna")}.`,
    es: `El cuerpo de la petición no es XML bien formado, o su codificación no es la que dice${at("línea", "columna")}.`,
    en: `The body of the request is not well-formed XML, or its encoding is not the one it states${at("line", "column")}.`,
  };
}

const DTD: Words = {
  ca: "La petició porta un DTD (DOCTYPE), que SOAP no permet.",
  es: "La petición lleva un DTD (DOCTYPE), que SOAP no permite.",
  en: "The request carries a DTD (DOCTYPE), which SOAP does not allow.",
};
const FOREIGN: Words = {
  ca: "La petició porta una instrucció de procés o una entitat, que SOAP no permet.",
  es: "La petición lleva una instrucción de proceso o una entidad, que SOAP no permite.",
  en: "The request carries a processing instruction or an entity, which SOAP does not allow.",
};
const TOO_COMPLEX: Words = {
  ca: "La petició té massa elements o comentaris, massa atributs o massa nivells.",
  es: "La petición tiene demasiados elementos o comentarios, demasiados atributos o demasiados niveles.",
  en: "The request has too many elements or comments, too many attributes or too many levels.",
};
