import { createClientAsync, WSSecurity } from "soap";

type Answer = Record<string, unknown>;
type Call = (request: object) => Promise<[Answer]>;

/** A back office that calls the service with the `soap` package. */
export interface BackOffice {
  send(request: object): Promise<Answer>;
  status(clientReferences: readonly string[]): Promise<Answer[]>;
  certificate(clientReference: string): Promise<Answer>;
}

export async function backOffice(
  url: string,
  username: string,
  secret: string,
): Promise<BackOffice> {
  const client = await createClientAsync(`${url}/ws/sms-certificat?wsdl`);
  client.setSecurity(
    new WSSecurity(username, secret, { passwordType: "PasswordText", hasTimeStamp: false }),
  );
  const call = async (operation: string, request: object): Promise<Answer> => {
    const [answer] = await (client[`${operation}Async`] as Call)(request);
    return answer;
  };
  return {
    send: (request) => call("SendCertifiedSms", request),
    async status(clientReferences) {
      const message = clientReferences.map((clientReference) => ({ clientReference }));
      const answer = await call("GetStatus", { message });
      return [answer["message"]].flat() as Answer[];
    },
    certificate: (clientReference) => call("GetCertificate", { clientReference }),
  };
}
