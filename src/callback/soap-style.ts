import { fileURLToPath } from "node:url";
import { createClientAsync, WSSecurity, type Client, type IHttpClient } from "soap";
import type { CallbackNotice, CallbackSecurity } from "../domain/callback.ts";
import { withXml } from "../soap/xml/document.ts";
import type { AddressTest } from "./allowed-address.ts";
import { post } from "./post.ts";

const CONTRACT = fileURLToPath(
  new URL("../../wsdl/callback/notify-message-event.wsdl", import.meta.url),
);

/** An answer is a few elements. */
const LIMITS = { depth: 16, elements: 200, attributes: 200 };

type Notify = (request: object) => Promise<unknown>;

/**
 * Calls NotifyMessageEvent of an endpoint. What it answers passes the hardened parser before the
 * client's own reads it.
 *
 * @throws Error a fault, a status that is no success, or an answer that is no SOAP
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
        withXml(body, { limits: LIMITS }, () => undefined);
        done(
          null,
          { status, statusCode: status, headers: {}, data: body.toString() },
          body.toString(),
        );
      };
      call().catch((error: unknown) => {
        done(error);
      });
      return undefined as never;
    },
  };
}

function stringsOf(headers: unknown): Record<string, string> {
  const members = Object.entries((headers ?? {}) as Record<string, unknown>);
  const kept = members.filter(([name]) => !/^(connection|content-length|host)$/i.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
