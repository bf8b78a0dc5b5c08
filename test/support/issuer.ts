import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIssuer } from "../../src/certificate-parts.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { CertificateIssuer } from "../../src/lifecycle/ports.ts";
import { parseSettings } from "../../src/settings.ts";
import { systemRandom } from "../../src/system.ts";

/** The issuer of a service outside production, on a clock that the test turns. */
export async function testIssuer(clock: Clock): Promise<CertificateIssuer> {
  const directory = await mkdtemp(join(tmpdir(), "sms-certificat-seal-"));
  return createIssuer(parseSettings({ DATA_DIRECTORY: directory }), {
    clock,
    random: systemRandom,
  });
}
