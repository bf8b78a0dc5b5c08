import { createHash } from "node:crypto";
import strongSoap from "strong-soap";

// strong-soap has no types of its own: these are the ones of the calls below.
type Call<Request, Answer> = (request: Request) => Promise<{ result: Answer }>;
interface SmsCertificat {
  setSecurity(security: object): void;
  SendCertifiedSms: Call<
    { clientReference: string; recipient: { msisdn: string; name?: string }; text: string },
    { messageId: string; stage: string }
  >;
  GetCertificate: Call<
    { clientReference: string },
    { issued?: { pdf: string; sha256: string }; pending?: { expectedBy: Date } }
  >;
}

const [address = "", username = "", secret = "", reference = ""] = process.argv.slice(2);
const { soap } = strongSoap;
const client = await new Promise<SmsCertificat>((resolve, reject) => {
  soap.createClient(`${address}?wsdl`, {}, (error, made) => {
    if (made) resolve(made as SmsCertificat);
    else reject(error ?? new Error("no client"));
  });
});
client.setSecurity(
  new soap.WSSecurity(username, secret, { passwordType: "PasswordDigest", hasTimeStamp: true }),
);

async function send(msisdn: string): Promise<string> {
  const { result } = await client.SendCertifiedSms({
    // The same reference with the same content sends nothing twice: repeat the call when in doubt.
    clientReference: reference,
    recipient: { msisdn, name: "Núria Solé" },
    text: "Teniu una notificació nova a la seu electrònica 📄",
  });
  return result.messageId;
}

// A fault is thrown with the answer as it came in `body`.
function faultCodeOf(error: unknown): string | undefined {
  const { body = "" } = error as { body?: string };
  return /<code>(\w+)<\/code>/.exec(body)?.[1];
}

console.log("accepted", await send("+34600100000"));

await send("12345678").catch((error: unknown) => {
  const code = faultCodeOf(error);
  if (code === undefined) throw error;
  console.log("refused", code);
});

// A certificate that is not there yet is an answer, not a fault: ask again after `expectedBy`.
const { result } = await client.GetCertificate({ clientReference: reference });
if (result.issued) {
  const pdf = Buffer.from(result.issued.pdf, "base64");
  const isWhole = createHash("sha256").update(pdf).digest("hex") === result.issued.sha256;
  console.log("certificate", pdf.length, isWhole ? "whole" : "damaged");
} else {
  console.log("pending", result.pending?.expectedBy);
}
