import type { Payload } from "../soap/answer.ts";
import type { Operation } from "../soap/operations/operation.ts";
import type { XmlNode } from "../soap/xml/node.ts";
import type { Schema } from "../soap/xml/schema.ts";
import { answerPetition, refusedEstado, writeRefusal, type Trace } from "./answer-petition.ts";
import { takeBatch } from "./batches/take-batch.ts";
import { tellBatch } from "./batches/tell-batch.ts";
import type { Demands } from "./check.ts";
import type { BusParts } from "./parts.ts";
import { readPetition, readQuestion } from "./read-petition.ts";
import { BusRefusal } from "./refusal.ts";
import { writeAnswer, writeConfirmation } from "./write-message.ts";

type Doing = ReturnType<Operation["read"]>;

/** The element around a message: `procesa` of openuri.org, `cridaSincrona` … */
interface Wrapper {
  readonly name: string;
  readonly namespace: string;
}

/** What the doors do, whatever their spelling. */
export interface BusOperations {
  sync(wrapper: XmlNode, named: Wrapper): Doing;
  /** Stores a batch and confirms it. */
  async(wrapper: XmlNode, named: Wrapper): Doing;
  /** Tells where a batch is. */
  result(wrapper: XmlNode, named: Wrapper): Doing;
}

export function busOperations(
  { context, log }: BusParts,
  product: Schema,
  demands: Demands,
): BusOperations {
  const now = (): Date => context.clock.now();
  const traceOf = (correlationId: string): Trace => ({
    correlationId,
    failed: (error) => log.error("a request of the bus failed", { correlationId, error }),
  });

  /** A refusal of the bus is an answer, and wrapped like one. */
  async function orRefused(
    wrapper: Wrapper,
    correlationId: string,
    work: () => Promise<Payload>,
    refused: (refusal: BusRefusal) => string,
  ): Promise<Payload> {
    try {
      return wrap(wrapper, await work());
    } catch (error) {
      if (!(error instanceof BusRefusal)) throw error;
      log.info("a message of the bus was refused", { correlationId, code: error.code });
      return wrap(wrapper, refused(error));
    }
  }

  return {
    sync(node, wrapper) {
      const petition = readPetition(node, product);
      return (_backend, caller, means, correlationId) =>
        orRefused(
          wrapper,
          correlationId,
          () =>
            answerPetition(context, petition, { caller, means }, demands, traceOf(correlationId)),
          (refusal) => writeRefusal(petition, petition.requests, refusal, now()),
        );
    },
    async(node, wrapper) {
      const petition = readPetition(node, product);
      return (_backend, caller, means, correlationId) =>
        orRefused(
          wrapper,
          correlationId,
          () => takeBatch(context, petition, { caller, means }, demands),
          (refusal) => writeConfirmation(petition, refusedEstado(refusal), now()),
        );
    },
    result(node, wrapper) {
      const question = readQuestion(node);
      return (_backend, caller, means, correlationId) =>
        orRefused(
          wrapper,
          correlationId,
          () => tellBatch(context, question, { caller, means }, demands),
          (refusal) => writeAnswer(question, refusedEstado(refusal), now(), []),
        );
    },
  };
}

function wrap({ name, namespace }: Wrapper, payload: Payload): Payload {
  const start = `<p:${name}Response xmlns:p="${namespace}">`;
  const end = `</p:${name}Response>`;
  if (typeof payload === "string") return `${start}${payload}${end}`;
  return { ...payload, head: `${start}${payload.head}`, tail: `${payload.tail}${end}` };
}
