import type { ServiceError } from "../domain/errors.ts";
import type { Words } from "../domain/words.ts";
import { CONTRACT_NAMESPACE } from "./contract.ts";
import { ENVELOPE_NAMESPACE, NotUnderstood, XML_DECLARATION } from "./envelope.ts";
import type { SoapVersion } from "./envelope.ts";
import { faultSpec, type FaultSpec } from "./faults.ts";
import { WSSE } from "./security/names.ts";
import { element, escapeAttribute, escapeText } from "./xml/write.ts";

export interface Fault {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly envelope: string;
}

/** An error as callers see it: our words only, in the version that they speak. */
export function writeFault(
  version: SoapVersion,
  error: ServiceError,
  correlationId: string,
): Fault {
  const spec: FaultSpec = faultSpec(error.code);
  const retryAfterSeconds = error.retryAfterSeconds ?? spec.retryAfterSeconds;
  const words = join(spec.words, error.hint);
  const detail = `<ServiceFault xmlns="${CONTRACT_NAMESPACE}">${element("code", error.code)}<message>${element(
    "ca",
    words.ca,
  )}${element("es", words.es)}${element("en", words.en)}</message>${element("field", error.field)}${element(
    "retryAfterSeconds",
    retryAfterSeconds,
  )}${element("correlationId", correlationId)}</ServiceFault>`;
  return {
    status: spec.httpStatus ?? faultStatus(version, spec),
    retryAfterSeconds,
    envelope:
      version === "1.1" ? envelope11(spec, words, detail) : envelope12(error, spec, words, detail),
  };
}

/** SOAP 1.1, 6.2: every fault is a 500. SOAP 1.2 part 2, table 20: a Sender fault is a 400. */
function faultStatus(version: SoapVersion, spec: FaultSpec): number {
  if (version === "1.1" || spec.side === "service") return 500;
  return spec.standardCode === undefined || spec.standardCode === "FailedAuthentication"
    ? 400
    : 500;
}

function join(words: Words, hint: Words | undefined): Words {
  if (hint === undefined) return words;
  return {
    ca: `${words.ca} ${hint.ca}`,
    es: `${words.es} ${hint.es}`,
    en: `${words.en} ${hint.en}`,
  };
}

function envelope11(spec: FaultSpec, words: Words, detail: string): string {
  const code =
    spec.standardCode === "FailedAuthentication"
      ? `<faultcode xmlns:wsse="${WSSE}">wsse:FailedAuthentication</faultcode>`
      : element(
          "faultcode",
          `s:${spec.standardCode ?? (spec.side === "caller" ? "Client" : "Server")}`,
        );
  return `${XML_DECLARATION}<s:Envelope xmlns:s="${ENVELOPE_NAMESPACE["1.1"]}"><s:Body><s:Fault>${code}<faultstring xml:lang="ca">${escapeText(
    words.ca,
  )}</faultstring><detail>${detail}</detail></s:Fault></s:Body></s:Envelope>`;
}

function envelope12(error: ServiceError, spec: FaultSpec, words: Words, detail: string): string {
  // One Text only: gSOAP cannot read a Reason in several languages. The detail has all of them.
  const reasons = `<s:Text xml:lang="ca">${escapeText(words.ca)}</s:Text>`;
  return `${XML_DECLARATION}<s:Envelope xmlns:s="${ENVELOPE_NAMESPACE["1.2"]}">${header12(error)}<s:Body><s:Fault><s:Code>${code12(
    error,
    spec,
  )}</s:Code><s:Reason>${reasons}</s:Reason><s:Detail>${detail}</s:Detail></s:Fault></s:Body></s:Envelope>`;
}

function code12(error: ServiceError, spec: FaultSpec): string {
  const side = spec.side === "caller" ? "Sender" : "Receiver";
  const { standardCode } = spec;
  if (standardCode === "VersionMismatch" || standardCode === "MustUnderstand") {
    return element("s:Value", `s:${standardCode}`);
  }
  const subcode =
    standardCode === "FailedAuthentication"
      ? `<s:Value xmlns:wsse="${WSSE}">wsse:FailedAuthentication</s:Value>`
      : `<s:Value xmlns:c="${CONTRACT_NAMESPACE}">c:${error.code}</s:Value>`;
  return `<s:Value>s:${side}</s:Value><s:Subcode>${subcode}</s:Subcode>`;
}

/** SOAP 1.2 part 1, 5.4.7 and 5.4.8: what is supported, and what was not understood. */
function header12(error: ServiceError): string {
  if (error.code === "VersionMismatch") {
    const supported = (["1.2", "1.1"] as const)
      .map(
        (version) =>
          `<s:SupportedEnvelope qname="e:Envelope" xmlns:e="${ENVELOPE_NAMESPACE[version]}"/>`,
      )
      .join("");
    return `<s:Header><s:Upgrade>${supported}</s:Upgrade></s:Header>`;
  }
  if (!(error instanceof NotUnderstood)) return "";
  const blocks = error.headers.map(({ namespace, name }) =>
    namespace === ""
      ? `<s:NotUnderstood qname="${escapeAttribute(name)}"/>`
      : `<s:NotUnderstood qname="h:${escapeAttribute(name)}" xmlns:h="${escapeAttribute(namespace)}"/>`,
  );
  return `<s:Header>${blocks.join("")}</s:Header>`;
}
