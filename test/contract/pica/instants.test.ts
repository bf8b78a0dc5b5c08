import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  certificatePem,
  makeIdentity,
  privateKeyPem,
} from "../../../src/certificate/test-pki/certificates.ts";
import { busPorts } from "../../../src/pica/ports.ts";
import { systemRandom } from "../../../src/system.ts";
import { callBus, enviament, petition } from "../../support/bus-messages.ts";
import {
  BUS_SETTINGS,
  openDoor,
  openReplica,
  SECRET,
  type OpenDoor,
} from "../../support/soap-door.ts";

/** Instants as each part of a message tells them: the bus in the hour of Madrid, WS-Security in UTC. */
let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
  await door.story.database.owner.query("update entities set responses_signed = true");
});
afterAll(() => door.close());

test.each([
  ["2026-03-02T09:15:01.707Z", "2026-03-02T10:15:01.707+01:00", "2026-03-02"],
  ["2026-07-01T22:30:00.007Z", "2026-07-02T00:30:00.007+02:00", "2026-07-02"],
])("at %s", async (utc, madrid, day) => {
  const clock = { now: () => new Date(utc) };
  const identity = await makeIdentity(
    {
      commonName: "the service",
      keyKind: "RSA-3072",
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2027-01-01T00:00:00Z"),
      keyUsage: [0],
    },
    undefined,
    systemRandom,
  );
  const silent = (): void => undefined;
  const log = { error: silent, warn: silent, info: silent, debug: silent };
  const context = { ...door.story.context, clock };
  const replica = await openReplica(door, {
    clock,
    ports: busPorts({ context, settings: BUS_SETTINGS, log }),
    responseKey: {
      key: createPrivateKey(await privateKeyPem(identity)),
      certificate: new X509Certificate(certificatePem(identity)),
    },
  });
  try {
    const { body } = await callBus(
      replica.url,
      "Sincron",
      { username: "demo", secret: SECRET },
      petition(`at-${day}`, [enviament("1", "+34600100000", "Avís")]),
    );
    const told = (name: string): string | undefined =>
      new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`).exec(body)?.[1];
    expect(told("TimeStamp")).toBe(madrid);
    expect(told("DataAcceptacio")).toBe(madrid);
    expect(told("FechaGeneracion")).toBe(day);
    expect(told("Created")).toBe(utc);
    expect(told("Expires")).toMatch(/^2026-0[37]-0[12]T\d\d:\d\d:\d\d\.\d{3}Z$/);
  } finally {
    await replica.close();
  }
});
