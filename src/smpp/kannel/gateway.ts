import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, RandomSource, Timers } from "../../domain/clock.ts";
import type {
  ArrivedReceipt,
  OutgoingSegment,
  SmsGateway,
  SubmitAnswer,
} from "../../lifecycle/ports.ts";
import { decodeGsm, planSegments } from "../alphabet.ts";
import { isPermanent, STATUS } from "../command-status.ts";
import { dlrUrl, nackStatus, readDlrCall, receiptOfCall, TYPE, type DlrCall } from "./dlr.ts";

export interface KannelSettings {
  readonly operator: string;
  /** Of smsbox: `http://127.0.0.1:13013/cgi-bin/sendsms`. */
  readonly sendUrl: string;
  readonly username: string;
  readonly password: string;
  /** Where Kannel calls us back; port 0 takes a free one. */
  readonly callback: { readonly host: string; readonly port: number };
  /** The address of the call-back as Kannel sees it; that of the listener by default. */
  readonly callbackUrl?: string | undefined;
  /** Seals the references that Kannel brings back; the same on every replica. */
  readonly secret: string;
  /** Milliseconds to wait for the SMSC's answer after Kannel's own; 60 s by default. */
  readonly patience?: number;
}

export interface KannelParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
}

const MOST_REQUESTS = 10;
const DLR_MASK = 1 | 2 | 4 | 8 | 16;
const PATH = "/dlr";

/**
 * A Kannel 1.4.5 gateway in front of the operator (sendsms and dlr-url). Only for operators that give
 * no SMPP access of our own, because Kannel
 *
 * - loses a receipt that comes before its submit_sm_resp, and those in flight when it is killed with
 *   dlr-storage=internal (use a database);
 * - sends a segment again after a lost answer, so that a message may arrive twice: set
 *   sms-resend-retry=0 and wait-ack-expire=2;
 * - takes UNKNOWN for a failure, and tells of contradictions nothing;
 * - forgets a call-back that fails, unless http-request-retry is set.
 *
 * It never cuts texts here: each segment is one request with its header, and has its own receipt.
 * A segment counts as accepted when the SMSC has answered (dlr type 8, or any receipt), not when
 * Kannel has queued it. Our reference stands in for the SMSC's id, which Kannel may not know.
 */
export function createKannelGateway(settings: KannelSettings, parts: KannelParts): SmsGateway {
  const { operator, secret } = settings;
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_REQUESTS });
  const waiting = new Map<string, (answer: SubmitAnswer) => void>();
  let store: ((receipt: ArrivedReceipt) => Promise<void>) | undefined;
  let callbackUrl = "";
  let startedAt: Date | undefined;

  const accepted = (reference: string, call?: DlrCall): SubmitAnswer => ({
    kind: "accepted",
    smscMessageId: call?.smscMessageId === "" ? reference : (call?.smscMessageId ?? reference),
    matchKey: reference,
    answeredAt: parts.clock.now(),
  });

  const called = async (url: URL, raw: Buffer): Promise<number> => {
    const call = readDlrCall(url.searchParams, secret);
    if (url.pathname !== PATH || !call) return 403;
    const settle = waiting.get(call.reference);
    if (call.type === TYPE.refused && settle) {
      const commandStatus = nackStatus(call.answer);
      settle({ kind: "refused", commandStatus, permanent: isPermanent(commandStatus) });
      return 200;
    }
    settle?.(accepted(call.reference, call));
    if (call.type === TYPE.taken) return 200;
    const receivedAt = parts.clock.now();
    await store?.(receiptOfCall(call, raw, { operator, link: `${operator}/kannel`, receivedAt }));
    return 200;
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const line = `${request.method ?? ""} ${request.url ?? ""}`;
    const url = new URL(request.url ?? "/", "http://callback");
    called(url, Buffer.from(line)).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(503).end(),
    );
  });

  return {
    operator,
    plan: (text, reference) =>
      planSegments(text, reference, { concatenation: "udh", defaultAlphabet: "gsm" }),
    capacity: 2 * MOST_REQUESTS,
    isReady: () => callbackUrl !== "" && waiting.size < 4 * MOST_REQUESTS,
    heard: () => Promise.resolve(startedAt && { since: startedAt, until: parts.clock.now() }),
    submit: async (segment) => {
      if (callbackUrl === "") return { kind: "notSent", cause: "the link is closed" };
      const reference = parts.random.bytes(16).toString("hex");
      const settled = new Promise<SubmitAnswer>((resolve) => waiting.set(reference, resolve));
      const stop = parts.timers.after(settings.patience ?? 60_000, () => {
        const cause = "the SMSC has not answered Kannel in time";
        waiting.get(reference)?.({ kind: "unknown", cause });
      });
      const dlr = dlrUrl(callbackUrl, secret, reference, segment.recipient);
      const refusal = await send(sendUrl(settings, segment, dlr, parts.clock.now()), agent);
      const answer = refusal ?? (await settled);
      stop();
      waiting.delete(reference);
      return answer;
    },
    start: async (onReceipt) => {
      store = onReceipt;
      const { host, port } = settings.callback;
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, resolve);
      });
      const here = `http://${host}:${(server.address() as AddressInfo).port}`;
      callbackUrl = `${settings.callbackUrl ?? here}${PATH}`;
      startedAt = parts.clock.now();
    },
    stop: async () => {
      callbackUrl = "";
      startedAt = undefined;
      for (const settle of waiting.values()) {
        settle({ kind: "unknown", cause: "the link was closed before the SMSC answered" });
      }
      agent.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Octets in a query: percent signs, as Kannel decodes them. */
function escapeOctets(octets: Buffer): string {
  return octets.toString("hex").replace(/../g, "%$&");
}

function sendUrl(
  settings: KannelSettings,
  segment: OutgoingSegment,
  dlr: string,
  now: Date,
): string {
  const { payload, esmClass, dataCoding, recipient, sender, validUntil } = segment;
  const header = (esmClass & 0x40) === 0 ? 0 : 1 + (payload[0] ?? 0);
  const text = payload.subarray(header);
  const unicode = dataCoding === 8;
  const minutes = Math.max(1, Math.floor((validUntil.getTime() - now.getTime()) / 60_000));
  const query = new URLSearchParams({
    username: settings.username,
    password: settings.password,
    to: recipient,
    from: sender ?? "",
    coding: unicode ? "2" : "0",
    charset: unicode ? "UTF-16BE" : "UTF-8",
    validity: String(minutes),
    "dlr-mask": String(DLR_MASK),
    "dlr-url": dlr,
  });
  const body = unicode ? text : Buffer.from(decodeGsm(text), "utf8");
  const udh = header === 0 ? "" : `&udh=${escapeOctets(payload.subarray(0, header))}`;
  return `${settings.sendUrl}?${query.toString()}${udh}&text=${escapeOctets(body)}`;
}

/** Undefined when Kannel has queued the segment; the SMSC's answer follows by the call-back. */
function send(url: string, agent: Agent): Promise<SubmitAnswer | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent, timeout: 30_000 }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (status === 202) resolve(undefined);
      else {
        // 4xx is what we sent or who we are; 5xx is Kannel's own trouble.
        const commandStatus = status >= 500 ? STATUS.RSYSERR : STATUS.RSUBMITFAIL;
        resolve({ kind: "refused", commandStatus, permanent: status === 400 });
      }
    });
    request.on("timeout", () => request.destroy(new Error("Kannel does not answer")));
    request.on("error", (error: NodeJS.ErrnoException) => {
      const refused = error.code === "ECONNREFUSED";
      resolve({ kind: refused ? "notSent" : "unknown", cause: error.message });
    });
  });
}
