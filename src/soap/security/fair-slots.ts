import { tooManyAtOnce } from "../limits.ts";

interface Waiter {
  readonly begin: () => void;
  readonly refuse: (error: Error) => void;
}

/** Runs a piece of work when it is the turn of the address that asks for it. */
export type Slots = <T>(address: string, work: () => Promise<T>) => Promise<T>;

/**
 * Lets a few pieces of work run at a time, one address after the other: whoever sends many waits for
 * them, and nobody else. When too many wait, the last one of the address with the most is asked to come
 * back.
 */
export function createFairSlots({
  atOnce,
  waitingAtMost,
}: {
  readonly atOnce: number;
  readonly waitingAtMost: number;
}): Slots {
  /** The address whose turn it is stands first. */
  const queues = new Map<string, Waiter[]>();
  let running = 0;
  let waiting = 0;

  /** @throws ServiceError TooManyRequests when nobody has more waiting than this address would have */
  function makeRoomFor(own: readonly Waiter[]): void {
    const longest = [...queues.values()].reduce((a, b) => (b.length > a.length ? b : a));
    if (longest.length <= own.length + 1) throw tooManyAtOnce();
    longest.pop()?.refuse(tooManyAtOnce());
    waiting -= 1;
  }

  async function turn(address: string): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    const own = queues.get(address) ?? [];
    if (waiting >= waitingAtMost) makeRoomFor(own);
    queues.set(address, own);
    waiting += 1;
    await new Promise<void>((begin, refuse) => own.push({ begin, refuse }));
  }

  function handOn(): void {
    const [first] = queues;
    if (!first) {
      running -= 1;
      return;
    }
    const [address, queue] = first;
    const next = queue.shift();
    queues.delete(address);
    if (queue.length > 0) queues.set(address, queue);
    waiting -= 1;
    next?.begin();
  }

  return async (address, work) => {
    await turn(address);
    try {
      return await work();
    } finally {
      handOn();
    }
  };
}
