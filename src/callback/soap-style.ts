import { fileURLToPath } from "node:url";
import { createClientAsync, WSSecurity, type Client, type IHttpClient } from "soap";
import type { CallbackNotice, CallbackSecurity } from "../domain/callback.ts";
import { withXml } from "../soap/xml/document.ts";
import { childElements, localName, type XmlNode } from "../soap/xml/node.ts";
import type { AddressTest } from "./allowed-address.ts";
import { post } from "./post.ts";

const CONTRACT = fileURLToPath(
  new URL("../../wsdl/callback/notify-message-event.wsdl", import.meta.url),
);

/** An answer is a few elements. */
const LIMITS = { depth: 16, elements: 200, attributes: 200 };

type Notify = (request: object) => Promise<unknown>;

/** What the client's own parser, which writes to whatever an answer names, gets to read instead of it. */
const TAKEN =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><NotifyMessageEventResponse xmlns="urn:sms-certificat:callback:v1"/></s:Body></s:Envelope>';

/** The endpoint does not take the event, and says so. */
export class EndpointFault extends Error {
  override readonly name = "EndpointFault";

  constructor() {
    super("the endpoint answers with a fault");
  }
}

/**
 * Calls NotifyMessageEvent of an endpoint. What it answers is read by the hardened parser alone.
 *
 * @throws EndpointFault
 * @throws Error a redirect, or an answer that is no NotifyMessageEventResponse in SOAP
 */
export async function soapCall(
  url: URL,
  notice: CallbackNotice,
  security: CallbackSecurity,
  isAllowed: AddressTest,
): Promise<void> {
  const client: Client = await createClientAsync(CONTRACT, {
    endpoint: url.href,
    httpClient: guardedClient(url, isAllowed),
  });
  if (security.kind === "passwordText" || security.kind === "passwordDigest") {
    const passwordType = security.kind === "passwordText" ? "PasswordText" : "PasswordDigest";
    client.setSecurity(new WSSecurity(security.username, security.secret, { passwordType }));
  }
  const notify = client["NotifyMessageEventAsync"] as Notify;
  await notify({
    eventId: notice.eventId,
    event: notice.event,
    at: notice.at.toISOString(),
    entityNif: notice.nif,
    messageId: notice.messageId,
    clientReference: notice.clientReference,
    stage: notice.stage,
    ...(notice.certificate && { certificate: notice.certificate }),
  });
}

/** The endpoint that was asked for, whatever the WSDL or an answer says; nothing else is ever fetched. */
function guardedClient(url: URL, isAllowed: AddressTest): IHttpClient {
  return {
    request(
      _url: string,
      data: unknown,
      done: (error: unknown, ...answer: unknown[]) => void,
      headers,
    ) {
      const call = async (): Promise<void> => {
        const { status, body } = await post(url, stringsOf(headers), String(data), isAllowed);
        if (status >= 300 && status < 400) throw new Error("the endpoint redirects");
        const answer = withXml(body, { limits: LIMITS }, ({ root }) => payloadName(root));
        if (answer === "Fault") throw new EndpointFault();
        if (answer !== "NotifyMessageEventResponse") {
          throw new Error("the endpoint answers with something else");
        }
        done(null, { status, statusCode: status, headers: {}, data: TAKEN }, TAKEN);
      };
      call().catch((error: unknown) => {
        done(error);
      });
      return undefined as never;
    },
  };
}

/** The only element of the Body, by its local name: receivers differ in the rest. */
function payloadName(root: XmlNode): string | undefined {
  const body = childElements(root).find((part) => localName(part) === "Body");
  const [payload, ...others] = body ? childElements(body) : [];
  return payload && others.length === 0 ? localName(payload) : undefined;
}

function stringsOf(headers: unknown): Record<string, string> {
  const members = Object.entries((headers ?? {}) as Record<string, unknown>);
  const kept = members.filter(([name]) => !/^(connection|content-length|host)$/i.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
