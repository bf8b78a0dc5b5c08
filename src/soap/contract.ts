import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileSchema, type Schema } from "./xml/schema.ts";
import { escapeAttribute } from "./xml/write.ts";

export const CONTRACT_NAMESPACE = "urn:sms-certificat:v1";
export const DOOR_PATH = "/ws/sms-certificat";

const WSDL_FILE = "sms-certificat.wsdl";
const XSD_FILE = "sms-certificat.xsd";

/** The WSDL and its schema: what callers may read, and what every request is held against. */
interface Contract {
  readonly schema: Schema;
  /** The WSDL with the address of the service as callers see it. */
  wsdl(publicUrl: string): string;
  /** A schema by the name that the WSDL gives to it; undefined when there is none. */
  xsd(name: string): string | undefined;
}

export function readContract(): Contract {
  const wsdl = read(WSDL_FILE).toString("utf8");
  const xsd = read(XSD_FILE);
  const xsdText = xsd.toString("utf8");
  return {
    schema: compileSchema(xsd, CONTRACT_NAMESPACE),
    wsdl: (publicUrl) => {
      const address = escapeAttribute(`${publicUrl}${DOOR_PATH}`);
      const schema = `schemaLocation="${address}?xsd=${XSD_FILE}"`;
      return wsdl
        .replace(/(?<=address location=")[^"]*/g, () => address)
        .replace(`schemaLocation="${XSD_FILE}"`, () => schema);
    },
    xsd: (name) => (name === XSD_FILE ? xsdText : undefined),
  };
}

/** The folder is beside `src/` and beside `dist/` alike. */
function read(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../../wsdl/${name}`, import.meta.url)));
}
