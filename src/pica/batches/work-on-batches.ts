import { ServiceError } from "../../domain/errors.ts";
import { answerBatches } from "../../lifecycle/calls/answer-batches.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import type { BatchAnswer } from "../../store/batches.ts";
import { failedAnswer, repeatedAnswer } from "../answer-petition.ts";
import type { Control, Solicitud } from "../petition.ts";
import { answerRequest } from "../specific/answer-request.ts";
import { passes } from "../specific/errors.ts";

/** One pass over the batches of the bus; answers how much it did. */
export function answerBusBatches(context: LifecycleContext): Promise<number> {
  return answerBatches(context, {
    async answer(caller, batch, { position, request: kept }): Promise<BatchAnswer> {
      const message = { control: batch.control as Control, request: kept as Solicitud };
      try {
        const { before, after, messageId, certificate } = await answerRequest(
          context,
          caller,
          message,
        );
        return { position, before, after, messageId, certificate };
      } catch (error) {
        if (!isRepeated(error)) throw error;
        const { before, after } = repeatedAnswer(message.control, message.request);
        return { position, before, after };
      }
    },
    passes,
    giveUp: ({ position, request }, correlationId) => ({
      position,
      ...failedAnswer(request as Solicitud, correlationId),
    }),
  });
}

function isRepeated(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "DuplicateSubmission";
}
