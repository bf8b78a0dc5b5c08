import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { peer } from "../support/peers.ts";

const run = promisify(execFile);
const at = (file: string): string => fileURLToPath(new URL(`../../wsdl/${file}`, import.meta.url));

peer("wsimport")("strict wsimport", () => {
  test("finds nothing in the WSDL but that SOAP 1.2 is not in WS-I Basic Profile 1.1", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sms-certificat-wsdl-"));
    try {
      const { stdout, stderr } = await run("wsimport", [
        ...["-Xnocompile", "-d", folder, at("sms-certificat.wsdl")],
      ]);
      const said = stdout + stderr;
      expect(said).not.toContain("[ERROR]");
      const [warning, ...others] = said.split("[WARNING]").slice(1);
      expect(warning).toContain('Ignoring SOAP port "SmsCertificatSoap12"');
      expect(others).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

peer("xmllint")("xmllint", () => {
  test("compiles the schema and reads the WSDL", async () => {
    await run("xmllint", ["--noout", "--nonet", at("sms-certificat.wsdl")]);
    // An instance of the schema: validating it compiles the schema.
    const folder = await mkdtemp(join(tmpdir(), "sms-certificat-xsd-"));
    const file = join(folder, "request.xml");
    try {
      await writeFile(
        file,
        `<GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>a</clientReference></message></GetStatus>`,
      );
      await run("xmllint", ["--noout", "--nonet", "--schema", at("sms-certificat.xsd"), file]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
