// A receiver of signed JSON call-backs: node callback-receiver.mjs SECRET   (prints its port)
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = process.argv[2];
const FIVE_MINUTES = 300;

function isGenuine(headers, body) {
  const timestamp = headers["x-sms-certificat-timestamp"] ?? "";
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  const mac = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  const expected = Buffer.from(`v1=${mac}`);
  const given = Buffer.from(headers["x-sms-certificat-signature"] ?? "");
  return age < FIVE_MINUTES && given.length === expected.length && timingSafeEqual(given, expected);
}

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  if (!isGenuine(request.headers, body)) {
    response.writeHead(401).end();
    return;
  }
  // The same eventId may come twice: a real receiver keeps it under a unique key.
  console.log(JSON.stringify(JSON.parse(body)));
  response.writeHead(204).end();
});
server.listen(0, "127.0.0.1", () => console.log("port", server.address().port));
