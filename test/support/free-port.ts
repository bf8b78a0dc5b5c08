import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that systems hand out by themselves: nobody gets one of these by chance meanwhile. */
const [FIRST, LAST] = [15_000, 32_000];
const TRIES = 50;

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
