import { createHmac } from "node:crypto";
import type { CallbackNotice, CallbackSecurity } from "../domain/callback.ts";

/** The body and headers of a webhook; wsdl/callback/README.md tells receivers how to check them. */
export function jsonCall(
  notice: CallbackNotice,
  security: CallbackSecurity,
  now: Date,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const body = JSON.stringify({
    eventId: notice.eventId,
    event: notice.event,
    at: notice.at.toISOString(),
    entityNif: notice.nif,
    messageId: notice.messageId,
    clientReference: notice.clientReference,
    stage: notice.stage,
    ...(notice.certificate && { certificate: notice.certificate }),
  });
  const timestamp = Math.floor(now.getTime() / 1_000).toString();
  const secret = security.kind === "none" ? "" : security.secret;
  const mac = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-sms-certificat-event-id": notice.eventId,
      "x-sms-certificat-timestamp": timestamp,
      "x-sms-certificat-signature": `v1=${mac}`,
    },
  };
}
