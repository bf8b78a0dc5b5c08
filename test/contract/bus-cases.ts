import { read } from "./cases.ts";

/** A message of the bus that a person can send as it is to a new demo, one after the other. */
export interface BusSendable {
  readonly name: string;
  /** Below `/ws/pica/`. */
  readonly path: string;
  readonly operation: string;
  /** The code of the fault that is the right answer; undefined: a response is. */
  readonly fault: string | undefined;
  /** What the right answer holds. */
  readonly contains: string;
  readonly request: string;
}

const leaf = (name: string, value: string): string => `<${name}>${value}</${name}>`;
const DONE = leaf("CodigoEstado", "0003");
const STORED = leaf("CodigoEstado", "0001");
/** Each asks about what the one at its side has sent, which a new demo then has. */
const ABOUT: Readonly<Record<string, string>> = { "est-1": "acc-1", "cer-3": "acc-1" };

const SENT: readonly (readonly [name: string, contains: string])[] = [
  ["Sincron__enviament-accepted", DONE],
  ["Sincron__estat-delivered", leaf("Trobat", "true")],
  ["Sincron__error-3104-certificat-pending", "<RespostaCertificat"],
  ["Sincron__error-630-number", leaf("CodiError", "630")],
  ["Sincron__refused-0234-product", leaf("CodigoEstadoSecundario", "0234")],
  ["Sincron__fault-wrong-password", leaf("code", "NotAuthenticated")],
  ["Asincron__confirmed", STORED],
  ["AsincronResposta__of-the-batch", leaf("IdPeticion", "b-1")],
  ["AsincronResposta__refused-0238-unknown", leaf("CodigoEstadoSecundario", "0238")],
  ["services.SMSCERT_ENVIAMENT__accepted", DONE],
  ["services.SMSCERT_ENVIAMENT__batch-confirmed", STORED],
  ["services.SMSCERT_ENVIAMENT__result-of-the-batch", leaf("IdPeticion", "p-8")],
  ["services.SMSCERT_ENVIAMENT__refused-0402-no-officer", leaf("CodigoEstadoSecundario", "0402")],
  ["services.SMSCERT_ESTAT__unknown", leaf("Trobat", "false")],
  ["services.SMSCERT_CERTIFICAT__unknown", leaf("CodiError", "1010")],
];

/** Questions for the answers of the batches above. */
const QUESTIONS: Readonly<Record<string, readonly [template: string, from: string, to: string]>> = {
  "AsincronResposta__of-the-batch": ["AsincronResposta__refused-0238-unknown", "c-3", "b-1"],
  "services.SMSCERT_ENVIAMENT__result-of-the-batch": [
    "services.SMSCERT_ENVIAMENT__batch-result",
    "p-9",
    "p-8",
  ],
};

export const BUS_SENDABLE: readonly BusSendable[] = SENT.map(([name, contains]) => {
  const [template, from, to] = QUESTIONS[name] ?? [name, "", ""];
  const written = read(`pica/${template}`, "request.xml") ?? "";
  const request = written
    .replace(leaf("IdPeticion", from), leaf("IdPeticion", to))
    .replace(/(?<=<IdPeticio>)[\w-]+/g, (id) => ABOUT[id] ?? id);
  const [door = ""] = name.split("__");
  const [, operation = ""] = /<soap:Body>\s*<(\w+)/.exec(request) ?? [];
  const [, fault] = /<code>(\w+)</.exec(contains) ?? [];
  return { name, path: door.replace(".", "/"), operation, fault, contains, request };
});

/** The WSDLs of the bus as SoapUI has them: one interface for each binding. */
export const BUS_BINDINGS = (["sincron", "asincron", "asincron-resposta", "pica"] as const).map(
  (file) => {
    const wsdl = read("../../wsdl/pica", `${file}.wsdl`) ?? "";
    const found = (pattern: RegExp): string => pattern.exec(wsdl)?.[1] ?? "";
    const operations = wsdl.matchAll(
      /<wsdl:operation name="(\w+)">\s*<soap:operation soapAction="([^"]*)/g,
    );
    return {
      binding: found(/<wsdl:binding name="(\w+)"/),
      namespace: found(/targetNamespace="([^"]*)"/),
      path: found(/address location="[^"]*\/ws\/pica\/([^"]*)"/),
      operations: [...operations].map(([, name = "", action = ""]) => ({ name, action })),
    };
  },
);
