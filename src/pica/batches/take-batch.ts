import { ServiceError } from "../../domain/errors.ts";
import { acceptBatch } from "../../lifecycle/calls/answer-batches.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import { repeated } from "../answer-petition.ts";
import { checkPetition, type Demands } from "../check.ts";
import { identify, type Proof } from "../identify.ts";
import type { Petition } from "../petition.ts";
import { PENDING, writeConfirmation } from "../write-message.ts";

/**
 * Stores a batch and confirms it: 0001, with the hours after which to ask. The same batch again is
 * confirmed again.
 *
 * @throws BusRefusal when the message is refused as a whole; nothing of it is stored then
 */
export async function takeBatch(
  context: LifecycleContext,
  petition: Petition,
  proof: Proof,
  demands: Demands,
): Promise<string> {
  checkPetition(petition, demands);
  const caller = await identify(context, proof, petition, petition.requests);
  const { requests, ...control } = petition;
  try {
    await acceptBatch(context, caller, {
      reference: petition.idPeticion,
      control,
      requests,
      // The day on which a caller made the message again says nothing of its content.
      content: [control, requests.map((request) => ({ ...request, generatedOn: undefined }))],
    });
  } catch (error) {
    const isRepeated = error instanceof ServiceError && error.code === "DuplicateSubmission";
    throw isRepeated ? repeated(petition.idPeticion) : error;
  }
  return writeConfirmation(control, PENDING, context.clock.now());
}
