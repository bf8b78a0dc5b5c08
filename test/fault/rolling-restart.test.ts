import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { startBalancer } from "../support/balancer.ts";
import type { Child } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { install, type Installation } from "../support/installation.ts";
import { peer } from "../support/peers.ts";
import { serve, type Served } from "../support/served.ts";
import { envelope, post, sendCertifiedSms } from "../support/soap-call.ts";

/** Clients that call without a pause, each on a connection that it keeps. */
const CLIENTS = 16;

peer("haproxy")("two replicas behind a load balancer, restarted one after the other", () => {
  let installation: Installation;
  let balancer: Child;
  let url: string;
  const ports: string[] = [];
  const replicas: Served[] = [];

  const start = async (index: number): Promise<void> => {
    replicas[index] = await serve({
      ...installation.environment,
      PORT: ports[index]!,
      STOP_DELAY: "PT4S",
    });
  };

  beforeAll(async () => {
    installation = await install("rolling restart", { receiptDelay: 100 });
    ports.push(String(await freePort()), String(await freePort()));
    const port = await freePort();
    await Promise.all([start(0), start(1)]);
    balancer = await startBalancer(
      installation.environment["DATA_DIRECTORY"]!,
      port,
      ports.map(Number),
    );
    url = `http://127.0.0.1:${port}`;
    const giveUpAt = performance.now() + 20_000;
    while ((await fetch(`${url}/health/ready`).catch(() => undefined))?.status !== 200) {
      if (performance.now() > giveUpAt) throw new Error("the balancer sends to nobody");
      await delay(50);
    }
  });
  afterAll(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
    await balancer.stop();
    await installation.close();
  });

  test("no call fails, every message is sent once and certified", async () => {
    const { account, database, taken } = installation;
    const failures: string[] = [];
    const over = { yes: false };
    let calls = 0;
    const phase = { name: "both serve", since: performance.now() };
    const enter = (name: string): void =>
      void Object.assign(phase, { name, since: performance.now() });
    const at = (): string =>
      `${Math.round(performance.now() - phase.since)} ms after "${phase.name}":`;
    const client = async (name: number): Promise<void> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let n = 0; !over.yes; n++) {
        const reference = `${name}-${n}`;
        const message = sendCertifiedSms(reference, "+34600100000", `Avís ${reference}`);
        try {
          const { status, body } = await post(url, envelope(account, message), agent);
          if (status !== 200) failures.push(`${at()} ${status} ${faultCode(body)}`);
        } catch (error) {
          failures.push(`${at()} ${String(error)}`);
        }
        calls += 1;
        await delay(20);
      }
      agent.destroy();
    };
    // As an operator does: the next one only when the balancer has both.
    const bothReady = async (): Promise<void> => {
      await Promise.all(
        replicas.map(async (each) => {
          while ((await fetch(`${each.url}/health/ready`)).status !== 200) await delay(50);
        }),
      );
      await delay(1_500);
    };
    const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));
    const stopped: number[] = [];
    for (const index of [0, 1, 0]) {
      await bothReady();
      enter(`replica ${index + 1} is asked to stop`);
      await replicas[index]!.stop();
      stopped.push(performance.now() - phase.since);
      expect(replicas[index]!.process.exitCode).toBe(0);
      enter(`replica ${index + 1} starts`);
      await start(index);
    }
    await bothReady();
    over.yes = true;
    await Promise.all(clients);

    expect(failures.slice(0, 10)).toEqual([]);
    expect(calls).toBeGreaterThan(100);
    const count = async (table: string): Promise<number> => {
      const { rows } = await database.owner.query<{ n: string }>(
        `select count(*) as n from ${table}`,
      );
      return Number(rows[0]?.n);
    };
    expect(await count("messages")).toBe(calls);
    while ((await count("certificates")) < calls) await delay(250);
    expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
    expect(taken.size).toBe(calls);
    expect(await checkIntegrity(database.app, new Date())).toEqual([]);
    process.stderr.write(
      `rolling restart: ${calls} calls, 0 failed; stopped in ${stopped.map(Math.round).join(", ")} ms\n`,
    );
  }, 180_000);
});

/** Of a fault, or the first words of what is none. */
function faultCode(body: string): string {
  return /<code>(\w+)<.code>/.exec(body)?.[1] ?? body.slice(0, 200);
}

test("a client that keeps a connection is told to close it, and answered", async () => {
  const installation = await install("drain");
  const service = await serve({ ...installation.environment, STOP_DELAY: "PT2S" });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = (reference: string): ReturnType<typeof post> =>
    post(
      service.url,
      envelope(installation.account, sendCertifiedSms(reference, "+34600100000", "Avís")),
      agent,
    );
  expect(await call("before")).toMatchObject({ status: 200, connection: "keep-alive" });
  const stopped = service.stop();
  for (let status = 200; status !== 503;) {
    status = (await fetch(`${service.url}/health/ready`)).status;
  }
  expect(await call("after")).toMatchObject({ status: 200, connection: "close" });
  await stopped;
  expect(service.process.exitCode).toBe(0);
  await expect(call("too late")).rejects.toThrow("ECONNREFUSED");
  const { rows } = await installation.database.owner.query("select from leases");
  expect(rows).toEqual([]);
  await installation.close();
}, 60_000);
