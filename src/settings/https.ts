import { isIP, isIPv4 } from "node:net";
import type { ForwardedHeader, ProxySettings } from "../https/client-certificate.ts";
import {
  KeyPairFault,
  readCertificateFile,
  readKeyPair,
  type KeyPairFiles,
} from "../https/key-pair.ts";
import type { HttpsFiles } from "../https/server-certificate.ts";
import type { SettingsReader } from "./reader.ts";

/** How callers reach the service: TLS of its own, or a proxy in front. */
export interface HttpsSettings {
  /** Undefined: plain HTTP. */
  readonly tls: HttpsFiles | undefined;
  readonly proxies: ProxySettings;
  /** With what answers are signed, for entities that want it. */
  readonly responseKey: KeyPairFiles | undefined;
  /** Whether authorities are asked if callers' certificates are revoked. */
  readonly checkRevocation: boolean;
}

export function readHttps(reader: SettingsReader): HttpsSettings {
  const trusted = readRanges(reader, "TRUSTED_PROXIES");
  const choice = reader.oneOf("CLIENT_CERTIFICATE_HEADER", HEADERS, "none");
  const clientCertificateHeader: ForwardedHeader | undefined =
    choice === "none" ? undefined : choice;
  if (clientCertificateHeader && trusted.length === 0) {
    reader.fault(
      "CLIENT_CERTIFICATE_HEADER needs TRUSTED_PROXIES: it is believed from nobody else",
    );
  }
  return {
    tls: readTls(reader),
    proxies: { trusted, clientCertificateHeader },
    responseKey: readPair(reader, "RESPONSE"),
    checkRevocation: reader.oneOf("CLIENT_REVOCATION", ["on", "off"], "off") === "on",
  };
}

const HEADERS = ["none", "client-cert", "x-ssl-client-cert"] as const;

function readTls(reader: SettingsReader): HttpsFiles | undefined {
  const pair = readPair(reader, "TLS");
  const clientCaPath = reader.text("TLS_CLIENT_CA_PATH");
  if (clientCaPath !== undefined) {
    tried(reader, "TLS_CLIENT_CA_PATH", () => readCertificateFile(clientCaPath));
    if (!pair) reader.fault("TLS_CLIENT_CA_PATH needs TLS_KEY_PATH and TLS_CERTIFICATE_PATH");
  }
  return pair && { ...pair, clientCaPath };
}

/** A key and its certificate, tried out at once. */
function readPair(reader: SettingsReader, area: string): KeyPairFiles | undefined {
  const [keyName, certificateName] = [`${area}_KEY_PATH`, `${area}_CERTIFICATE_PATH`];
  const keyPath = reader.text(keyName);
  const certificatePath = reader.text(certificateName);
  if (keyPath === undefined || certificatePath === undefined) {
    if (keyPath !== certificatePath)
      reader.fault(`${keyName} and ${certificateName} belong together`);
    return undefined;
  }
  const files = { keyPath, keyPassword: reader.text(`${area}_KEY_PASSWORD`), certificatePath };
  tried(reader, `${keyName}, ${certificateName}`, () => readKeyPair(files));
  return files;
}

function tried({ fault }: SettingsReader, names: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof KeyPairFault)) throw error;
    fault(`${names}: ${error.message}`);
  }
}

/** Addresses and CIDR ranges, apart by commas or spaces. */
function readRanges({ text, fault }: SettingsReader, name: string): string[] {
  const ranges = (text(name) ?? "").split(/[\s,]+/).filter((each) => each !== "");
  const wrong = ranges.find((each) => !isRange(each));
  if (wrong !== undefined) fault(`${name}: ${wrong} is no address and no range such as 10.0.0.0/8`);
  return ranges;
}

function isRange(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  if (isIP(address) === 0 || more.length > 0) return false;
  const longest = isIPv4(address) ? 32 : 128;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
}
