import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  replaceCodes,
  setBusPolicy,
  type BusUserSource,
} from "../../../src/store/parties/requesters.ts";
import { smsPetition } from "../../support/bus-petition.ts";
import { createSigner } from "../../support/signed-envelope.ts";
import { INE10, openDoor, registerFor, SECRET, type OpenDoor } from "../../support/soap-door.ts";

/** Who a message of the bus is worked on for, by the policy of the body. */
const REQUEST = readFileSync(
  fileURLToPath(new URL("Sincron__enviament-everything-said/request.xml", import.meta.url)),
  "utf8",
);
let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

/** Sends as a user and answers the username behind the message, or the code and words of the refusal. */
async function sentAs(username: string, id: string, change = (xml: string): string => xml) {
  const body = change(
    REQUEST.replace("all-1", id).replace(">demo</wsse:Username>", `>${username}</wsse:Username>`),
  );
  return behind(body);
}

async function behind(body: string): Promise<string | undefined> {
  const response = await fetch(`${door.url}/ws/pica/Sincron`, {
    method: "POST",
    headers: { "content-type": "text/xml", soapaction: '"servicio"' },
    body,
  });
  const text = await response.text();
  const [, messageId] = /<IdMissatge>([^<]+)</.exec(text) ?? [];
  if (messageId === undefined) return /<LiteralError>([^<]+)</.exec(text)?.[1];
  const { rows } = await door.story.database.app.query<{ username: string }>(
    "select username from messages join users using (user_id) where message_id = $1",
    [messageId],
  );
  return rows[0]?.username;
}

const policy = (...sources: BusUserSource[]): Promise<void> =>
  setBusPolicy(door.story.context.db, door.story.caller.entity.entityId, { userBy: sources });

test("by its credentials, when they are the body's own", async () => {
  expect(await sentAs("demo", "own")).toBe("demo");
});

test("the code counts with and without its leading zeros, and by DIR3", async () => {
  const { db } = door.story.context;
  await door.story.database.owner.query("update entities set dir3 = 'A09002970' where nif = $1", [
    door.story.caller.entity.nif,
  ]);
  const code = (typed: string) => (xml: string) => xml.replaceAll(INE10, typed);
  expect(await sentAs("demo", "dir3", code("A09002970"))).toBe("demo");
  const { entityId } = door.story.caller.entity;
  await replaceCodes(db, entityId, ["801930008"]);
  expect(await sentAs("demo", "zero", code("0801930008"))).toBe("demo");
  expect(await sentAs("demo", "bare", code("801930008"))).toBe("demo");
  await replaceCodes(db, entityId, [INE10]);
});

test("by the officer, when the body's policy says so: for the bus and for its own users", async () => {
  await policy("officer");
  expect(await sentAs("bus", "by-bus")).toBe("officer");
  expect(await sentAs("demo", "by-demo")).toBe("officer");
  expect(await sentAs("no-contract", "by-other")).toContain("no és l'ens de qui fa la crida");
  const another = (xml: string): string => xml.replaceAll("00000000T", "11111111H");
  expect(await sentAs("bus", "by-stranger", another)).toContain("no és cap usuari de l'ens");
});

test("the credentials go before the officer when the policy takes both", async () => {
  await policy("usernameToken", "officer");
  expect(await sentAs("demo", "both")).toBe("demo");
  expect(await sentAs("bus", "both-bus")).toBe("officer");
});

test("by the signature's certificate, and not by a UsernameToken, when only signatures count", async () => {
  const now = door.story.hands.clock.now();
  const sign = await createSigner(now);
  await registerFor(door, "demo", sign.certificate);
  const signed = (id: string): string => sign(smsPetition(id), now);
  await policy("signature");
  expect(await behind(signed("signed"))).toBe("demo");
  expect(await sentAs("demo", "token")).toContain("no accepta aquesta manera");
  await policy("usernameToken");
  expect(await behind(signed("not-signed"))).toContain("no accepta aquesta manera");
  await policy("officer");
  expect(await behind(signed("officer"))).toBe("officer");
});

test("by a UsernameToken beside a signature, when they are of the same user", async () => {
  const now = door.story.hands.clock.now();
  const sign = await createSigner(now);
  await registerFor(door, "demo", sign.certificate);
  const both = (id: string, username: string): string =>
    sign(smsPetition(id), now).replace(
      "<wsse:BinarySecurityToken",
      (start) =>
        `<wsse:UsernameToken><wsse:Username>${username}</wsse:Username><wsse:Password>${SECRET}</wsse:Password></wsse:UsernameToken>${start}`,
    );
  await policy("usernameToken");
  expect(await behind(both("token-signed", "demo"))).toBe("demo");
  expect(await behind(both("token-other", "whole"))).toBeUndefined();
  await policy("signature");
  expect(await behind(both("signed-token", "demo"))).toBe("demo");
});

test("the bus itself by its certificate, for the officer", async () => {
  const now = door.story.hands.clock.now();
  const sign = await createSigner(now);
  await registerFor(door, "bus", sign.certificate);
  await policy("officer");
  expect(await behind(sign(smsPetition("bus-signed"), now))).toBe("officer");
  await policy("signature");
  expect(await behind(sign(smsPetition("bus-alone"), now))).toContain("no accepta aquesta manera");
});

test.each(["bus", "demo"])(
  "%s whose credentials were taken away does not come in as an officer either",
  async (username) => {
    await policy("officer");
    const set = (what: string): Promise<unknown> =>
      door.story.database.owner.query(`update users set ${what} where username = $1`, [username]);
    await set("enabled = false");
    expect(await sentAs(username, `off-${username}`)).toContain("L'usuari està desactivat");
    await set("enabled = true, valid_until = '2020-01-01'");
    expect(await sentAs(username, `old-${username}`)).toContain("no és vigent");
    await set("valid_until = null");
    expect(await sentAs(username, `on-${username}`)).toBe("officer");
  },
);

test("what the envelope says of the request is attested and kept", async () => {
  await policy("usernameToken");
  await sentAs("demo", "attested");
  const reference = "attested/1";
  const { rows } = await door.story.database.app.query<{ body: unknown; message: unknown }>(
    `select e.body -> 'request' as body, to_json(m) as message from messages m
     join evidence e using (message_id) where m.client_reference = $1 and e.seq = 1`,
    [reference],
  );
  expect(rows[0]?.body).toEqual({
    fileNumber: "Expedient 2026/000123, peça separada",
    purpose: "PROVES",
    consent: "Ley",
    officer: "00000000T",
  });
  expect(rows[0]?.message).toMatchObject({
    channel: "pica",
    consent: "Ley",
    officer_name: "Funcionària de Prova",
    recipient_name: "Núria Solé i Puig",
    recipient_legal_id: "12345678Z",
    cost_centre: "CC-1",
    sender: "Generalitat",
  });
});
