import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSmppGateway, type SmppGateway } from "../../src/smpp/gateway.ts";
import type { LinkEvent, TlsSettings } from "../../src/smpp/link/link.ts";
import { startSimulator, type Simulator } from "../../src/smpp/simulator/simulator.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { until } from "../support/hands.ts";
import { peer } from "../support/peers.ts";

const parts = { clock: systemClock, timers: systemTimers, random: systemRandom };

peer("openssl")("SMPP over TLS", () => {
  let simulator: Simulator;
  let gateway: SmppGateway;
  let cert: string;
  let events: LinkEvent[];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "smpp-tls-"));
    const [key, crt] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=smsc.test " +
      "-addext subjectAltName=DNS:smsc.test";
    execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", crt], {
      stdio: "ignore",
    });
    cert = readFileSync(crt, "utf8");
    simulator = await startSimulator(
      { host: "127.0.0.1", port: 0, unkind: false, tls: { key: readFileSync(key, "utf8"), cert } },
      parts,
    );
    rmSync(folder, { recursive: true });
  });
  afterEach(() => gateway.stop());
  afterAll(() => simulator.stop());

  async function start(tls: TlsSettings): Promise<void> {
    events = [];
    gateway = createSmppGateway(
      {
        operator: "TLS",
        host: "127.0.0.1",
        port: simulator.port,
        systemId: "certsms",
        password: "secret",
        tls,
      },
      { ...parts, tell: (event) => events.push(event) },
    );
    await gateway.start(() => Promise.resolve());
    await until(() => events.length > 0, "an event");
  }

  test("binds to the SMSC whose certificate it can verify", async () => {
    await start({ ca: cert, serverName: "smsc.test" });
    expect(events).toEqual([{ kind: "bound", link: "TLS/transceiver-1" }]);
  });

  test.each<[string, () => TlsSettings]>([
    ["an unknown authority", () => ({ serverName: "smsc.test" })],
    ["another name", () => ({ ca: cert, serverName: "other.test" })],
  ])("does not bind to %s, and sends no password", async (_, tls) => {
    await start(tls());
    expect(events[0]).toMatchObject({ kind: "lost" });
    expect(gateway.isReady()).toBe(false);
  });
});
