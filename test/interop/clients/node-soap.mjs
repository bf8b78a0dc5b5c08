/** npm soap: SOAP 1.1 and 1.2, UsernameToken as text and as digest, MTOM requests. */
import { createHash } from "node:crypto";
import { createClientAsync, WSSecurity } from "soap";

const [, , url, username, secret, text] = process.argv;
const report = { client: "soap" };
for (const version of ["1.1", "1.2"]) {
  const client = await createClientAsync(`${url}?wsdl`, {
    forceSoap12Headers: version === "1.2",
  });
  const passwordType = version === "1.1" ? "PasswordText" : "PasswordDigest";
  client.setSecurity(new WSSecurity(username, secret, { passwordType, hasTimeStamp: true }));
  const port =
    client.SmsCertificat[version === "1.1" ? "SmsCertificatSoap11" : "SmsCertificatSoap12"];
  const call = (operation, request) =>
    new Promise((resolve, reject) =>
      port[operation](request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  const send = (clientReference, msisdn) =>
    call("SendCertifiedSms", { clientReference, recipient: { msisdn }, text });
  const first = await send(`soap-${version}`, "+34600100000");
  const again = await send(`soap-${version}`, "+34600100000");
  const status = await call("GetStatus", { message: [{ clientReference: `soap-${version}` }] });
  const { issued } = await call("GetCertificate", { clientReference: "interop-certificate" });
  const pdf = Buffer.from(issued.pdf, "base64");
  const error = await send("soap-fault", "12345678").catch((thrown) => thrown);
  const fault = error.root.Envelope.Body.Fault;
  report[version] = {
    encoding: first.encoding,
    repeated: first.messageId === again.messageId,
    stage: status.message[0].status.stage,
    certificate: createHash("sha256").update(pdf).digest("hex") === issued.sha256,
    fault: (fault.detail ?? fault.Detail).ServiceFault.code,
  };
}
report.passwordText = report.passwordDigest = true;
process.stdout.write(`${JSON.stringify(report)}\n`);
