import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { nodeWords } from "../support/program.ts";

const CALLBACK = ["callback", "set", "--entity", "S0811001G", "--style", "json", "--url"] as const;

/** The administrator's commands, run as programs on a real database. */
let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "sms-certificat-administration-test-"));
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...words: string[]): Promise<Ran> {
  const [command, ...args] = nodeWords("src/main.ts", ...words);
  const env = {
    ...process.env,
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    DATA_DIRECTORY: directory,
  };
  return new Promise((resolve) => {
    const child = execFile(command, args, { env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

async function json(...words: string[]): Promise<unknown> {
  const { code, out, err } = await run(...words, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

test("an entity, its user, its mailbox and its alias, and who granted what", async () => {
  const by = ["--by", "marta", "--ticket", "SAU-17"];
  const nif = ["--nif", "s0811001g"];
  await ok(
    "entity",
    "add",
    ...nif,
    "--name",
    "Departament de Proves",
    "--dir3",
    "A09000000",
    ...by,
  );
  const rate = ["--calls-per-second", "7"];
  await ok("entity", "set", ...nif, "--language", "oc", "--daily-quota", "500", ...rate, ...by);
  expect(await json("entity", "show", ...nif)).toEqual({
    nif: "S0811001G",
    name: "Departament de Proves",
    dir3: "A09000000",
    ine10: null,
    userBy: ["usernameToken", "signature", "connection"],
    busTimestamp: "signed",
    language: "oc",
    costCentre: null,
    dailyQuota: 500,
    monthlyQuota: null,
    quietHours: false,
    callsPerSecond: 7,
    enabled: true,
    certificates: true,
    accepts: ["passwordText", "passwordDigest", "x509", "clientCertificate"],
    sha1: false,
    signedResponses: false,
  });

  const user = ["--username", "Gestor"];
  const added = await ok("user", "add", "--entity", "S0811001G", ...user, ...by);
  expect(added).toMatch(/secret {4}[A-Za-z0-9]{24}\n/);
  await ok(
    "user",
    "set",
    ...user,
    "--permissions",
    "consult,send",
    "--valid-until",
    "2030-01-01",
    ...by,
  );
  expect(await json("user", "show", ...user)).toEqual({
    username: "gestor",
    name: null,
    kind: "application",
    enabled: true,
    permissions: ["send", "consult"],
    validFrom: null,
    validUntil: "2030-01-01",
  });
  expect(await ok("user", "secret", ...user, ...by)).not.toBe(added);

  const mailbox = ["mailbox", "add", ...user, "--address", "arxiu@example.org", ...by] as const;
  expect(await ok(...mailbox)).toBe(
    "arxiu@example.org is authorised for the certificates of gestor once somebody has followed the " +
      "link of a mail to it\nSMTP_URL is not set: the mail waits until serve has a mail server\n",
  );
  expect(await json("mailbox", "list")).toMatchObject([
    { username: "gestor", address: "arxiu@example.org" },
  ]);
  await ok("mailbox", "remove", ...mailbox.slice(2));
  expect(await json("mailbox", "list")).toEqual([]);

  const alias = ["--entity", "S0811001G", "--alias", "Generalitat"];
  await ok("alias", "add", ...alias, ...by);
  await ok("alias", "set", ...alias, "--registration", "registered", "--number", "42", ...by);
  expect(await json("alias", "list")).toEqual([
    {
      nif: "S0811001G",
      alias: "Generalitat",
      registration: "registered",
      number: "42",
      enabled: true,
    },
  ]);

  await ok("entity", "disable", ...nif, ...by);
  const history = (await json("history")) as { subject: string; action: string; by: string }[];
  expect(history.map(({ subject, action }) => `${subject} ${action}`)).toEqual([
    "entity disable",
    "alias set",
    "alias add",
    "mailbox remove",
    "mailbox add",
    "user secret",
    "user set",
    "user add",
    "entity set",
    "entity add",
  ]);
  expect(history.every((each) => each.by === "marta")).toBe(true);
  expect(JSON.stringify(history)).toContain("SAU-17");
  const ofUser = await json("history", "--subject", "user", "--name", "gestor", "--limit", "1");
  expect(ofUser).toMatchObject([{ action: "secret" }]);
  expect(JSON.stringify(history)).not.toContain(/secret {4}(\S+)/.exec(added)?.[1]);
});

test("a user's permission lasts whole days in Madrid, the last one included", async () => {
  const days = ["--valid-from", "2029-12-31", "--valid-until", "2029-12-31"];
  const told = await ok("user", "set", "--username", "gestor", ...days);
  expect(told).toContain("from 2029-12-31 to 2029-12-31, both days included (Europe/Madrid)");
  const { rows } = await database.owner.query(
    "select valid_from, valid_until from users where username = 'gestor'",
  );
  expect(rows).toEqual([
    {
      valid_from: new Date("2029-12-31T00:00:00+01:00"),
      valid_until: new Date("2030-01-01T00:00:00+01:00"),
    },
  ]);
  const shown = await json("user", "show", "--username", "gestor");
  expect(shown).toMatchObject({ validFrom: "2029-12-31", validUntil: "2029-12-31" });
  expect(await ok("user", "set", "--username", "gestor", "--valid-from", "")).toContain(
    "to the end of 2029-12-31 (Europe/Madrid)",
  );
});

test("what signed messages have to carry at the doors of the bus, and what it was before", async () => {
  const entity = ["--nif", "s0811001g"];
  await ok("entity", "set", ...entity, "--bus-timestamp", "unsigned", "--user-by", "signature");
  expect(await json("entity", "show", ...entity)).toMatchObject({
    userBy: ["signature"],
    busTimestamp: "unsigned",
  });
  const [last] = (await json("history", "--limit", "1")) as { action: string; change: string }[];
  expect(last?.action).toBe("set");
  expect(JSON.parse(last?.change ?? "")).toEqual({
    userBy: { from: ["usernameToken", "signature", "connection"], to: ["signature"] },
    busTimestamp: { from: "signed", to: "unsigned" },
  });
  const { err } = await run("entity", "set", ...entity, "--bus-timestamp", "none");
  expect(err).toContain("--bus-timestamp is signed, unsigned, optional");
});

test("an endpoint whose name nobody knows yet is taken, and told of", async () => {
  const told = await ok(...CALLBACK, "https://backoffice.invalid/sms");
  expect(told).toContain("backoffice.invalid has no address yet, as far as this machine knows");
});

test("a grant is never changed or taken out", async () => {
  for (const statement of ["update grants set ticket = 'x'", "delete from grants"]) {
    await expect(database.owner.query(statement)).rejects.toThrow("a fact cannot be changed");
  }
  await expect(database.owner.query("truncate grants")).rejects.toThrow("cannot be truncated");
});

test.each([
  [["entity", "show", "--nif", "X"], "no entity has NIF X"],
  [["entity", "toString"], "say one of: add, set, show"],
  [["entity", "list", "bogus"], '"bogus" means nothing here'],
  [["callback", "disable", "--entity", "S0811001G", "--url", "x"], "Unknown option '--url'"],
  [
    ["entity", "add", "--name", "X", "--nif", "S0811001H"],
    "the control character of NIF S0811001H is not right",
  ],
  [["entity", "add", "--name", "X", "--nif", "P0801900B", "--dir3", "A0900297"], "nine characters"],
  [["entity", "set", "--nif", "S0811001G", "--dir3", "090029700"], "nine characters"],
  [
    ["entity", "set", "--nif", "S0811001G", "--ine10", "9821920002,12345678901"],
    "12345678901 is neither an INE10 nor a DIR3 code",
  ],
  [
    ["user", "set", "--username", "gestor", "--nif", "00000000A"],
    "--nif has no right control digit",
  ],
  [["entity", "set", "--nif", "S0811001G"], "nothing differs"],
  [
    ["entity", "set", "--nif", "S0811001G", "--daily-quota", "many"],
    "--daily-quota must be a number",
  ],
  [["user", "set", "--username", "gestor", "--permissions", "all"], "--permissions is a list of"],
  [
    ["user", "set", "--username", "gestor", "--valid-until", "tomorrow"],
    "--valid-until must be a day",
  ],
  [
    ["user", "set", "--username", "gestor", "--valid-until", "2030-02-31"],
    "--valid-until must be a day",
  ],
  [
    ["user", "set", "--username", "gestor", "--valid-from", "2030-01-02"],
    "--valid-until must not lie before --valid-from",
  ],
  [
    ["tariff", "add", "--item", "sms", "--price", "1", "--from", "2099-02-31T00:00:00+01:00"],
    "--from must be",
  ],
  [
    ["tariff", "add", "--item", "sms", "--price", "1", "--from", "2099-01-01T00:00:00"],
    "--from must be",
  ],
  [[...CALLBACK, "https://10.1.2.3/sms"], "CALLBACK_ALLOWED_NETWORKS"],
  [[...CALLBACK, "https://[::1]/sms"], "CALLBACK_ALLOWED_NETWORKS"],
  [[...CALLBACK, "http://localhost:8000/"], "CALLBACK_ALLOWED_NETWORKS"],
  [[...CALLBACK, "ftp://backoffice.example.cat/"], "--url must be an address"],
  [["alias", "add", "--entity", "S0811001G", "--alias", "Generalitat de C."], "1 to 11 letters"],
  [["mailbox", "remove", "--username", "gestor", "--address", "a@b.cat"], "not authorised"],
])("%j is told what to mend", async (words, told) => {
  const { code, err } = await run(...words);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(told) as string });
});

async function ok(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await run(...words);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}
