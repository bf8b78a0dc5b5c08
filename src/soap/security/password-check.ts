import { hash } from "node:crypto";
import { MINUTE, type Clock, type RandomSource } from "../../domain/clock.ts";
import { equalBytes, hashSecret, verifySecret } from "../../domain/secret.ts";
import { tooManyAtOnce } from "../limits.ts";

/** Answers whether a user's password is the one behind a scrypt hash; undefined: there is no such user. */
export type PasswordCheck = (
  username: string,
  password: string,
  scrypt: string | undefined,
) => Promise<boolean>;

const REMEMBERED_FOR = 5 * MINUTE;
const REMEMBERED_AT_MOST = 10_000;
/** Each check keeps a thread and 16 MiB for some 50 ms. */
const AT_ONCE = 2;
const WAITING_AT_MOST = 64;

/**
 * Checks passwords against scrypt. A good answer is remembered for five minutes under the hash that it
 * was given for, as a hash with a key of this process: the next call costs microseconds, and a
 * changed secret is refused at once. Unknown users cost as much time as known ones, also when the same
 * guess comes many times at once.
 */
export function createPasswordCheck(clock: Clock, random: RandomSource): PasswordCheck {
  const key = random.bytes(32).toString("hex");
  const remembered = new Map<string, { readonly digest: Buffer; readonly until: number }>();
  const nobody = hashSecret(random.bytes(16).toString("hex"), random);
  const slots = createSlots();
  const running = new Map<string, Promise<boolean>>();

  /** A caller who comes with many calls at once, after a restart say, is checked once. */
  function together(same: string, work: () => Promise<boolean>): Promise<boolean> {
    const before = running.get(same);
    if (before) return before;
    const check = slots(work).finally(() => running.delete(same));
    running.set(same, check);
    return check;
  }

  return async (username, password, scrypt) => {
    const now = clock.now().getTime();
    const digest = hash("sha256", key + password, "buffer");
    const known = scrypt === undefined ? undefined : remembered.get(scrypt);
    if (known && known.until > now && equalBytes(known.digest, digest)) return true;
    const against = scrypt ?? (await nobody);
    const same = [digest.toString("hex"), against, username].join(" ");
    const isRight = await together(same, () => verifySecret(password, against));
    if (scrypt === undefined || !isRight) return false;
    if (remembered.size >= REMEMBERED_AT_MOST) remembered.clear();
    remembered.set(scrypt, { digest, until: now + REMEMBERED_FOR });
    return true;
  };
}

/** Lets a few through at a time; whoever comes when the queue is full is asked to come back. */
function createSlots(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_AT_MOST) throw tooManyAtOnce();
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
