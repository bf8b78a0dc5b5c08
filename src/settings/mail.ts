import { readFileSync } from "node:fs";
import type { SmtpSettings } from "../mail/smtp-mailer.ts";
import type { SettingsReader } from "./reader.ts";

/** How mail leaves; undefined: none does, and certificates that were asked for by mail wait. */
export interface MailSettings extends SmtpSettings {
  /** A folder in which reports of what could not be delivered are dropped, one file each. */
  readonly bounceDirectory: string | undefined;
}

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

export function readMail(reader: SettingsReader): MailSettings | undefined {
  const { text, fault } = reader;
  const address = text("SMTP_URL");
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !["smtp:", "smtps:"].includes(url.protocol) || url.hostname === "") {
    fault("SMTP_URL must be an address such as smtp://mail.example.cat:587 or smtps://…");
    return undefined;
  }
  if (url.username !== "" || url.password !== "") {
    fault("SMTP_URL holds no credentials: they go into SMTP_USERNAME and SMTP_PASSWORD");
  }
  const implicit = url.protocol === "smtps:";
  const off = reader.oneOf("SMTP_TLS", ["on", "off"], "on") === "off";
  if (off && !LOOPBACK.includes(url.hostname)) {
    fault("SMTP_TLS may be off for a server on the same machine only");
  }
  const from = text("MAIL_FROM") ?? "";
  if (!/^[^\s@<>]+@[^\s@<>]+$/.test(from))
    fault("MAIL_FROM must be the address that mails come from");
  return {
    host: url.hostname,
    port: url.port === "" ? (implicit ? 465 : 587) : Number(url.port),
    tls: implicit ? "implicit" : off ? "off" : "starttls",
    ca: readFileOf(reader, "SMTP_CA_PATH"),
    username: text("SMTP_USERNAME"),
    password: text("SMTP_PASSWORD"),
    from,
    bounceAddress: text("MAIL_BOUNCE_ADDRESS") ?? from,
    bounceDirectory: text("MAIL_BOUNCE_DIRECTORY"),
    dkim: readDkim(reader),
  };
}

function readDkim(reader: SettingsReader): SmtpSettings["dkim"] {
  const domainName = reader.text("DKIM_DOMAIN");
  const keySelector = reader.text("DKIM_SELECTOR");
  const privateKey = readFileOf(reader, "DKIM_KEY_PATH");
  const given = [domainName, keySelector, privateKey].filter((part) => part !== undefined).length;
  if (given !== 0 && given !== 3) {
    reader.fault("DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_PATH belong together");
  }
  return domainName !== undefined && keySelector !== undefined && privateKey !== undefined
    ? { domainName, keySelector, privateKey }
    : undefined;
}

function readFileOf({ text, fault }: SettingsReader, name: string): string | undefined {
  const path = text(name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch {
    fault(`${name}: the file cannot be read`);
    return undefined;
  }
}
