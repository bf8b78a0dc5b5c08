import { createClientAsync, WSSecurity, type Client } from "soap";
import type { DemoAccount } from "./demo-account.ts";

interface SendAnswer {
  readonly messageId: string;
  readonly stage: string;
  readonly segments: number;
  readonly encoding: string;
}

interface Status {
  readonly stage: string;
  readonly certificate: string;
}

interface Certificate {
  readonly kind: string;
  readonly csv: string;
  readonly sha256: string;
  readonly pdf: Buffer;
}

/** The three operations as a back office calls them. */
export interface Port {
  send(request: object): Promise<SendAnswer>;
  status(clientReference: string): Promise<Status>;
  certificate(clientReference: string): Promise<Certificate>;
}

/* What the `soap` client gives back is as loose as XML; the contract says what it holds. */
type Answer = Readonly<Record<string, unknown>>;

/** A client of our own SOAP port, with the `soap` package and a UsernameToken digest. */
export async function connect(wsdl: string, { username, secret }: DemoAccount): Promise<Port> {
  const client = await createClientAsync(wsdl);
  client.setSecurity(
    new WSSecurity(username, secret, { passwordType: "PasswordDigest", hasTimeStamp: false }),
  );
  return {
    async send(request) {
      const answer = await call(client, "SendCertifiedSms", request);
      return {
        messageId: text(answer["messageId"]),
        stage: text(answer["stage"]),
        segments: Number(answer["segments"]),
        encoding: text(answer["encoding"]),
      };
    },
    async status(clientReference) {
      const answer = await call(client, "GetStatus", { message: [{ clientReference }] });
      const [entry] = list(answer["message"]);
      const found = record(entry?.["status"]);
      const certificate = record(found["certificate"]);
      const kind = certificate["kind"] === undefined ? "" : ` (${text(certificate["kind"])})`;
      return { stage: text(found["stage"]), certificate: `${text(certificate["state"])}${kind}` };
    },
    async certificate(clientReference) {
      const answer = await call(client, "GetCertificate", { clientReference });
      const issued = record(answer["issued"]);
      return {
        kind: text(issued["kind"]),
        csv: text(issued["csv"]),
        sha256: text(issued["sha256"]),
        pdf: Buffer.from(text(issued["pdf"]), "base64"),
      };
    },
  };
}

type Method = (request: object) => Promise<readonly [Answer]>;

async function call(client: Client, operation: string, request: object): Promise<Answer> {
  const method = client[`${operation}Async`] as Method;
  const [answer] = await method(request);
  return answer;
}

function text(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new TypeError("the answer lacks a text that the contract promises");
}

function record(value: unknown): Answer {
  return typeof value === "object" && value !== null ? (value as Answer) : {};
}

function list(value: unknown): Answer[] {
  return (Array.isArray(value) ? value : [value]).map(record);
}
