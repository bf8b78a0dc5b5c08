import { createHash } from "node:crypto";
import { createClientAsync, WSSecurity, type Client } from "soap";

// What `soap` reads from the WSDL at run time, as types; wsdl/sms-certificat.xsd has the rest.
interface SmsCertificat extends Client {
  SendCertifiedSmsAsync(request: {
    clientReference: string;
    recipient: { msisdn: string; name?: string };
    text: string;
  }): Promise<[{ messageId: string; stage: string; segments: number }]>;
  GetCertificateAsync(request: {
    clientReference: string;
  }): Promise<[{ issued?: { pdf: string; sha256: string }; pending?: { expectedBy: Date } }]>;
}

const [address = "", username = "", secret = "", reference = ""] = process.argv.slice(2);
const client = (await createClientAsync(`${address}?wsdl`)) as SmsCertificat;
client.setSecurity(
  new WSSecurity(username, secret, { passwordType: "PasswordDigest", hasTimeStamp: true }),
);

async function send(msisdn: string): Promise<string> {
  const [accepted] = await client.SendCertifiedSmsAsync({
    // The same reference with the same content sends nothing twice: repeat the call when in doubt.
    clientReference: reference,
    recipient: { msisdn, name: "Núria Solé" },
    text: "Teniu una notificació nova a la seu electrònica 📄",
  });
  return accepted.messageId;
}

interface Fault {
  code: string;
  message: { ca: string };
  field?: string;
  retryAfterSeconds?: string;
}

// A fault is thrown with the whole answer in `root`; SOAP 1.1 has the typed detail in `detail`.
function faultOf(error: unknown): Fault | undefined {
  type Thrown = {
    root?: { Envelope?: { Body?: { Fault?: { detail?: { ServiceFault?: Fault } } } } };
  };
  return (error as Thrown).root?.Envelope?.Body?.Fault?.detail?.ServiceFault;
}

console.log("accepted", await send("+34600100000"));

await send("12345678").catch((error: unknown) => {
  const fault = faultOf(error);
  if (!fault) throw error;
  console.log("refused", fault.code, fault.field, fault.message.ca);
});

// A certificate that is not there yet is an answer, not a fault: ask again after `expectedBy`.
const [{ issued, pending }] = await client.GetCertificateAsync({ clientReference: reference });
if (issued) {
  const pdf = Buffer.from(issued.pdf, "base64");
  const isWhole = createHash("sha256").update(pdf).digest("hex") === issued.sha256;
  console.log("certificate", pdf.length, isWhole ? "whole" : "damaged");
} else {
  console.log("pending", pending?.expectedBy);
}
