import { createHash, X509Certificate } from "node:crypto";
import { createClientAsync, WSSecurity, WSSecurityCert, type Client } from "soap";
import {
  certificatePem,
  makeIdentity,
  privateKeyPem,
} from "../../src/certificate/test-pki/certificates.ts";
import { EXC_C14N } from "../../src/soap/security/names.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { expectInTable } from "../support/client-table.ts";
import { openDoor, registerFor, SECRET, type OpenDoor } from "../support/soap-door.ts";

/** What npm soap can do beside the suite of soap-clients.test.ts. */
interface SmsCertificat extends Client {
  SendCertifiedSmsAsync(request: object): Promise<[{ stage: string }]>;
  GetCertificateAsync(
    request: object,
    options: object,
  ): Promise<[{ issued: { sha256: string; pdf: object } }]>;
}

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({ clock: systemClock });
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

async function open(options: object = {}): Promise<SmsCertificat> {
  const wsdl = `${door.url}/ws/sms-certificat?wsdl`;
  return (await createClientAsync(wsdl, options)) as SmsCertificat;
}

test("its X.509 signatures are taken, made as WS-Security asks for", async () => {
  const now = systemClock.now();
  const identity = await makeIdentity(
    {
      commonName: "back office",
      keyKind: "RSA-3072",
      notBefore: new Date(now.getTime() - 60_000),
      notAfter: new Date(now.getTime() + 86_400_000),
      keyUsage: [0],
    },
    undefined,
    systemRandom,
  );
  const certificate = certificatePem(identity);
  await registerFor(door, "demo", new X509Certificate(certificate));
  const client = await open();
  client.setSecurity(
    new WSSecurityCert(await privateKeyPem(identity), certificate, "", {
      // Without these it writes ids and transforms that WS-Security does not know.
      signerOptions: { idMode: "wssecurity" },
      signatureTransformations: [EXC_C14N],
      hasTimeStamp: true,
    }),
  );
  const [accepted] = await client.SendCertifiedSmsAsync({
    clientReference: "npm-soap-signed",
    recipient: { msisdn: "+34600100000" },
    text: "Açò va signat 📄",
  });
  expect(accepted.stage).toBe("accepted");
  expectInTable("npm soap", { "X.509": true });
});

test("it sends MTOM, and gets the PDF beside the envelope", async () => {
  await door.story.accept("npm-soap-mtom", "+34600100000");
  await door.story.pass();
  const client = await open({ parseReponseAttachments: true });
  client.setSecurity(new WSSecurity("demo", SECRET));
  const [{ issued }] = await client.GetCertificateAsync(
    { clientReference: "npm-soap-mtom" },
    { forceMTOM: true },
  );
  const [attachment] = client.lastResponseAttachments.parts;
  const sha256 = createHash("sha256").update(attachment?.body ?? "");
  expect(sha256.digest("hex")).toBe(issued.sha256);
  expectInTable("npm soap", { MTOM: true });
});
