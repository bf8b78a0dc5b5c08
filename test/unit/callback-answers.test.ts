import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createCallbackClient } from "../../src/callback/callback-client.ts";
import type { EntityId, MessageId } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/system.ts";

/** What an endpoint answers to NotifyMessageEvent: only the response of the contract takes an event. */
async function problemWith(answer: string | Buffer): Promise<string | undefined> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const settings = { allowedNetworks: ["127.0.0.0/8"], allowHttp: true };
  try {
    return await createCallbackClient(settings, systemClock).tell(
      {
        entityId: "00000000-0000-7000-8000-000000000001" as EntityId,
        style: "soap",
        url: `http://127.0.0.1:${port}/`,
        security: { kind: "none" },
      },
      {
        eventId: "00000000-0000-8000-8000-000000000000",
        event: "delivered",
        at: systemClock.now(),
        nif: "S0811001G",
        messageId: "00000000-0000-7000-8000-000000000000" as MessageId,
        clientReference: "<&>\u0001",
        stage: "delivered",
        certificate: undefined,
      },
    );
  } finally {
    server.close();
  }
}

const envelope = (body: string, header = ""): string =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
const TAKEN = '<NotifyMessageEventResponse xmlns="urn:sms-certificat:callback:v1"/>';

test("the response of the contract takes the event", async () => {
  expect(await problemWith(envelope(TAKEN))).toBe(undefined);
});

test("a fault does not, and nothing of it is told on", async () => {
  const fault =
    "<s:Fault><faultcode>s:Server</faultcode><faultstring>Maria</faultstring></s:Fault>";
  expect(await problemWith(envelope(fault))).toBe("the endpoint answers with a fault");
});

test.each([
  ["no XML", "taken!"],
  ["a DTD with entities", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ["a tree without a bottom", "<a>".repeat(5_000) + "</a>".repeat(5_000)],
  ["bytes", Buffer.from([0xff, 0xfe, 0x00, 0x01])],
  ["XML that is no SOAP", "<a/>"],
  ["nothing", envelope("")],
  ["another element", envelope("<taken/>")],
  ["two elements", envelope(TAKEN + TAKEN)],
])("nor does %s, and nothing breaks", async (_what, answer) => {
  expect(await problemWith(answer)).toEqual(expect.any(String));
});

test("an answer that names the prototype of every object writes nothing to it", async () => {
  const named = '<a id="__proto__"><b>c</b></a><d href="#__proto__"/>';
  expect(await problemWith(envelope(TAKEN, named))).toBe(undefined);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
