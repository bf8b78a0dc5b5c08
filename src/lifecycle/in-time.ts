import type { Timers } from "../domain/clock.ts";

/** What the work comes to, or, when it takes longer than so many milliseconds, what stands for it then. */
export function inTime<T>(
  timers: Timers,
  milliseconds: number,
  work: Promise<T>,
  late: T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = timers.after(milliseconds, () => resolve(late));
    work.finally(stop).then(resolve, reject);
  });
}
