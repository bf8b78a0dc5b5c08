import type { Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { acceptSubmission } from "../../lifecycle/accept-submission.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import { fetchCertificate } from "../../lifecycle/calls/fetch-certificate.ts";
import { tellStatus } from "../../lifecycle/calls/tell-status.ts";
import { NAMESPACE } from "../names.ts";
import type { Control, Solicitud } from "../petition.ts";
import type { Ask } from "./ask.ts";
import { writeCertificat, type SpecificAnswer } from "./certificat.ts";
import { submissionOf, writeEnviament } from "./enviament.ts";
import { businessError, writeErrors } from "./errors.ts";
import { messageKey, writeEstat } from "./estat.ts";

/**
 * Does what one request asks for and answers its specific data; what its caller can mend is told in
 * them.
 *
 * @throws ServiceError DuplicateSubmission, and what belongs to another layer
 */
export async function answerRequest(
  context: LifecycleContext,
  caller: Caller,
  message: { readonly control: Control; readonly request: Solicitud },
  correlationId?: string,
): Promise<SpecificAnswer> {
  const { ask, problem, operation } = message.request;
  if (operation === undefined) throw new Error("a request without an operation got this far");
  try {
    const inside = problem
      ? { before: writeErrors(problem), after: "" }
      : await perform(context, caller, { ...message, ask: ask as Ask }, correlationId);
    return wrapped(operation, inside);
  } catch (error) {
    const isRepeated = error instanceof ServiceError && error.code === "DuplicateSubmission";
    const told = isRepeated ? undefined : businessError(error);
    if (told === undefined) throw error;
    return wrapped(operation, { before: writeErrors(told), after: "" });
  }
}

export function wrapped(operation: string, answer: SpecificAnswer): SpecificAnswer {
  const name = `Resposta${operation}`;
  return {
    ...answer,
    before: `<${name} xmlns="${NAMESPACE.product}">${answer.before}`,
    after: `${answer.after}</${name}>`,
  };
}

async function perform(
  context: LifecycleContext,
  caller: Caller,
  { control, request, ask }: { control: Control; request: Solicitud; ask: Ask },
  correlationId: string | undefined,
): Promise<SpecificAnswer> {
  switch (ask.operation) {
    case "Enviament": {
      const submission = submissionOf(control, request, ask);
      const options = { dryRun: ask.assaig, correlationId };
      const acceptance = await acceptSubmission(context, caller, submission, options);
      const { messageId } = acceptance;
      return { before: writeEnviament(acceptance), after: "", messageId };
    }
    case "Estat": {
      const entries = await tellStatus(context, caller, ask.keys.map(messageKey));
      return { before: writeEstat(ask.keys, entries), after: "" };
    }
    case "Certificat": {
      const key = "csv" in ask.key ? ask.key : messageKey(ask.key);
      const answer = await fetchCertificate(context, caller, key, ask.kind);
      return writeCertificat(answer, ask.format);
    }
  }
}
