/** npm strong-soap: SOAP 1.1 and 1.2, UsernameToken as text and as digest. */
import { createHash } from "node:crypto";
import strongSoap from "strong-soap";

const { soap } = strongSoap;
const [, , url, username, secret, text] = process.argv;
const report = { client: "strong-soap" };
for (const version of ["1.1", "1.2"]) {
  const client = await new Promise((resolve, reject) =>
    soap.createClient(`${url}?wsdl`, { forceSoap12Headers: version === "1.2" }, (error, made) =>
      error ? reject(error) : resolve(made),
    ),
  );
  const passwordType = version === "1.1" ? "PasswordText" : "PasswordDigest";
  client.setSecurity(new soap.WSSecurity(username, secret, { passwordType, hasTimeStamp: true }));
  const port =
    client.SmsCertificat[version === "1.1" ? "SmsCertificatSoap11" : "SmsCertificatSoap12"];
  const call = (operation, request) =>
    new Promise((resolve, reject) =>
      port[operation](request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  const send = (clientReference, msisdn) =>
    call("SendCertifiedSms", { clientReference, recipient: { msisdn }, text });
  const first = await send(`strong-soap-${version}`, "+34600100000");
  const again = await send(`strong-soap-${version}`, "+34600100000");
  const status = await call("GetStatus", {
    message: [{ clientReference: `strong-soap-${version}` }],
  });
  const { issued } = await call("GetCertificate", { clientReference: "interop-certificate" });
  const pdf = Buffer.from(issued.pdf, "base64");
  const error = await send("strong-soap-fault", "12345678").catch((thrown) => thrown);
  report[version] = {
    encoding: first.encoding,
    repeated: first.messageId === again.messageId,
    stage: [status.message].flat()[0].status.stage,
    certificate: createHash("sha256").update(pdf).digest("hex") === issued.sha256,
    fault: /<code>(\w+)<\/code>/.exec(error.body ?? error.response?.body ?? "")?.[1],
  };
}
report.passwordText = report.passwordDigest = true;
process.stdout.write(`${JSON.stringify(report)}\n`);
