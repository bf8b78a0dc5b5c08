import { createServer, type AddressInfo } from "node:net";
import { busPorts } from "../../../src/pica/ports.ts";
import { answerBusBatches } from "../../../src/pica/batches/work-on-batches.ts";
import type { BusinessEvent } from "../../../src/domain/business-event.ts";
import { createPool } from "../../../src/store/connection/database.ts";
import {
  callBus,
  certificat,
  enviament,
  petition,
  question,
  type BusAnswer,
} from "../../support/bus-messages.ts";
import { withClient } from "../../support/database.ts";
import {
  BUS_SETTINGS,
  openDoor,
  openReplica,
  SECRET,
  type OpenDoor,
} from "../../support/soap-door.ts";

/** Answers of the bus that no folder can hold. */
const ACCOUNT = { username: "demo", secret: SECRET };
const silent = (): void => undefined;
let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

type Door = Parameters<typeof callBus>[1];
const call = (to: Door, body: string, url = door.url): Promise<BusAnswer> =>
  callBus(url, to, ACCOUNT, body);

test("a batch that is half done is 0002 without any answer, then 0003 with all of them", async () => {
  const requests = Array.from({ length: 60 }, (_, index) =>
    enviament(String(index + 1), "+34600100404", `Avís ${index + 1}`),
  );
  expect((await call("Asincron", petition("half", requests))).state).toBe("0001");
  const waiting = await call("AsincronResposta", question("half"));
  expect(waiting).toMatchObject({ state: "0001", results: [] });
  const { context } = door.story;
  await answerBusBatches(context);
  const half = await call("AsincronResposta", question("half"));
  expect(half).toMatchObject({ status: 200, state: "0002", results: [] });
  expect(half.body).toContain("<LiteralError>En procés</LiteralError>");
  expect(half.body).toContain("<TiempoEstimadoRespuesta>1</TiempoEstimadoRespuesta>");
  expect(half.body).not.toContain("<Transmisiones");
  while ((await answerBusBatches(context)) > 0);
  const done = await call("AsincronResposta", question("half"));
  expect(done.state).toBe("0003");
  expect(new Set(done.results).size).toBe(60);
});

/** Two certificates, of which a hand in the database has damaged the first one. */
async function damagedAndWhole(name: string): Promise<void> {
  const both = ["1", "2"].map((id) => enviament(id, "+34600100000", `Avís ${id}`));
  const { results } = await call("Sincron", petition(name, both));
  await door.story.pass();
  await withClient(door.story.database.adminUrl, async (client) => {
    await client.query("set session_replication_role = replica");
    const sql = "update certificates set pdf = pdf || 'x'::bytea where message_id = $1";
    expect((await client.query(sql, [results[0]])).rowCount).toBe(1);
  });
}

test("one request of several that fails for a reason of ours gets a PICAError, the others their answer", async () => {
  await damagedAndWhole("damaged");
  const asked = [certificat("a", "damaged", "1"), certificat("b", "damaged", "2")];
  const answer = await call("Sincron", petition("both", asked));
  expect(answer).toMatchObject({
    status: 200,
    state: "0003",
    results: ["PICAError", expect.any(String)],
  });
  expect(answer.body).toContain("<Document>");
  const [, cause] =
    /<Causa>([^<]*)<\/Causa><\/PICAError><\/RespostaCertificat>/.exec(answer.body) ?? [];
  const told = door.log.find(({ fields }) => fields.correlationId === cause);
  expect(String(told?.fields.error)).toContain("hash differs");

  const alone = await call("Sincron", petition("alone", asked.slice(0, 1)));
  expect(alone).toMatchObject({ status: 500, fault: "Internal", state: undefined });
  expect(alone.body).not.toContain("hash");
});

test("of several, one that was sent before with other content is told by itself: the others are sent", async () => {
  const first = await call("Sincron", petition("mixed", [enviament("1", "+34600100000", "Avís")]));
  const both = [
    enviament("1", "+34600100000", "Un altre avís"),
    enviament("2", "+34600100000", "Avís"),
  ];
  const answer = await call("Sincron", petition("mixed", both));
  expect(answer).toMatchObject({
    state: "0003",
    results: ["229", expect.stringMatching(/^[0-9a-f-]{36}$/)],
  });
  expect(answer.results).not.toContain(first.results[0]);
});

test("the requests of one message are of one body, also where Atributos names none", async () => {
  const both = [enviament("1", "+34600100000", "Avís"), enviament("2", "+34600100000", "Avís")];
  const message = petition("bodies", both).replace(
    /<DatosAutorizacion>.*?<\/DatosAutorizacion>/,
    "",
  );
  expect((await call("Sincron", message)).state).toBe("0003");
  const [head = "", tail = ""] = petition("bodies-2", both)
    .replace(/<DatosAutorizacion>.*?<\/DatosAutorizacion>/, "")
    .split("</SolicitudTransmision><SolicitudTransmision>");
  const mixed = `${head}</SolicitudTransmision><SolicitudTransmision>${tail.replace(
    /(<IdentificadorSolicitante>)\d+/,
    "$1800180001",
  )}`;
  expect((await call("Sincron", mixed)).state).toBe("0502/0301");
});

test("in a batch it is tried five times before", async () => {
  await damagedAndWhole("worse");
  const asked = [certificat("a", "worse", "1"), certificat("b", "worse", "2")];
  expect((await call("Asincron", petition("batch", asked))).state).toBe("0001");
  const states: (string | undefined)[] = [];
  const told: BusinessEvent[] = [];
  const context = { ...door.story.context, tell: (event: BusinessEvent) => told.push(event) };
  const poll = (): Promise<BusAnswer> =>
    call("AsincronResposta", question("batch", "SMSCERT_CERTIFICAT"));
  let answer = await poll();
  while (answer.state !== "0003") {
    states.push(answer.state);
    await answerBusBatches(context);
    await door.story.hands.advance(60_000);
    answer = await poll();
  }
  expect(states).toEqual(["0001", "0002", "0002", "0002", "0002"]);
  expect(answer.results).toEqual(["PICAError", expect.any(String)]);
  const [, cause] = /<Causa>([^<]*)</.exec(answer.body) ?? [];
  const ofRequests = told.filter(({ name }) => name !== "fileDamaged");
  const waited = [1, 2, 3, 4].map((attempts) => ({ name: "requestPutOff", attempts }));
  expect(ofRequests).toMatchObject([...waited, { name: "requestGivenUp", correlationId: cause }]);
  expect(ofRequests.every((event) => JSON.stringify(event).includes("hash differs"))).toBe(true);
});

test("while the database is away, Unavailable with when to come back, in every kind of message", async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const nowhere = createPool({ host: "127.0.0.1", port, user: "x" }, silent);
  const log = { error: silent, warn: silent, info: silent, debug: silent };
  const context = { ...door.story.context, db: nowhere };
  const cut = await openReplica(door, {
    ports: busPorts({ context, settings: BUS_SETTINGS, log }),
  });
  try {
    const two = petition("away", [
      enviament("1", "+34600100000", "Avís"),
      enviament("2", "+34600100000", "Avís"),
    ]);
    for (const [to, body] of [
      ["Sincron", two],
      ["Asincron", two],
      ["AsincronResposta", question("half")],
    ] as const) {
      const answer = await call(to, body, cut.url);
      expect(answer).toMatchObject({ status: 500, fault: "Unavailable" });
      expect(answer.body).toContain("<retryAfterSeconds>30</retryAfterSeconds>");
      expect(answer.body).not.toContain("ECONNREFUSED");
    }
  } finally {
    await cut.close();
    await nowhere.end();
  }
});

test("a body that calls faster than its rate is told when to come back", async () => {
  await door.story.database.owner.query("update entities set calls_per_second = 1 where enabled");
  const replica = await openReplica(door, { ports: portsOf(door) });
  try {
    const calls: BusAnswer[] = [];
    for (let times = 0; times < 12; times += 1) {
      calls.push(await call("AsincronResposta", question("half"), replica.url));
    }
    expect(calls[0]?.fault).toBeUndefined();
    expect(calls.at(-1)).toMatchObject({ status: 500, fault: "TooManyRequests" });
    expect(calls.at(-1)?.body).toContain("<retryAfterSeconds>");
  } finally {
    await replica.close();
  }
});

function portsOf({ story }: OpenDoor): ReturnType<typeof busPorts> {
  const log = { error: silent, warn: silent, info: silent, debug: silent };
  return busPorts({ context: story.context, settings: BUS_SETTINGS, log });
}
