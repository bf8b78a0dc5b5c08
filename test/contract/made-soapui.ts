import { escapeAttribute } from "../../src/soap/xml/write.ts";
import { BUS_BINDINGS, BUS_SENDABLE } from "./bus-cases.ts";
import { SENDABLE, type Sendable } from "./cases.ts";

const DEMO = "http://127.0.0.1:8080/ws";
const ADDRESS = `${DEMO}/sms-certificat`;

/** SoapUI itself does not let a request of another envelope leave. */
export const SOAPUI: readonly Sendable[] = SENDABLE.filter(
  ({ name }) => name !== "SendCertifiedSms__wrong-envelope-namespace",
);

/** A request with the property expansions of SoapUI for what differs from place to place. */
function withProperties(request: string): string {
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

/** An interface of SoapUI: what one binding of a WSDL offers. */
interface Interface {
  readonly binding: string;
  readonly namespace: string;
  readonly version: "1_1" | "1_2";
  readonly address: string;
  readonly operations: readonly { readonly name: string; readonly action: string }[];
}

/** One request of the project, and what its answer has to be. */
interface Step {
  readonly name: string;
  readonly binding: string;
  readonly address: string;
  readonly operation: string;
  readonly request: string;
  readonly isFault: boolean;
  readonly contains: string | undefined;
  readonly digest: boolean;
  /** The WSDLs of the bus have no faults of their own. */
  readonly hasSchema: boolean;
}

const TYPED: readonly Step[] = SOAPUI.map(({ soap12, fault, ...sendable }) => ({
  ...sendable,
  binding: bindingOf(soap12),
  address: ADDRESS,
  isFault: fault !== undefined,
  contains: fault && `<code>${fault}</code>`,
  hasSchema: true,
}));

const BUS: readonly Step[] = BUS_SENDABLE.map(({ path, fault, ...sendable }) => ({
  ...sendable,
  binding:
    BUS_BINDINGS.find((each) => each.path === path)?.binding ?? BUS_BINDINGS.at(-1)?.binding ?? "",
  address: `${DEMO}/pica/${path}`,
  isFault: fault !== undefined,
  digest: false,
  hasSchema: fault === undefined,
}));

/** A SoapUI project that opens as it is, and reads the WSDLs from the demo. */
export function soapuiProject(operations: readonly string[]): string {
  const typed = (["1_1", "1_2"] as const).map((version) => ({
    binding: bindingOf(version === "1_2"),
    namespace: "urn:sms-certificat:v1",
    version,
    address: ADDRESS,
    operations: operations.map((name) => ({ name, action: `urn:sms-certificat:v1/${name}` })),
  }));
  const bus = BUS_BINDINGS.map(({ path, ...binding }) => ({
    ...binding,
    version: "1_1" as const,
    address: `${DEMO}/pica/${path}`,
  }));
  return `<?xml version="1.0" encoding="UTF-8"?>
<con:soapui-project name="sms-certificat" resourceRoot="" soapui-version="5.7.2" xmlns:con="http://eviware.com/soapui/config" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <con:settings/>
  ${[...typed, ...bus].map(writeInterface).join("\n  ")}
  <con:testSuite name="sms-certificat"><con:settings/><con:runType>SEQUENTIAL</con:runType>
    ${writeTestCase("operations, faults and WS-Security", TYPED)}
    ${writeTestCase("PICA and PCI", BUS)}
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

function writeInterface({ binding, namespace, version, address, operations }: Interface): string {
  return `<con:interface xsi:type="con:WsdlInterface" wsaVersion="NONE" name="${binding}" type="wsdl" bindingName="{${namespace}}${binding}" soapVersion="${version}" anonymous="optional" definition="${address}?wsdl">
    <con:settings/>
    <con:definitionCache type="TEXT" rootPart=""/>
    <con:endpoints><con:endpoint>${address}</con:endpoint></con:endpoints>
    ${operations.map(({ name, action }) => writeOperation(name, action, binding)).join("\n    ")}
  </con:interface>`;
}

function writeOperation(operation: string, action: string, binding: string): string {
  const calls = [...TYPED, ...BUS]
    .filter((each) => each.operation === operation && each.binding === binding)
    .map((each) => `<con:call name="${each.name}">${writeRequest(each)}</con:call>`);
  return `<con:operation isOneWay="false" action="${action}" name="${operation}" bindingOperationName="${operation}" type="Request-Response" inputName="" receivesAttachments="false" sendsAttachments="false" anonymous="optional"><con:settings/>
      ${calls.join("\n      ")}
    </con:operation>`;
}

function writeRequest({ address, request }: Step): string {
  return `<con:settings/><con:encoding>UTF-8</con:encoding><con:endpoint>${address}</con:endpoint><con:request>${cdata(withProperties(request))}</con:request>`;
}

function writeTestCase(name: string, steps: readonly Step[]): string {
  return `<con:testCase failOnError="false" failTestCaseOnErrors="true" keepSession="false" maxResults="0" name="${name}" searchProperties="true"><con:settings/>
      ${steps.flatMap(writeSteps).join("\n      ")}
      <con:properties/>
    </con:testCase>`;
}

/** In a project file "SOAP Fault Assertion" is the assertion that there is none, and the other way round. */
function writeSteps(step: Step): string[] {
  const { name, operation, binding, isFault, contains, digest, hasSchema } = step;
  const assertions = [
    '<con:assertion type="SOAP Response"/>',
    `<con:assertion type="${isFault ? "Not SOAP" : "SOAP"} Fault Assertion"/>`,
  ];
  if (hasSchema) {
    assertions.push('<con:assertion type="Schema Compliance"><con:configuration/></con:assertion>');
  }
  if (contains !== undefined) {
    assertions.push(
      `<con:assertion type="Simple Contains" name="${isFault ? "the code of the fault" : "what it says"}"><con:configuration><token>${escapeAttribute(contains)}</token><ignoreCase>false</ignoreCase><useRegEx>false</useRegEx></con:configuration></con:assertion>`,
    );
  }
  const written = `<con:testStep type="request" name="${name}"><con:settings/><con:config xsi:type="con:RequestStep"><con:interface>${binding}</con:interface><con:operation>${operation}</con:operation><con:request name="${name}">${writeRequest(step)}${assertions.join("")}</con:request></con:config></con:testStep>`;
  if (!digest) return [written];
  return [
    `<con:testStep type="groovy" name="nonce and digest"><con:settings/><con:config><script>${cdata(SCRIPT)}</script></con:config></con:testStep>`,
    written,
  ];
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
