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
    capacity: 20,
    heard: () => Promise.resolve({ since: new Date(0), until: context.clock.now() }),
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

/** The same pool, where something happens just before or after a statement of a transaction. */
export function interrupted(
  db: pg.Pool,
  before: (statement: string) => Promise<void>,
  after: (statement: string) => Promise<void> = () => Promise.resolve(),
): pg.Pool {
  const guarded = <T extends pg.Pool | pg.PoolClient>(inner: T, more: Partial<T>): T =>
    new Proxy(inner, {
      get(target, name) {
        if (name in more) return Reflect.get(more, name) as unknown;
        if (name === "query") {
          return async (statement: string | pg.QueryConfig, values?: unknown[]) => {
            const text = typeof statement === "string" ? statement : statement.text;
            await before(text);
            const result = await target.query(statement, values);
            await after(text);
            return result;
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  const connect = async (): Promise<pg.PoolClient> => guarded(await db.connect(), {});
  return guarded(db, { connect });
}
