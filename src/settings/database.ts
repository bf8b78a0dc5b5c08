import type { SettingsReader } from "./reader.ts";

/** A served PostgreSQL. Several addresses are a primary and its standbys: the one that takes writes is used. */
export interface DatabaseSettings {
  readonly urls: readonly string[];
  /** Of the owner of the tables; undefined: the same as `urls`. */
  readonly ownerUrls: readonly string[] | undefined;
  /** Off behind a pooler that cannot keep prepared statements. */
  readonly prepare: boolean;
}

/** Undefined: the embedded database in the data directory. */
export function readDatabase(reader: SettingsReader): DatabaseSettings | undefined {
  const urls = readAddresses(reader, "DATABASE_URL");
  const ownerUrls = readAddresses(reader, "DATABASE_OWNER_URL");
  const prepare = reader.oneOf("DATABASE_PREPARE", ["on", "off"], "on") === "on";
  if (urls) return { urls, ownerUrls, prepare };
  if (reader.production) reader.fault("DATABASE_URL is needed in production");
  return undefined;
}

function readAddresses({ text, fault }: SettingsReader, name: string): string[] | undefined {
  const addresses = text(name)?.split(/\s+/);
  const valid = addresses?.every(
    (address) => URL.canParse(address) && /^postgres(?:ql)?:$/.test(new URL(address).protocol),
  );
  if (valid === false) {
    fault(
      `${name} must be an address that begins with postgresql://, or several with spaces between`,
    );
  }
  return addresses;
}
