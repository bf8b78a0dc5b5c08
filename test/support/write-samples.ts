/** Writes test/fixtures/certificates: a sample of each kind and language, its root, and renderings. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { samples } from "./certificate-samples.ts";
import { testIssuer, testPki } from "./certificate-issuer.ts";
import { renderGrey } from "./render.ts";

const directory = fileURLToPath(new URL("../fixtures/certificates/", import.meta.url));
mkdirSync(directory, { recursive: true });
const issuer = await testIssuer();
copyFileSync((await testPki()).rootFile, `${directory}root.crt.pem`);
for (const [name, facts] of samples()) {
  const { pdf } = await issuer.issue(facts);
  writeFileSync(`${directory}${name}.pdf`, pdf);
  writeFileSync(`${directory}${name}.pgm.gz`, gzipSync(renderGrey(`${directory}${name}.pdf`)));
  console.log(`${name}.pdf ${pdf.length} bytes`);
}
