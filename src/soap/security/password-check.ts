import { hash } from "node:crypto";
import { MINUTE, type Clock, type RandomSource } from "../../domain/clock.ts";
import { equalBytes, hashSecret, verifySecret } from "../../domain/secret.ts";
import { createFairSlots } from "./fair-slots.ts";

/** A password that somebody sends. */
interface Guess {
  readonly username: string;
  readonly password: string;
  /** The hash that it should fit; undefined: there is no such user. */
  readonly scrypt: string | undefined;
  /** Where it comes from. */
  readonly address: string;
}

/** Answers whether a password is the right one. */
export type PasswordCheck = (guess: Guess) => Promise<boolean>;

const REMEMBERED_FOR = 5 * MINUTE;
const REMEMBERED_AT_MOST = 10_000;
/** Each check keeps a thread and 16 MiB for some 50 ms. */
const SLOTS = { atOnce: 2, waitingAtMost: 64 };

/**
 * Checks passwords against scrypt. A good answer is remembered for five minutes under the hash that it
 * was given for, as a hash with a key of this process: the next call costs microseconds, and a
 * changed secret is refused at once. Unknown users cost as much time as known ones, also when the same
 * guess comes many times at once; and no address keeps the others waiting.
 */
export function createPasswordCheck(clock: Clock, random: RandomSource): PasswordCheck {
  const key = random.bytes(32).toString("hex");
  const remembered = new Map<string, { readonly digest: Buffer; readonly until: number }>();
  const nobody = hashSecret(random.bytes(16).toString("hex"), random);
  const slots = createFairSlots(SLOTS);
  const running = new Map<string, Promise<boolean>>();

  /** A caller who comes with many calls at once, after a restart say, is checked once. */
  function together(same: string, address: string, work: () => Promise<boolean>): Promise<boolean> {
    const before = running.get(same);
    if (before) return before;
    const check = slots(address, work).finally(() => running.delete(same));
    running.set(same, check);
    return check;
  }

  return async ({ username, password, scrypt, address }) => {
    const now = clock.now().getTime();
    const digest = hash("sha256", key + password, "buffer");
    const known = scrypt === undefined ? undefined : remembered.get(scrypt);
    if (known && known.until > now && equalBytes(known.digest, digest)) return true;
    const against = scrypt ?? (await nobody);
    const same = [digest.toString("hex"), against, username].join(" ");
    const isRight = await together(same, address, () => verifySecret(password, against));
    if (scrypt === undefined || !isRight) return false;
    if (remembered.size >= REMEMBERED_AT_MOST) remembered.clear();
    remembered.set(scrypt, { digest, until: now + REMEMBERED_FOR });
    return true;
  };
}
