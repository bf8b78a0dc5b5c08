import { createHash, randomBytes } from "node:crypto";
import type pg from "pg";
import type { MessageState } from "../../src/domain/delivery-receipt.ts";
import type { ArrivedReceipt, SmsGateway, SubmitAnswer } from "../../src/lifecycle/ports.ts";
import type { Story } from "./story.ts";

/** An operator who answers as the test tells it; everything is accepted unless told otherwise. */
export function toldGateway(
  { context }: Story,
  told: (recipient: string, nth: number) => Promise<SubmitAnswer> | undefined = () => undefined,
): SmsGateway {
  let nth = 0;
  return {
    operator: context.gateway.operator,
    plan: (text, reference) => context.gateway.plan(text, reference),
    isReady: () => true,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    submit({ recipient }) {
      nth += 1;
      const id = `id-${nth}`;
      const accepted: SubmitAnswer = {
        kind: "accepted",
        smscMessageId: id,
        matchKey: id,
        answeredAt: context.clock.now(),
      };
      return told(recipient, nth) ?? Promise.resolve(accepted);
    },
  };
}

/** A report about a segment, as the link hands it over. */
export function report(
  { context }: Story,
  smscMessageId: string,
  recipient: string,
  messageState: MessageState = "DELIVERED",
): ArrivedReceipt {
  const raw = randomBytes(16);
  return {
    kind: "deliveryReceipt",
    link: "told",
    operator: context.gateway.operator,
    receivedAt: context.clock.now(),
    raw,
    rawSha256: createHash("sha256").update(raw).digest("hex"),
    smscMessageId,
    recipient,
    messageState,
    errorCode: undefined,
    operatorSubmitDate: undefined,
    operatorDoneDate: undefined,
    doubt: undefined,
  };
}

/** The same pool, where something happens just before a statement of a transaction. */
export function interrupted(db: pg.Pool, before: (statement: string) => Promise<void>): pg.Pool {
  return new Proxy(db, {
    get(pool, name) {
      if (name === "connect") {
        return async () => {
          const client = await pool.connect();
          return new Proxy(client, {
            get(inner, member) {
              if (member !== "query") {
                const value: unknown = Reflect.get(inner, member);
                return typeof value === "function" ? (value.bind(inner) as unknown) : value;
              }
              return async (statement: string | pg.QueryConfig, values?: unknown[]) => {
                await before(typeof statement === "string" ? statement : statement.text);
                return inner.query(statement, values);
              };
            },
          });
        };
      }
      const value: unknown = Reflect.get(pool, name);
      return typeof value === "function" ? (value.bind(pool) as unknown) : value;
    },
  });
}
