import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folders of the contract tests, for what is made from them. */
export const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const CASES: readonly string[] = readdirSync(folder("."))
  .filter((name) => name.includes("__"))
  .sort();

export function read(name: string, file: string): string | undefined {
  try {
    return readFileSync(folder(`${name}/${file}`), "utf8");
  } catch {
    return undefined;
  }
}

export interface Sendable {
  readonly name: string;
  readonly operation: string;
  /** The code of the fault that is the right answer; undefined: a response is. */
  readonly fault: string | undefined;
  /** PasswordDigest needs a nonce and an instant of its own for each call. */
  readonly digest: boolean;
  readonly soap12: boolean;
  readonly request: string;
}

/** Requests that a person can send as they are to a new demo, one after the other. */
const SENT = [
  "SendCertifiedSms__accepted",
  "SendCertifiedSms__soap12",
  "SendCertifiedSms__password-digest",
  "SendCertifiedSms__dry-run",
  "GetStatus__unknown",
  "GetStatus__relayed",
  "GetCertificate__pending",
  "CancelSms__unknown",
  "SearchMessages__nothing",
  "GetUsage__nothing-charged",
  "SendCertifiedSms__wrong-password",
  "SendCertifiedSms__no-security",
  "SendCertifiedSms__number-without-country",
  "SendCertifiedSms__text-empty",
  "SendCertifiedSms__extra-element",
  "SendCertifiedSms__unknown-operation",
  "SendCertifiedSms__must-understand-soap12",
  "SendCertifiedSms__wrong-envelope-namespace",
  "GetCertificate__unknown-message",
  "GetCertificate__unknown-message-soap12",
] as const;

export const SENDABLE: readonly Sendable[] = SENT.map((name) => {
  const request = read(name, "request.xml") ?? "";
  const [, fault] = /<code>(\w+)</.exec(read(name, "fault.xml") ?? "") ?? [];
  const [operation = ""] = name.split("__");
  return {
    name,
    operation,
    // These two ask about a message that a new demo does not have.
    fault: name === "GetCertificate__pending" ? "MessageNotFound" : fault,
    digest: request.includes("{{digest}}"),
    soap12: request.includes("http://www.w3.org/2003/05/soap-envelope"),
    request,
  };
});
