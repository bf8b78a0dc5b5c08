import { ServiceError, type ErrorCode } from "../../src/domain/errors.ts";
import { FAULTS } from "../../src/soap/faults.ts";
import { writeFault } from "../../src/soap/write-fault.ts";
import { CASES, read } from "./cases.ts";
import { pretty } from "./wire.ts";

/**
 * The examples of wsdl/README.md, made from the folders of the contract tests so that they cannot rot:
 * the ones named here, one of every other operation, and one of every fault.
 */
const SHOWN: readonly (readonly [name: string, title: string])[] = [
  [
    "SendCertifiedSms__everything-said",
    "SendCertifiedSms, with everything that can be said (SOAP 1.2)",
  ],
  ["SendCertifiedSms__password-digest", "SendCertifiedSms with PasswordDigest (SOAP 1.1)"],
  ["GetStatus__delivered", "GetStatus of a delivered message"],
  ["GetStatus__unknown", "GetStatus of messages that are not there"],
  ["GetCertificate__positive", "GetCertificate, issued"],
  ["GetCertificate__pending", "GetCertificate, not yet"],
];

/** No request alone brings these about; test/contract holds them in other tests. */
const WITHOUT_REQUEST: Partial<Record<ErrorCode, string>> = {
  RequestTooLarge: "A body over the limit.",
  TooManyRequests:
    "More calls than the service, or the entity, may make at once, or repeated failures to authenticate.",
  QuotaExceeded: "SendCertifiedSms beyond the limit of the day or the month.",
  Unavailable: "Any call while the database is away.",
  Internal: "Any call that meets a failure of the service.",
};

const SAMPLES: Readonly<Record<string, string>> = {
  messageId: "019cadc0-7d00-7b1c-9a52-0d3f6c1e8a47",
  correlationId: "019cadc0-7d05-7f63-8c11-5b2e9d7a4f30",
  csv: "7Q2M-K4TN-9XWB-3HFD-P8RC-V6JA",
  identifier: "ES_A09000000_2026_SMSCRT7Q2MK4TN9XWB3HFDP8RCV6JA",
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  pdf: "JVBERi0xLjcK…",
  verificationUrl: "https://sms.example.cat/verifica/7Q2M-K4TN-9XWB-3HFD-P8RC-V6JA",
  smscMessageId: "5f1c02",
  nonce: "WScqanjCEAC4mQoBE07sAQ==",
  created: "2026-03-02T09:00:00.000Z",
  digest: "u5Y4p0n7Yj2nUQH8cGq1mQ0m0dE=",
  receiptDeadline: "2026-03-07T09:00:00.000Z",
  expectedBy: "2026-03-07T09:10:00.000Z",
  nextExpectedAt: "2026-03-07T09:10:00.000Z",
  retainUntil: "2031-03-02T09:00:07.000Z",
};

/** The part of wsdl/README.md below its mark. */
export function examples(operations: readonly string[]): string {
  const others = operations
    .filter((operation) => !SHOWN.some(([name]) => name.startsWith(`${operation}__`)))
    .map((operation) => {
      const name = CASES.find(
        (each) => each.startsWith(`${operation}__`) && read(each, "response.xml") !== undefined,
      );
      if (name === undefined) throw new Error(`no contract test shows ${operation} answering`);
      return [name, operation] as const;
    });
  const shown = [...SHOWN, ...others].map(
    ([name, title]) => `### ${title}\n\n${requestOf(name)}\n\n${answerOf(name)}\n`,
  );
  const codes = Object.keys(FAULTS) as ErrorCode[];
  return [...shown, "### Every fault\n", ...codes.map(faultExample)].join("\n");
}

function faultExample(code: ErrorCode): string {
  const summary = `<details>\n<summary><code>${code}</code></summary>\n`;
  const end = "\n</details>\n";
  const why = WITHOUT_REQUEST[code];
  if (why !== undefined) {
    const { envelope } = writeFault("1.1", new ServiceError(code), SAMPLES["correlationId"] ?? "");
    return `${summary}\n${why}\n\n${block(pretty(envelope))}\n${end}`;
  }
  const fits = CASES.filter((name) => read(name, "fault.xml")?.includes(`<code>${code}</code>`));
  const name = fits.find((each) => read(each, "before.xml") === undefined) ?? fits[0];
  if (name === undefined) throw new Error(`no contract test shows the fault ${code}`);
  return `${summary}\n${requestOf(name)}\n\n${answerOf(name)}\n${end}`;
}

function requestOf(name: string): string {
  return block(read(name, "request.xml") ?? "");
}

function answerOf(name: string): string {
  return block(read(name, "response.xml") ?? read(name, "fault.xml") ?? "");
}

function block(xml: string): string {
  const filled = xml.replace(
    /\{\{([\w+-]+)\}\}/g,
    (_all, name: string) => SAMPLES[name] ?? "2026-03-02T09:00:05.000Z",
  );
  return `\`\`\`xml\n${filled.trim()}\n\`\`\``;
}
