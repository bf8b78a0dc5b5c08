import { escapeAttribute } from "../../src/soap/xml/write.ts";
import { SENDABLE, type Sendable } from "./cases.ts";

const ADDRESS = "http://127.0.0.1:8080/ws/sms-certificat";

/** SoapUI itself does not let a request of another envelope leave. */
export const SOAPUI: readonly Sendable[] = SENDABLE.filter(
  ({ name }) => name !== "SendCertifiedSms__wrong-envelope-namespace",
);

/** A request with the property expansions of SoapUI for what differs from place to place. */
function withProperties({ request }: Sendable): string {
  return request
    .replace(/<wsse:Username>(demo|accountant)</, "<wsse:Username>${#Project#username}<")
    .replace(">demo-secret<", ">${#Project#secret}<")
    .replace("{{nonce}}", "${#TestCase#nonce}")
    .replace("{{created}}", "${#TestCase#created}")
    .replace("{{digest}}", "${#TestCase#digest}");
}

/** Works out what a PasswordDigest needs, just before the request that carries it. */
const SCRIPT = `import java.security.MessageDigest
import java.security.SecureRandom
def nonce = new byte[16]
new SecureRandom().nextBytes(nonce)
def created = new Date().format("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", TimeZone.getTimeZone("UTC"))
def secret = context.expand('\${#Project#secret}')
def sha1 = MessageDigest.getInstance("SHA-1")
sha1.update(nonce)
sha1.update((created + secret).getBytes("UTF-8"))
testRunner.testCase.setPropertyValue("nonce", nonce.encodeBase64().toString())
testRunner.testCase.setPropertyValue("created", created)
testRunner.testCase.setPropertyValue("digest", sha1.digest().encodeBase64().toString())
`;

/** A SoapUI project that opens as it is, and reads the WSDL from the demo. */
export function soapuiProject(operations: readonly string[]): string {
  const interfaces = (["1_1", "1_2"] as const).map((version) => {
    const binding = bindingOf(version === "1_2");
    return `<con:interface xsi:type="con:WsdlInterface" wsaVersion="NONE" name="${binding}" type="wsdl" bindingName="{urn:sms-certificat:v1}${binding}" soapVersion="${version}" anonymous="optional" definition="${ADDRESS}?wsdl">
    <con:settings/>
    <con:definitionCache type="TEXT" rootPart=""/>
    <con:endpoints><con:endpoint>${ADDRESS}</con:endpoint></con:endpoints>
    ${operations.map((operation) => writeOperation(operation, version === "1_2")).join("\n    ")}
  </con:interface>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<con:soapui-project name="sms-certificat" resourceRoot="" soapui-version="5.7.2" xmlns:con="http://eviware.com/soapui/config" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <con:settings/>
  ${interfaces.join("\n  ")}
  <con:testSuite name="sms-certificat"><con:settings/><con:runType>SEQUENTIAL</con:runType>
    <con:testCase failOnError="false" failTestCaseOnErrors="true" keepSession="false" maxResults="0" name="operations, faults and WS-Security" searchProperties="true"><con:settings/>
      ${SOAPUI.flatMap(writeSteps).join("\n      ")}
      <con:properties/>
    </con:testCase>
    <con:properties/>
  </con:testSuite>
  <con:properties>
    <con:property><con:name>username</con:name><con:value>demo</con:value></con:property>
    <con:property><con:name>secret</con:name><con:value>what scripts/demo --keep prints</con:value></con:property>
  </con:properties>
  <con:wssContainer/>
</con:soapui-project>
`;
}

function bindingOf(soap12: boolean): string {
  return soap12 ? "SmsCertificatBinding12" : "SmsCertificatBinding11";
}

function writeOperation(operation: string, soap12: boolean): string {
  const calls = SOAPUI.filter((each) => each.operation === operation && each.soap12 === soap12).map(
    (each) => `<con:call name="${each.name}">${writeRequest(each)}</con:call>`,
  );
  return `<con:operation isOneWay="false" action="urn:sms-certificat:v1/${operation}" name="${operation}" bindingOperationName="${operation}" type="Request-Response" inputName="" receivesAttachments="false" sendsAttachments="false" anonymous="optional"><con:settings/>
      ${calls.join("\n      ")}
    </con:operation>`;
}

function writeRequest(sendable: Sendable): string {
  return `<con:settings/><con:encoding>UTF-8</con:encoding><con:endpoint>${ADDRESS}</con:endpoint><con:request>${cdata(withProperties(sendable))}</con:request>`;
}

/** In a project file "SOAP Fault Assertion" is the assertion that there is none, and the other way round. */
function writeSteps(sendable: Sendable): string[] {
  const { name, operation, fault, digest, soap12 } = sendable;
  const assertions = [
    '<con:assertion type="SOAP Response"/>',
    `<con:assertion type="${fault === undefined ? "SOAP" : "Not SOAP"} Fault Assertion"/>`,
    '<con:assertion type="Schema Compliance"><con:configuration/></con:assertion>',
  ];
  if (fault !== undefined) {
    assertions.push(
      `<con:assertion type="Simple Contains" name="the code of the fault"><con:configuration><token>${escapeAttribute(`<code>${fault}</code>`)}</token><ignoreCase>false</ignoreCase><useRegEx>false</useRegEx></con:configuration></con:assertion>`,
    );
  }
  const step = `<con:testStep type="request" name="${name}"><con:settings/><con:config xsi:type="con:RequestStep"><con:interface>${bindingOf(soap12)}</con:interface><con:operation>${operation}</con:operation><con:request name="${name}">${writeRequest(sendable)}${assertions.join("")}</con:request></con:config></con:testStep>`;
  if (!digest) return [step];
  return [
    `<con:testStep type="groovy" name="nonce and digest"><con:settings/><con:config><script>${cdata(SCRIPT)}</script></con:config></con:testStep>`,
    step,
  ];
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
