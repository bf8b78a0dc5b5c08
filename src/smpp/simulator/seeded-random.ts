import { createHash } from "node:crypto";
import type { RandomSource } from "../../domain/clock.ts";

/** Chance that can be had again: the same seed gives the same octets. Never for secrets. */
export function seededRandom(seed: string): RandomSource {
  let block = 0;
  let stock = Buffer.alloc(0);
  return {
    bytes(length) {
      while (stock.length < length) {
        stock = Buffer.concat([stock, createHash("sha256").update(`${seed}/${block++}`).digest()]);
      }
      const taken = Buffer.from(stock.subarray(0, length));
      stock = stock.subarray(length);
      return taken;
    },
  };
}
