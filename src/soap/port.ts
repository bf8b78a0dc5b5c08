import type { ServiceError } from "../domain/errors.ts";
import type { Operation } from "./operations/operation.ts";
import type { XmlNode } from "./xml/node.ts";
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
  /** The operation of the element in the Body; undefined when it is none of this port. */
  operationOf(payload: XmlNode): Operation | undefined;
  /** What a request that breaks the contract is told. */
  violationOf(operation: Operation, payload: XmlNode): ServiceError | undefined;
  /** How an answer breaks the contract: a bug of ours. */
  answerViolations(payload: XmlNode): readonly Violation[];
  /** The WSDL or the schema that a query such as `?wsdl` asks for. */
  document(asked: ReadonlyMap<string, string>, publicUrl: string): string | undefined;
}
