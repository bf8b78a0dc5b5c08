import type { Caller } from "../../domain/entity.ts";
import type { Payload } from "../answer.ts";
import type { Backend } from "../backend.ts";
import type { XmlNode } from "../xml/node.ts";

/** How a caller has proved who it is. */
export type Means = "usernameToken" | "signature" | "connection";

/** An operation of the WSDL; its name is that of its element. */
export interface Operation {
  readonly name: string;
  /**
   * Reads a request that follows the schema, and answers what is to be done once the caller is known.
   * The tree is closed by then.
   */
  read(
    request: XmlNode,
  ): (
    backend: Backend,
    caller: Caller,
    means: readonly Means[],
    correlationId: string,
  ) => Promise<Payload>;
}
