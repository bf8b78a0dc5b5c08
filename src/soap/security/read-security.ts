import { ServiceError } from "../../domain/errors.ts";
import type { Envelope } from "../envelope.ts";
import type { XmlTree } from "../xml/document.ts";
import {
  attributeOf,
  childElements,
  childrenNamed,
  isNamed,
  textOf,
  type XmlNode,
} from "../xml/node.ts";
import { PASSWORD_DIGEST, PASSWORD_TEXT, WSSE, WSU } from "./names.ts";
import { readSignature, type ClaimedSignature, type Signature } from "./read-signature.ts";

/** What a wsse:Security header says, free of the tree that it was read from. */
export interface SecurityHeader {
  readonly usernameToken: UsernameToken | undefined;
  readonly signature: Signature | undefined;
  readonly timestamp:
    { readonly created: string | undefined; readonly expires: string | undefined } | undefined;
}

/** The same while its signature is not verified; worthless when the tree is closed. */
export interface SecurityClaim extends Omit<SecurityHeader, "signature"> {
  readonly signature: ClaimedSignature | undefined;
}

/** WS-Security UsernameToken Profile 1.1, 3.1. */
export interface UsernameToken {
  readonly username: string;
  readonly password: { readonly kind: "text" | "digest"; readonly value: string };
  /** As it was written: base64. */
  readonly nonce: string | undefined;
  readonly created: string | undefined;
}

/** Far above what any client writes, far below what costs anything. */
const MAX_VALUE = 512;

/**
 * Reads the Security header that is meant for us; undefined when there is none.
 *
 * @throws ServiceError NotAuthenticated when it says something twice or in a way that cannot be read
 */
export function readSecurity(
  tree: XmlTree,
  { headers, body }: Pick<Envelope, "headers" | "body">,
): SecurityClaim | undefined {
  const [security, ...others] = headers.filter((header) => isNamed(header, WSSE, "Security"));
  if (security === undefined) return undefined;
  if (others.length > 0) throw unreadable();
  const timestamp = only(childrenNamed(security, WSU, "Timestamp"));
  const token = only(childrenNamed(security, WSSE, "UsernameToken"));
  return {
    usernameToken: token && readUsernameToken(token),
    signature: readSignature({ tree, body, security }),
    timestamp: timestamp && {
      created: value(timestamp, WSU, "Created"),
      expires: value(timestamp, WSU, "Expires"),
    },
  };
}

function readUsernameToken(token: XmlNode): UsernameToken {
  const username = value(token, WSSE, "Username");
  const password = only(childrenNamed(token, WSSE, "Password"));
  if (username === undefined || username === "" || password === undefined) throw unreadable();
  const type = attributeOf(password, "", "Type")?.trim() ?? PASSWORD_TEXT;
  if (type !== PASSWORD_TEXT && type !== PASSWORD_DIGEST) throw unreadable();
  return {
    username,
    password: {
      kind: type === PASSWORD_TEXT ? "text" : "digest",
      value: limited(textOf(password)),
    },
    nonce: value(token, WSSE, "Nonce"),
    created: value(token, WSU, "Created"),
  };
}

function value(parent: XmlNode, namespace: string, name: string): string | undefined {
  const node = only(childrenNamed(parent, namespace, name));
  if (node === undefined) return undefined;
  if (childElements(node).length > 0) throw unreadable();
  return limited(textOf(node)).trim();
}

function only(nodes: readonly XmlNode[]): XmlNode | undefined {
  if (nodes.length > 1) throw unreadable();
  return nodes[0];
}

function limited(text: string): string {
  if (text.length > MAX_VALUE) throw unreadable();
  return text;
}

function unreadable(): ServiceError {
  return new ServiceError("NotAuthenticated", {
    hint: {
      ca: "La capçalera WS-Security no es pot llegir.",
      es: "La cabecera WS-Security no se puede leer.",
      en: "The WS-Security header cannot be read.",
    },
  });
}
