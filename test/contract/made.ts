import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * What is made from the folders of the contract tests, so that it cannot rot: the examples of
 * wsdl/README.md, the SoapUI project and the curl files.
 */
const SHOWN = [
  [
    "SendCertifiedSms__everything-said",
    "SendCertifiedSms, with everything that can be said (SOAP 1.2)",
  ],
  ["SendCertifiedSms__password-digest", "SendCertifiedSms with PasswordDigest (SOAP 1.1)"],
  ["GetStatus__delivered", "GetStatus of a delivered message"],
  ["GetStatus__unknown", "GetStatus of messages that are not there"],
  ["GetCertificate__positive", "GetCertificate, issued"],
  ["GetCertificate__pending", "GetCertificate, not yet"],
  ["SendCertifiedSms__number-without-country", "A fault in SOAP 1.1"],
  ["GetCertificate__unknown-message-soap12", "A fault in SOAP 1.2"],
  ["SendCertifiedSms__wrong-password", "A fault of WS-Security"],
] as const;

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

export const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function read(name: string, file: string): string | undefined {
  try {
    return readFileSync(folder(`${name}/${file}`), "utf8");
  } catch {
    return undefined;
  }
}

/** The part of wsdl/README.md below its mark. */
export function examples(): string {
  return SHOWN.map(([name, title]) => {
    const request = read(name, "request.xml") ?? "";
    const answer = read(name, "response.xml") ?? read(name, "fault.xml") ?? "";
    return `### ${title}\n\n${block(request)}\n\n${block(answer)}\n`;
  }).join("\n");
}

function block(xml: string): string {
  const filled = xml.replace(
    /\{\{(\w+)\}\}/g,
    (_all, name: string) => SAMPLES[name] ?? "2026-03-02T09:00:05.000Z",
  );
  return `\`\`\`xml\n${filled.trim()}\n\`\`\``;
}

const ADDRESS = "http://127.0.0.1:8080/ws/sms-certificat";

/** The requests that a person can send as they are, to the demo; the property names are SoapUI's. */
function sendable(name: string): string {
  return (read(name, "request.xml") ?? "")
    .replace("<wsse:Username>demo<", "<wsse:Username>${#Project#username}<")
    .replace(">demo-secret<", ">${#Project#secret}<");
}

export const SOAPUI = [
  ["SendCertifiedSms__accepted", "SendCertifiedSms", false],
  ["GetStatus__unknown", "GetStatus", false],
  ["GetStatus__delivered", "GetStatus", false],
  ["GetCertificate__unknown-message", "GetCertificate", true],
  ["SendCertifiedSms__number-without-country", "SendCertifiedSms", true],
  ["SendCertifiedSms__text-empty", "SendCertifiedSms", true],
  ["SendCertifiedSms__wrong-password", "SendCertifiedSms", true],
] as const;

export function soapuiProject(): string {
  const calls = (operation: string): string =>
    SOAPUI.filter(([, each]) => each === operation)
      .map(
        ([name]) =>
          `<con:call name="${name}"><con:settings/><con:encoding>UTF-8</con:encoding><con:endpoint>${ADDRESS}</con:endpoint><con:request><![CDATA[${sendable(name)}]]></con:request></con:call>`,
      )
      .join("\n      ");
  const operations = ["SendCertifiedSms", "GetStatus", "GetCertificate"]
    .map(
      (operation) =>
        `<con:operation isOneWay="false" action="urn:sms-certificat:v1/${operation}" name="${operation}" bindingOperationName="${operation}" type="Request-Response" inputName="" receivesAttachments="false" sendsAttachments="false" anonymous="optional"><con:settings/>
      ${calls(operation)}
    </con:operation>`,
    )
    .join("\n    ");
  const steps = SOAPUI.map(
    ([name, operation, fault]) =>
      `<con:testStep type="request" name="${name}"><con:settings/><con:config xsi:type="con:RequestStep"><con:interface>SmsCertificatBinding11</con:interface><con:operation>${operation}</con:operation><con:request name="${name}"><con:settings/><con:encoding>UTF-8</con:encoding><con:endpoint>${ADDRESS}</con:endpoint><con:request><![CDATA[${sendable(name)}]]></con:request><con:assertion type="SOAP Response"/><con:assertion type="${fault ? "Not SOAP Fault Assertion" : "SOAP Fault Assertion"}"/><con:assertion type="Schema Compliance"><con:configuration/></con:assertion></con:request></con:config></con:testStep>`,
  ).join("\n      ");
  return `<?xml version="1.0" encoding="UTF-8"?>
<con:soapui-project name="sms-certificat" resourceRoot="" soapui-version="5.7.2" xmlns:con="http://eviware.com/soapui/config" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <con:settings/>
  <con:interface xsi:type="con:WsdlInterface" wsaVersion="NONE" name="SmsCertificatBinding11" type="wsdl" bindingName="{urn:sms-certificat:v1}SmsCertificatBinding11" soapVersion="1_1" anonymous="optional" definition="${ADDRESS}?wsdl">
    <con:settings/>
    <con:definitionCache type="TEXT" rootPart=""/>
    <con:endpoints><con:endpoint>${ADDRESS}</con:endpoint></con:endpoints>
    ${operations}
  </con:interface>
  <con:testSuite name="sms-certificat"><con:settings/><con:runType>SEQUENTIAL</con:runType>
    <con:testCase failOnError="false" failTestCaseOnErrors="true" keepSession="false" maxResults="0" name="the three operations and their faults" searchProperties="true"><con:settings/>
      ${steps}
      <con:properties/>
    </con:testCase>
    <con:properties/>
  </con:testSuite>
  <con:properties>
    <con:property><con:name>username</con:name><con:value>demo</con:value></con:property>
    <con:property><con:name>secret</con:name><con:value>demo-secret</con:value></con:property>
  </con:properties>
  <con:wssContainer/>
</con:soapui-project>
`;
}
