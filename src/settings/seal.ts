import type { SettingsReader } from "./reader.ts";

/** With what certificates are sealed and time-stamped. */
export interface SealSettings {
  readonly keyPath: string;
  /** Of a PKCS#12 file. */
  readonly keyPassword: string | undefined;
  readonly chainPath: string;
  /** Roots, and issuers that the chains lack: what is trusted. */
  readonly anchorsPath: string;
  readonly tsaUrls: readonly string[];
}

const NAMES = "SEAL_KEY_PATH, SEAL_CHAIN_PATH, SEAL_ANCHORS_PATH and TSA_URLS";

/** Undefined: a test seal is made, outside production. */
export function readSeal({ text, fault, production }: SettingsReader): SealSettings | undefined {
  const keyPath = text("SEAL_KEY_PATH");
  const chainPath = text("SEAL_CHAIN_PATH");
  const anchorsPath = text("SEAL_ANCHORS_PATH");
  const tsaUrls = (text("TSA_URLS") ?? "").split(/[\s,]+/).filter((address) => address !== "");
  const given = [keyPath, chainPath, anchorsPath, tsaUrls[0]].filter((part) => part !== undefined);
  if (given.length === 0 && production) fault(`${NAMES} are needed in production`);
  if (given.length !== 0 && given.length !== 4) fault(`${NAMES} belong together`);
  return keyPath === undefined || chainPath === undefined || anchorsPath === undefined
    ? undefined
    : { keyPath, keyPassword: text("SEAL_KEY_PASSWORD"), chainPath, anchorsPath, tsaUrls };
}
