import { request as httpRequest, type Agent } from "node:http";
import type { DemoAccount } from "../../src/command-line/demo-account.ts";

const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PASSWORD_TEXT =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

/** The envelope of a call, as plain as a back office writes it. */
export function envelope({ username, secret }: DemoAccount, body: string): string {
  return `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsse="${WSSE}"><soap:Header><wsse:Security><wsse:UsernameToken><wsse:Username>${username}</wsse:Username><wsse:Password Type="${PASSWORD_TEXT}">${secret}</wsse:Password></wsse:UsernameToken></wsse:Security></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

export function sendCertifiedSms(clientReference: string, msisdn: string, text: string): string {
  return `<SendCertifiedSms xmlns="urn:sms-certificat:v1"><clientReference>${clientReference}</clientReference><recipient><msisdn>${msisdn}</msisdn></recipient><text>${text}</text></SendCertifiedSms>`;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly correlationId: string | undefined;
  /** The server's `Connection` header. */
  readonly connection: string | undefined;
}

/** One POST on the agent's connections; rejects when the connection breaks before the answer. */
export function post(url: string, message: string, agent?: Agent): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      `${url}/ws/sms-certificat`,
      {
        method: "POST",
        ...(agent && { agent }),
        headers: {
          "content-type": "text/xml; charset=utf-8",
          "content-length": Buffer.byteLength(message),
        },
      },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (body += chunk));
        answer.once("error", reject);
        answer.once("end", () => {
          const correlationId = answer.headers["x-correlation-id"];
          resolve({
            status: answer.statusCode ?? 0,
            body,
            correlationId: typeof correlationId === "string" ? correlationId : undefined,
            connection: answer.headers.connection,
          });
        });
      },
    );
    call.once("error", reject);
    call.end(message);
  });
}
