import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIPv6 } from "node:net";
import { TLSSocket } from "node:tls";

/** How a proxy hands on the certificate of a TLS connection that it ended. */
export type ForwardedHeader = "client-cert" | "x-ssl-client-cert";

export interface ProxySettings {
  /** Addresses and CIDR ranges; only what comes from there is believed. */
  readonly trusted: readonly string[];
  /** Undefined: no proxy hands on certificates. */
  readonly clientCertificateHeader: ForwardedHeader | undefined;
}

/** A certificate whose holder proved in a TLS handshake to have its key. */
export interface ShownCertificate {
  readonly certificate: X509Certificate;
  /** Of its issuers, as far as they were shown; nothing is believed of them. */
  readonly issuers: readonly X509Certificate[];
}

/**
 * Finds the client certificate of a request: of a trusted proxy, the one that it hands on, never its
 * own; of anybody else, the one of the handshake, verified under the client authorities of the
 * settings. The header of anybody else is not looked at.
 */
export function createClientCertificateReader(
  proxies: ProxySettings,
): (request: IncomingMessage) => ShownCertificate | undefined {
  const isProxy = addressCheck(proxies.trusted);
  const header = proxies.clientCertificateHeader;
  const handed = new Map<string, ShownCertificate>();
  const shown = new WeakMap<object, ShownCertificate>();

  function handedOn(request: IncomingMessage): ShownCertificate | undefined {
    const text = header === undefined ? undefined : request.headers[header];
    if (typeof text !== "string" || header === undefined || text === "") return undefined;
    const chain = request.headers["client-cert-chain"];
    const issuers = header === "client-cert" && typeof chain === "string" ? chain : "";
    const key = `${text}\n${issuers}`;
    const known = handed.get(key);
    if (known) return known;
    const certificate = READ[header](text);
    if (!certificate) return undefined;
    const found = { certificate, issuers: readChain(issuers) };
    if (handed.size >= REMEMBERED_AT_MOST) handed.clear();
    handed.set(key, found);
    return found;
  }
  function ofHandshake(socket: object): ShownCertificate | undefined {
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const known = shown.get(socket);
    if (known) return known;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return undefined;
    const found = { certificate, issuers: issuersOf(certificate) };
    shown.set(socket, found);
    return found;
  }
  return (request) =>
    isProxy(request.socket.remoteAddress) ? handedOn(request) : ofHandshake(request.socket);
}

/** Reading a certificate costs more than the rest of the envelope. */
const REMEMBERED_AT_MOST = 1_000;

const READ: Readonly<Record<ForwardedHeader, (text: string) => X509Certificate | undefined>> = {
  /** RFC 9440, 2.2: a byte sequence of structured fields (RFC 8941, 3.3.5), the certificate in DER. */
  "client-cert"(text) {
    const base64 = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(text.trim())?.[1];
    return base64 === undefined ? undefined : readCertificate(Buffer.from(base64, "base64"));
  },
  /** nginx, $ssl_client_escaped_cert: PEM, escaped as in an address. */
  "x-ssl-client-cert"(text) {
    try {
      const pem = decodeURIComponent(text);
      return ONE_PEM.test(pem) ? readCertificate(pem) : undefined;
    } catch {
      return undefined;
    }
  },
};

const LONGEST_CHAIN = 6;

/** RFC 9440, 2.3: a list of byte sequences. */
function readChain(text: string): X509Certificate[] {
  const parts = text === "" ? [] : text.split(",").slice(0, LONGEST_CHAIN);
  return parts.flatMap((part) => READ["client-cert"](part) ?? []);
}

function issuersOf(certificate: X509Certificate): X509Certificate[] {
  const issuers: X509Certificate[] = [];
  let { issuerCertificate } = certificate;
  while (issuerCertificate && issuers.length < LONGEST_CHAIN) {
    issuers.push(issuerCertificate);
    ({ issuerCertificate } = issuerCertificate);
  }
  return issuers;
}

/** Exactly one: a second would be somebody else's. */
const ONE_PEM = /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

function readCertificate(encoded: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(encoded);
  } catch {
    return undefined;
  }
}

/** Whether an address belongs to a list of addresses and CIDR ranges. */
function addressCheck(list: readonly string[]): (address: string | undefined) => boolean {
  if (list.length === 0) return () => false;
  const ranges = new BlockList();
  for (const each of list) {
    const [address = "", prefix] = each.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) ranges.addAddress(address, family);
    else ranges.addSubnet(address, Number(prefix), family);
  }
  return (address) =>
    address !== undefined && ranges.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
