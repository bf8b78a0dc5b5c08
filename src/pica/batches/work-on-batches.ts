import { ServiceError } from "../../domain/errors.ts";
import { uuidv7 } from "../../domain/ids.ts";
import { answerBatches } from "../../lifecycle/calls/answer-batches.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import type { DoorLog } from "../../soap/log.ts";
import { isUnavailable } from "../../soap/unavailable.ts";
import type { BatchAnswer } from "../../store/batches.ts";
import { failedAnswer, repeated } from "../answer-petition.ts";
import type { Control, Solicitud } from "../petition.ts";
import { answerRequest, wrapped } from "../specific/answer-request.ts";
import { CODES, writeErrors } from "../specific/errors.ts";

/** One pass over the batches of the bus; answers how much it did. */
export function answerBusBatches(
  context: LifecycleContext,
  log: Pick<DoorLog, "error">,
): Promise<number> {
  return answerBatches(
    context,
    async (caller, batch, { position, request: kept }): Promise<BatchAnswer> => {
      const control = batch.control as Control;
      const request = kept as Solicitud;
      try {
        const { before, after, certificate } = await answerRequest(context, caller, {
          control,
          request,
        });
        return { position, before, after, certificate };
      } catch (error) {
        if (isRepeated(error)) return { position, ...repeatedAnswer(control, request) };
        // What passes by itself is waited for, however often it takes.
        throw isUnavailable(error) ? new ServiceError("Unavailable", { cause: error }) : error;
      }
    },
    ({ position, request }, error) => {
      const correlationId = uuidv7(context.clock.now(), context.random);
      log.error("a request of a batch failed", { correlationId, error });
      const { before, after } = failedAnswer(request as Solicitud, correlationId);
      return { position, before, after };
    },
  );
}

function isRepeated(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "DuplicateSubmission";
}

/** The others of the batch were taken: that this one was not is told in its own answer. */
function repeatedAnswer(
  control: Control,
  request: Solicitud,
): Pick<BatchAnswer, "before" | "after"> {
  const message = repeated(`${control.idPeticion}/${request.idSolicitud}`).literal;
  const before = writeErrors({ code: CODES.DuplicateSubmission, message });
  return wrapped(request.operation ?? "Enviament", { before, after: "" });
}
