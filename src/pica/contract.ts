import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileSchema, type Schema } from "../soap/xml/schema.ts";
import { escapeAttribute } from "../soap/xml/write.ts";
import { NAMESPACE } from "./names.ts";

export type WsdlName = "sincron" | "asincron" | "asincron-resposta" | "pica";

/** Where wsdl/pica/pica.wsdl writes what is a setting. */
const WRITTEN = { namespace: "http://pica.gencat.net/mp/ws" } as const;

const XSDS = [
  "peticion.xsd",
  "respuesta.xsd",
  "confirmacion-peticion.xsd",
  "solicitud-respuesta.xsd",
  "smscert-v1.xsd",
  "pica-error.xsd",
];

/** The contract of the doors of the bus, compiled once. */
export interface BusContract {
  /** Specific data, of requests and answers. */
  readonly product: Schema;
  readonly answer: Schema;
  readonly confirmation: Schema;
  /** A WSDL with an address in it, in a namespace of its own where PICA's is a setting. */
  wsdl(name: WsdlName, address: string, namespace: string): string;
  xsd(name: string, address: string): string | undefined;
}

export function readBusContract(): BusContract {
  const files = new Map(XSDS.map((name) => [name, read(name)]));
  const imports = Object.fromEntries(files);
  const compiled = (name: string, namespace: string): Schema =>
    compileSchema(files.get(name) ?? Buffer.alloc(0), namespace, imports);
  const wsdls = new Map<WsdlName, string>();
  return {
    product: compiled("smscert-v1.xsd", NAMESPACE.product),
    answer: compiled("respuesta.xsd", NAMESPACE.answer),
    confirmation: compiled("confirmacion-peticion.xsd", NAMESPACE.confirmation),
    wsdl(name, address, namespace) {
      const text = wsdls.get(name) ?? read(`${name}.wsdl`).toString("utf8");
      wsdls.set(name, text);
      return located(text, address)
        .replace(/(?<=address location=")[^"]*/g, () => escapeAttribute(address))
        .replaceAll(`"${WRITTEN.namespace}"`, () => `"${escapeAttribute(namespace)}"`);
    },
    xsd: (name, address) => {
      const text = files.get(name);
      return text && located(text.toString("utf8"), address);
    },
  };
}

/** Schemas are found at the address that hands them out, from wherever they are imported. */
function located(text: string, address: string): string {
  return text.replace(
    /schemaLocation="([\w.-]+)"/g,
    (_all, name: string) => `schemaLocation="${escapeAttribute(`${address}?xsd=${name}`)}"`,
  );
}

/** The folder is beside `src/` and beside `dist/` alike. */
function read(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../../wsdl/pica/${name}`, import.meta.url)));
}
