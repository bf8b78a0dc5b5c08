/**
 * Issues certificates with a seal in a PKCS#11 module, many at once, and writes the last one. A process
 * of its own, because the module reads the environment that the process was started with.
 *
 * Arguments: directory of the test PKI, pkcs11 URI, PIN, file to write.
 */
import { writeFileSync } from "node:fs";
import { createCertificateIssuer } from "../../src/certificate/issuer.ts";
import { createPkcs11Seal, parsePkcs11Uri } from "../../src/certificate/seal/pkcs11-seal.ts";
import { openTestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import { systemClock as clock, systemRandom as random } from "../../src/system.ts";
import { certificateFacts } from "./certificate-facts.ts";

const AT_ONCE = 40;
const [directory = "", uri = "", pin = "", file = ""] = process.argv.slice(2);
const pki = await openTestPki({ directory, clock, random });
const seal = createPkcs11Seal({ location: parsePkcs11Uri(uri), pin, chain: pki.seal.chain });
const issuer = await createCertificateIssuer({
  clock,
  seal,
  timeStampAuthority: createTestTimeStampAuthority({ keys: pki.timeStampAuthority, clock, random }),
  validation: createValidationSource({
    clock,
    source: createTestStatus({ pki, clock }),
    anchors: pki.root + pki.issuingAuthority.chain,
  }),
  test: true,
});
const all = await Promise.all(
  Array.from({ length: AT_ONCE }, () => issuer.issue(certificateFacts())),
);
writeFileSync(file, all.at(-1)?.pdf ?? "");
seal.close();
