import type { RandomSource } from "../domain/clock.ts";

/**
 * How long to wait before trying again, in milliseconds: doubled with each attempt up to a limit, and
 * spread from half to one and a half so that replicas do not come together.
 *
 * @param attempts how often it was tried, from 1
 */
export function backOff(
  attempts: number,
  { first, most }: { readonly first: number; readonly most: number },
  random: RandomSource,
): number {
  const spread = 0.5 + random.bytes(2).readUInt16BE() / 0xffff;
  return Math.round(Math.min(first * 2 ** Math.min(attempts - 1, 30), most) * spread);
}
