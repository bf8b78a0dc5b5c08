import type { Timers } from "../domain/clock.ts";

/**
 * Reads at most once in so many milliseconds, however many ask: for what strangers or scrapers may ask
 * as often as they like. A failure is remembered as long.
 */
export function remember<T>(
  timers: Pick<Timers, "now">,
  milliseconds: number,
  read: () => Promise<T>,
): () => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    const at = timers.now();
    if (!last || at - last.at >= milliseconds) last = { at, value: read() };
    return last.value;
  };
}
