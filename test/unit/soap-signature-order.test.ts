import { readEnvelope } from "../../src/soap/envelope.ts";
import { DEFAULT_LIMITS } from "../../src/soap/limits.ts";
import { readSecurity } from "../../src/soap/security/read-security.ts";
import { withXml } from "../../src/soap/xml/document.ts";
import { createSigner } from "../support/signed-envelope.ts";

test("a signature that does not hold is refused before anything that it covers is digested", async () => {
  const now = new Date("2026-11-02T09:30:00.000Z");
  const sign = await createSigner(now);
  const payload = `<a xmlns="urn:a">${"<b>x</b>".repeat(4_000)}</a>`;
  const whole = sign(payload, now, { more: ["1", "2", "3", "4", "5", "6"] });
  const broken = whole.replace(/(<ds:SignatureValue>)..../, "$1AAAA");
  const cost = (message: string): number => {
    const before = process.cpuUsage();
    for (let times = 0; times < 10; times += 1) {
      withXml(Buffer.from(message), { limits: DEFAULT_LIMITS }, (tree) => {
        try {
          readSecurity(tree, readEnvelope(tree.root))?.signature?.verify();
        } catch {
          // The broken one.
        }
      });
    }
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cost(whole);
  expect(cost(broken)).toBeLessThan(cost(whole) / 2);
});
