import { ServiceError } from "../domain/errors.ts";
import type { Words } from "../domain/words.ts";
import type { Operation } from "./operations/operation.ts";
import { localName, namespaceOf, type XmlNode } from "./xml/node.ts";
import type { Violation } from "./xml/schema.ts";

/** One address of the service: its contract, and the operations behind it. */
export interface Port {
  readonly path: string;
  /** Bytes of a body, also after it is inflated; the limit of the door when it says nothing. */
  readonly bodyBytes?: number;
  /** Elements of a request; the limit of the door when it says nothing. */
  readonly elements?: number;
  /** The policy of an entity says what a signed Timestamp has to be; elsewhere it is needed, and covered. */
  readonly timestampByPolicy?: boolean;
  /** Of the elements in the Body. */
  readonly namespace: string;
  /** By the name of their element. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** What a request that breaks the contract is told. */
  violationOf(operation: Operation, payload: XmlNode): ServiceError | undefined;
  /** How an answer breaks the contract: a bug of ours. */
  answerViolations(payload: XmlNode): readonly Violation[];
  /** The WSDL or the schema that a query such as `?wsdl` asks for. */
  document(asked: ReadonlyMap<string, string>, publicUrl: string): string | undefined;
}

/**
 * The operation of the element in the Body.
 *
 * @throws ServiceError UnknownOperation, with what this port expects: its own names, none of the caller's
 */
export function operationOf({ namespace, operations }: Port, payload: XmlNode): Operation {
  const operation = operations.get(localName(payload));
  if (operation && namespaceOf(payload) === namespace) return operation;
  const hint = operation
    ? otherNamespace(operation.name, namespace)
    : otherName([...operations.keys()].join(", "), namespace);
  throw new ServiceError("UnknownOperation", { hint });
}

function otherNamespace(name: string, namespace: string): Words {
  return {
    ca: `L'element ${name} ha de ser de l'espai de noms ${namespace}.`,
    es: `El elemento ${name} debe ser del espacio de nombres ${namespace}.`,
    en: `The element ${name} has to be of the namespace ${namespace}.`,
  };
}

function otherName(names: string, namespace: string): Words {
  return {
    ca: `S'hi esperava, de l'espai de noms ${namespace}: ${names}.`,
    es: `Se esperaba, del espacio de nombres ${namespace}: ${names}.`,
    en: `Expected, of the namespace ${namespace}: ${names}.`,
  };
}
