import { backOffice, type BackOffice } from "./back-office.ts";

/** Callers who send one message after another, and again with the same reference when a call fails. */
export interface Load {
  /** References of the messages that the service has taken charge of. */
  readonly acknowledged: readonly string[];
  /** How many calls failed. */
  failed(): number;
  /** The codes of the faults that they got, each once. */
  readonly faults: ReadonlySet<string>;
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

const CALLERS = 6;

export async function startLoad(
  url: string,
  account: { readonly username: string; readonly secret: string },
): Promise<Load> {
  const acknowledged: string[] = [];
  const waiting = new Set<() => void>();
  const faults = new Set<string>();
  let failures = 0;
  let number = 0;
  let over = false;
  const isOver = (): boolean => over;

  async function call(office: BackOffice): Promise<void> {
    while (!isOver()) {
      const mine = ++number;
      const clientReference = `load-${mine}`;
      // Each its own: a receipt whose id is not known is told by its recipient.
      const recipient = { msisdn: `+346${String(mine).padStart(5, "0")}000` };
      while (!isOver()) {
        try {
          await office.send({ clientReference, recipient, text: `Avís ${mine}` });
          acknowledged.push(clientReference);
          for (const look of waiting) look();
          break;
        } catch (error) {
          failures += 1;
          const code = faultOf(error);
          if (code !== undefined) faults.add(code);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    }
  }

  const office = await backOffice(url, account.username, account.secret);
  const callers = Array.from({ length: CALLERS }, () => call(office));
  return {
    acknowledged,
    failed: () => failures,
    faults,
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (acknowledged.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      over = true;
      await Promise.all(callers);
    },
  };
}

/** The code of the typed fault that a call met; undefined when it met none, as when nobody listens. */
function faultOf(error: unknown): string | undefined {
  const { body } = error as { readonly body?: unknown };
  return typeof body === "string" ? /<code>(\w+)<\/code>/.exec(body)?.[1] : undefined;
}
