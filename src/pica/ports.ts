import type { Operation } from "../soap/operations/operation.ts";
import type { Port } from "../soap/port.ts";
import { childElements, namespaceOf, type XmlNode } from "../soap/xml/node.ts";
import { readBusContract, type BusContract, type WsdlName } from "./contract.ts";
import type { Demands } from "./check.ts";
import { MODALITIES, MOST_BYTES, NAMESPACE } from "./names.ts";
import type { BusParts } from "./parts.ts";
import { busOperations, type BusOperations } from "./operations.ts";

/** PCI wraps every message in the same word (openuri.org). */
const PCI_NAMESPACE = "http://www.openuri.org/";
/** Twice what 500 requests with everything that can be said have; signatures cost passes over all of them. */
const MOST_ELEMENTS = 32_000;

/** A door: an address, what its Body may hold, and what it demands. */
interface Door {
  readonly path: string;
  readonly wsdl: WsdlName;
  readonly namespace: string;
  readonly operations: Readonly<Record<string, keyof BusOperations>>;
  readonly demands: Demands;
}

/** The first door, which leads to the others. */
export const BUS_DOOR_PATH = "/ws/pica/Sincron";

/** The doors of the bus: three in the spelling of PCI, and one for each modality in that of PICA. */
export function busPorts({ context, settings, log }: BusParts): Port[] {
  const contract = readBusContract();
  const { genericModality } = settings;
  const modalities = new Set([
    ...Object.keys(MODALITIES),
    ...(genericModality ? [genericModality] : []),
  ]);
  const pci = { modality: undefined, genericModality, officerNeeded: false };
  const doors: Door[] = [
    {
      path: BUS_DOOR_PATH,
      wsdl: "sincron",
      namespace: PCI_NAMESPACE,
      operations: { procesa: "sync" },
      demands: pci,
    },
    {
      path: "/ws/pica/Asincron",
      wsdl: "asincron",
      namespace: PCI_NAMESPACE,
      operations: { procesa: "async" },
      demands: pci,
    },
    {
      path: "/ws/pica/AsincronResposta",
      wsdl: "asincron-resposta",
      namespace: PCI_NAMESPACE,
      operations: { procesa: "result" },
      demands: pci,
    },
    ...[...modalities].map((modality) => ({
      path: `/ws/pica/services/${modality}`,
      wsdl: "pica" as const,
      namespace: settings.namespace,
      operations: {
        cridaSincrona: "sync",
        cridaAsincrona: "async",
        obtindreResultat: "result",
      } as const,
      demands: { modality, genericModality, officerNeeded: true },
    })),
  ];
  return doors.map((door) => openPort(door, contract, { context, settings, log }));
}

function openPort(door: Door, contract: BusContract, parts: BusParts): Port {
  const doing = busOperations(parts, contract.product, door.demands);
  const operations = new Map(
    Object.entries(door.operations).map(([name, kind]): [string, Operation] => [
      name,
      { name, read: (wrapper) => doing[kind](wrapper, { name, namespace: door.namespace }) },
    ]),
  );
  return {
    path: door.path,
    bodyBytes: MOST_BYTES,
    elements: MOST_ELEMENTS,
    // The example clients of the bus sign the Body alone.
    timestampByPolicy: true,
    namespace: door.namespace,
    operations,
    // Requests are read leniently: what cannot be missed is found missing while they are read.
    violationOf: () => undefined,
    answerViolations: (payload) => {
      const [inner] = childElements(payload);
      if (inner === undefined) throw new Error("the answer is empty");
      return schemaOf(contract, inner).validate(inner);
    },
    document(asked, publicUrl) {
      const address = `${publicUrl}${door.path}`;
      const xsd = asked.get("xsd");
      if (asked.has("wsdl")) return contract.wsdl(door.wsdl, address, door.namespace);
      return xsd === undefined ? undefined : contract.xsd(xsd, address);
    },
  };
}

function schemaOf(contract: BusContract, answer: XmlNode): BusContract["answer"] {
  return namespaceOf(answer) === NAMESPACE.confirmation ? contract.confirmation : contract.answer;
}
