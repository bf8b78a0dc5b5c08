import type { DemoAccount } from "../../src/command-line/demo-account.ts";

const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PASSWORD_TEXT =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

/** Calls as a back office writes them; `@@@@@@@@@@@@` is where soap-load.ts puts a number. */
function envelope({ username, secret }: DemoAccount, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><wsse:Security xmlns:wsse="${WSSE}"><wsse:UsernameToken><wsse:Username>${username}</wsse:Username><wsse:Password Type="${PASSWORD_TEXT}">${secret}</wsse:Password></wsse:UsernameToken></wsse:Security></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

export function sendBody(account: DemoAccount): string {
  return envelope(
    account,
    `<SendCertifiedSms xmlns="urn:sms-certificat:v1"><clientReference>2026-@@@@@@@@@@@@</clientReference><recipient><msisdn>+34600100000</msisdn><name>Núria Solé</name></recipient><text>Teniu una notificació nova a la seu electrònica: expedient @@@@@@@@@@@@.</text><fileNumber>2026/1234</fileNumber></SendCertifiedSms>`,
  );
}

/** Asks where every tenth message of a history is (history.ts): those are of the account's entity. */
export function historyStatusBody(account: DemoAccount): string {
  return envelope(
    account,
    `<GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>history-@@@@@@@@@@@@0</clientReference></message></GetStatus>`,
  );
}
