import { isFaultOfContent } from "./connection/database.ts";

/**
 * Group commit: what arrives while a transaction is under way shares the next one, so that the price
 * of a commit is paid once for many. A batch that fails because of what is in it is halved until the
 * item at fault stands alone: it rejects only its own caller. When the database is not to be had every
 * caller of the batch is told so at once.
 *
 * @param run does one batch in one transaction; durable when it resolves, one result per item in order
 * @returns a function that resolves when its item is durable
 */
export function createBatcher<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  {
    lanes = 2,
    most = 500,
    onBatch,
  }: {
    readonly lanes?: number;
    readonly most?: number;
    /** Learns how many came together. */
    readonly onBatch?: ((size: number) => void) | undefined;
  } = {},
): (item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let busy = 0;

  async function runAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length <= 1 || !isFaultOfContent(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await runAll(batch.slice(0, half));
      await runAll(batch.slice(half));
    }
  }

  async function work(): Promise<void> {
    busy += 1;
    // One turn of the event loop lets everything that has arrived with this item come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most);
      onBatch?.(batch.length);
      await runAll(batch);
    }
    busy -= 1;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy < lanes) void work();
    });
}
