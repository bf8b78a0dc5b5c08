import { ServiceError } from "../domain/errors.ts";
import {
  attributeOf,
  childElements,
  hasLooseText,
  isNamed,
  localName,
  namespaceOf,
  type XmlNode,
} from "./xml/node.ts";

export type SoapVersion = "1.1" | "1.2";

export const ENVELOPE_NAMESPACE: Readonly<Record<SoapVersion, string>> = {
  "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
  "1.2": "http://www.w3.org/2003/05/soap-envelope",
};

export const MEDIA_TYPE: Readonly<Record<SoapVersion, string>> = {
  "1.1": "text/xml",
  "1.2": "application/soap+xml",
};

/** A request taken apart; nodes of an open tree. */
export interface Envelope {
  readonly version: SoapVersion;
  /** The header blocks that are meant for us (SOAP 1.1, 4.2.2; SOAP 1.2 part 1, 2.2). */
  readonly headers: readonly XmlNode[];
  readonly body: XmlNode;
  /** The only element of the Body. */
  readonly payload: XmlNode;
}

/** Headers that must be understood and are not. */
export class NotUnderstood extends ServiceError {
  readonly headers: readonly { readonly namespace: string; readonly name: string }[];

  constructor(headers: NotUnderstood["headers"]) {
    super("MustUnderstand");
    this.headers = headers;
  }
}

/** The version of an envelope; undefined when it is neither SOAP 1.1 nor SOAP 1.2. */
export function versionOf(root: XmlNode): SoapVersion | undefined {
  const namespace = namespaceOf(root);
  if (namespace === ENVELOPE_NAMESPACE["1.1"]) return "1.1";
  if (namespace === ENVELOPE_NAMESPACE["1.2"]) return "1.2";
  return undefined;
}

/**
 * Takes an envelope apart.
 *
 * @throws ServiceError VersionMismatch, InvalidEnvelope
 */
export function readEnvelope(root: XmlNode): Envelope {
  if (localName(root) !== "Envelope") throw misshapen();
  const version = versionOf(root);
  if (version === undefined) throw new ServiceError("VersionMismatch");
  const namespace = ENVELOPE_NAMESPACE[version];
  const parts = childElements(root);
  const header = parts.find((part) => isNamed(part, namespace, "Header"));
  const body = parts.at(-1);
  const expected = header === undefined ? 1 : 2;
  if (
    body === undefined ||
    parts.length !== expected ||
    !isNamed(body, namespace, "Body") ||
    hasLooseText(root) ||
    hasLooseText(body)
  ) {
    throw misshapen();
  }
  const [payload, ...others] = childElements(body);
  if (payload === undefined || others.length > 0) throw misshapen();
  const blocks = header === undefined ? [] : childElements(header);
  return {
    version,
    headers: blocks.filter((block) => isForUs(block, version)),
    body,
    payload,
  };
}

/**
 * Refuses an envelope with a mandatory header that the door does not know.
 *
 * @throws NotUnderstood
 */
export function assertUnderstood(
  { headers, version }: Envelope,
  isKnown: (header: XmlNode) => boolean,
): void {
  const strangers = headers.filter((block) => isMandatory(block, version) && !isKnown(block));
  if (strangers.length === 0) return;
  throw new NotUnderstood(
    strangers.map((block) => ({ namespace: namespaceOf(block), name: localName(block) })),
  );
}

const ROLE_12 = "http://www.w3.org/2003/05/soap-envelope/role/";

function isForUs(block: XmlNode, version: SoapVersion): boolean {
  const namespace = ENVELOPE_NAMESPACE[version];
  if (version === "1.1") {
    const actor = attributeOf(block, namespace, "actor") ?? "";
    return actor === "" || actor === "http://schemas.xmlsoap.org/soap/actor/next";
  }
  const role = attributeOf(block, namespace, "role") ?? "";
  return role === "" || role === `${ROLE_12}next` || role === `${ROLE_12}ultimateReceiver`;
}

function isMandatory(block: XmlNode, version: SoapVersion): boolean {
  const value = attributeOf(block, ENVELOPE_NAMESPACE[version], "mustUnderstand")?.trim();
  return value === "1" || value === "true";
}

function misshapen(): ServiceError {
  return new ServiceError("InvalidEnvelope", {
    hint: {
      ca: "Cal un Envelope amb un Header opcional i un Body amb un sol element.",
      es: "Se necesita un Envelope con un Header opcional y un Body con un solo elemento.",
      en: "An Envelope with an optional Header and a Body with one single element is needed.",
    },
  });
}

/** Wraps what goes into the Body. */
export function writeEnvelope(version: SoapVersion, payload: string): string {
  return `${XML_DECLARATION}<s:Envelope xmlns:s="${ENVELOPE_NAMESPACE[version]}"><s:Body>${payload}</s:Body></s:Envelope>`;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
