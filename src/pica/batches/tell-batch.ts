import { mayReach, type Caller } from "../../domain/entity.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import { fetchCertificate } from "../../lifecycle/calls/fetch-certificate.ts";
import type { Payload } from "../../soap/answer.ts";
import {
  countBatchAnswers,
  findBatch,
  readBatchAnswers,
  readBatchRequests,
  type BatchAnswer,
} from "../../store/batches.ts";
import { writeWhole } from "../answer-petition.ts";
import { checkControl, type Demands } from "../check.ts";
import { identify, type Proof } from "../identify.ts";
import { MOST_BYTES } from "../names.ts";
import type { Control, Solicitud } from "../petition.ts";
import { BusRefusal } from "../refusal.ts";
import type { SpecificAnswer } from "../specific/certificat.ts";
import { IN_PROCESS, PENDING, writeAnswer } from "../write-message.ts";

/**
 * Where a batch is: 0001 or 0002 without transmissions while a request has no answer, then 0003 with
 * all of them. Never a part.
 *
 * @throws BusRefusal
 */
export async function tellBatch(
  context: LifecycleContext,
  question: Control,
  proof: Proof,
  demands: Demands,
): Promise<Payload> {
  checkControl(question, demands);
  const caller = await identify(context, proof, question);
  const { db, clock } = context;
  const batch = await findBatch(db, caller.entity.entityId, question.idPeticion);
  if (!batch || !mayReach(caller.user, batch.userId)) {
    throw new BusRefusal("0238", `no hi ha cap lot '${question.idPeticion}'.`);
  }
  const control = batch.control as Control;
  if (control.modality !== question.modality) {
    throw new BusRefusal("0234", `el lot és de la modalitat ${control.modality}.`);
  }
  const answered = await countBatchAnswers(db, batch.batchId);
  if (answered < batch.size) {
    return writeAnswer(control, answered === 0 ? PENDING : IN_PROCESS, clock.now(), []);
  }
  const requests = await readBatchRequests(db, batch.batchId);
  const answers = await withPdfs(context, caller, await readBatchAnswers(db, batch.batchId));
  return writeWhole(
    control,
    requests.map(({ request }) => request as Solicitud),
    answers,
    clock.now(),
  );
}

/** Brings certificates while one message of the bus has room for them. */
async function withPdfs(
  context: LifecycleContext,
  caller: Caller,
  answers: readonly BatchAnswer[],
): Promise<SpecificAnswer[]> {
  const whole: SpecificAnswer[] = [];
  let bytes = 0;
  for (const { before, after, certificate } of answers) {
    if (certificate === undefined || bytes > MOST_BYTES) {
      whole.push({ before, after });
      continue;
    }
    const { messageId, kind } = certificate;
    const found = await fetchCertificate(context, caller, { messageId }, kind);
    const pdf = found.state === "issued" ? found.pdf : undefined;
    bytes += pdf?.length ?? 0;
    whole.push({ before, pdf, after });
  }
  return whole;
}
