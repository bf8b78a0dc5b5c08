import {
  decryptSecret,
  encryptSecret,
  equalBytes,
  hashSecret,
  makeSecret,
  passwordDigest,
  verifySecret,
} from "../../src/domain/secret.ts";
import { createPasswordCheck } from "../../src/soap/security/password-check.ts";
import { systemRandom } from "../../src/system.ts";
import { createHands } from "../support/hands.ts";

type Check = ReturnType<typeof createPasswordCheck>;

function guess(check: Check, password: string, scrypt: string | undefined): Promise<boolean> {
  return check({ username: "núria", password, scrypt, address: "192.0.2.1" });
}

const KEY = Buffer.alloc(32, 7);

test("a made secret is letters and digits: no command line takes it for an option", () => {
  const draws = ["-".repeat(24), "_".repeat(24), "Aa0".repeat(8)];
  const random = { bytes: () => Buffer.from(draws.shift() ?? "", "base64url") };
  expect(makeSecret(random)).toBe("Aa0".repeat(8));
  expect(makeSecret(systemRandom)).toMatch(/^[A-Za-z0-9]{24}$/);
});

test("a secret is known by its hash, and another is not", async () => {
  const hash = await hashSecret("sécret", systemRandom);
  expect(hash).toMatch(/^scrypt\$16384\$8\$1\$/);
  expect(await verifySecret("sécret", hash)).toBe(true);
  expect(await verifySecret("secret", hash)).toBe(false);
  expect(await verifySecret("sécret", "none")).toBe(false);
});

test("an encrypted secret comes back, under its key only and unchanged only", () => {
  const encrypted = encryptSecret("sécret", KEY, systemRandom);
  expect(decryptSecret(encrypted, KEY)).toBe("sécret");
  expect(() => decryptSecret(encrypted, Buffer.alloc(32, 8))).toThrow();
  encrypted[20]! ^= 1;
  expect(() => decryptSecret(encrypted, KEY)).toThrow();
});

test("bytes are compared whatever their length", () => {
  expect(equalBytes(Buffer.from("a"), Buffer.from("ab"))).toBe(false);
  expect(equalBytes(Buffer.from("ab"), Buffer.from("ab"))).toBe(true);
});

test("the digest of the UsernameToken Profile", () => {
  const nonce = Buffer.from("d36e316282959a9ed4c89851497a717f");
  const created = "2003-12-15T14:43:07Z";
  expect(passwordDigest(nonce, created, "taadtaadpstcsm").toString("base64")).toBe(
    "quR/EWLAV4xLf9Zqyw4pDmfV9OY=",
  );
});

test("a good answer is remembered for five minutes, and only for the hash it was given for", async () => {
  const hands = createHands();
  const check = createPasswordCheck(hands.clock, systemRandom);
  const [first, second] = [
    await hashSecret("a", systemRandom),
    await hashSecret("b", systemRandom),
  ];
  expect(await guess(check, "a", first)).toBe(true);
  expect(await guess(check, "a", first)).toBe(true);
  expect(await guess(check, "b", first)).toBe(false);
  expect(await guess(check, "a", second)).toBe(false);
  expect(await guess(check, "a", undefined)).toBe(false);
  await hands.advance(301_000);
  expect(await guess(check, "a", first)).toBe(true);
});

test("calls that come together are checked once", async () => {
  const hands = createHands();
  const check = createPasswordCheck(hands.clock, systemRandom);
  const scrypt = await hashSecret("a", systemRandom);
  // Far beyond what may wait for a check of its own.
  const together = Array.from({ length: 200 }, () => guess(check, "a", scrypt));
  expect(new Set(await Promise.all(together))).toEqual(new Set([true]));
});

test("nor do those of nobody cost more: who is a user cannot be told from the answers", async () => {
  const check = createPasswordCheck(createHands().clock, systemRandom);
  const together = Array.from({ length: 200 }, () => guess(check, "a", undefined));
  expect(new Set(await Promise.all(together))).toEqual(new Set([false]));
});

test("whoever sends guesses without end keeps nobody out but himself", async () => {
  const check = createPasswordCheck(createHands().clock, systemRandom);
  const scrypt = await hashSecret("a", systemRandom);
  const flood = Array.from({ length: 200 }, (_, index) => {
    const username = `nobody-${index}`;
    return check({ username, password: "x", scrypt: undefined, address: "198.51.100.1" });
  });
  const refused = Promise.allSettled(flood).then((all) =>
    all.filter(({ status }) => status === "rejected"),
  );
  // From the first refusal on, the flood fills all the room that there is.
  await new Promise((resolve) => {
    for (const one of flood) one.catch(resolve);
  });
  const first = await Promise.race([
    guess(check, "a", scrypt),
    refused.then(() => "the flood came first"),
  ]);
  expect(first).toBe(true);
  expect((await refused).length).toBeGreaterThan(130);
});
