import { addDuration, type Duration } from "./domain/clock.ts";
import { MINIMUM_RETENTION } from "./domain/retention.ts";
import { readDatabase, type DatabaseSettings } from "./settings/database.ts";
import type { EniSettings } from "./domain/eni.ts";
import { readBus, type BusSettings } from "./settings/bus.ts";
import { readEni } from "./settings/eni.ts";
import { readHttps, type HttpsSettings } from "./settings/https.ts";
import {
  readCertificateStore,
  type CertificateStoreSettings,
} from "./settings/certificate-store.ts";
import { readCallback, type CallbackSettings } from "./settings/callback.ts";
import { readMail, type MailSettings } from "./settings/mail.ts";
import { readLimits, type LimitSettings } from "./settings/limits.ts";
import { readMonitoring, type MonitoringSettings } from "./settings/monitoring.ts";
import { readOperator, type OperatorSettings } from "./settings/operator.ts";
import { createSettingsReader, type Environment } from "./settings/reader.ts";
import { readSeal, type SealSettings } from "./settings/seal.ts";

/** Everything that can be set, read once at start. README.md has the table. */
export interface Settings
  extends
    OperatorSettings,
    HttpsSettings,
    LimitSettings,
    CertificateStoreSettings,
    MonitoringSettings {
  /** Outside production certificates are marked as tests and a test seal is made when none is set. */
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Address of the service as callers see it, without a trailing slash. */
  readonly publicUrl: string | undefined;
  readonly dataDirectory: string;
  /** Undefined: the embedded database in the data directory. */
  readonly database: DatabaseSettings | undefined;
  readonly receiptDeadline: Duration;
  readonly receiptGrace: Duration;
  readonly earlyWarning: Duration;
  readonly retention: Duration;
  readonly issuer: { readonly name: string; readonly nif: string };
  /** Encrypts the secrets of users who may use PasswordDigest; undefined: kept in the data directory. */
  readonly secretsKey: Buffer | undefined;
  readonly seal: SealSettings | undefined;
  readonly mail: MailSettings | undefined;
  readonly callback: CallbackSettings;
  readonly eni: EniSettings;
  readonly bus: BusSettings;
}

/** Nothing starts with settings that are not understood. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The settings have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n- ${faults.join("\n- ")}`,
    );
    this.faults = faults;
  }
}

/** The environment of the process. A variable NAME_FILE names a file that holds the value. */
export function readEnvironment(): Environment {
  return process.env;
}

/**
 * Reads and checks the settings. Each area has a file under settings/.
 *
 * @throws SettingsError with every fault at once
 */
export function parseSettings(environment: Environment): Settings {
  const reader = createSettingsReader(environment);
  const { production, text, fault, inProduction, port, url, duration } = reader;

  if (production && text("PUBLIC_URL") === undefined) fault("PUBLIC_URL is needed in production");
  const retention = duration("RETENTION", "P5Y");
  if (isShorterThanMinimum(retention)) fault("RETENTION must be five years (P5Y) or more");

  const settings: Settings = {
    production,
    host: text("HOST") ?? "127.0.0.1",
    port: port("PORT", 8080),
    publicUrl: url("PUBLIC_URL", ["http:", "https:"]),
    dataDirectory: text("DATA_DIRECTORY") ?? "data",
    database: readDatabase(reader),
    receiptDeadline: duration("RECEIPT_DEADLINE", "PT120H"),
    receiptGrace: duration("RECEIPT_GRACE", "PT10M"),
    earlyWarning: duration("EARLY_WARNING", "PT24H"),
    retention,
    issuer: {
      name: inProduction("ISSUER_NAME", "it is printed on certificates", "Emissor de prova"),
      nif: inProduction("ISSUER_NIF", "it is printed on certificates", "Q0000000J"),
    },
    secretsKey: readSecretsKey(text("SECRETS_KEY"), production, fault),
    ...readHttps(reader),
    ...readLimits(reader),
    ...readOperator(reader),
    ...readCertificateStore(reader),
    seal: readSeal(reader),
    bus: readBus(reader),
    mail: readMail(reader),
    callback: readCallback(reader),
    eni: readEni(reader),
    ...readMonitoring(reader),
  };
  if (reader.faults.length > 0) throw new SettingsError(reader.faults);
  return settings;
}

function readSecretsKey(
  text: string | undefined,
  production: boolean,
  fault: (message: string) => void,
): Buffer | undefined {
  if (text === undefined) {
    if (production) fault("SECRETS_KEY is needed in production");
    return undefined;
  }
  const key = Buffer.from(text, "base64");
  if (key.length !== 32) fault("SECRETS_KEY must be 32 bytes in base64 (openssl rand -base64 32)");
  return key;
}

function isShorterThanMinimum(retention: Duration): boolean {
  const reference = new Date(0);
  return addDuration(reference, retention) < addDuration(reference, MINIMUM_RETENTION);
}
