import type { Caller } from "../domain/entity.ts";
import { ServiceError } from "../domain/errors.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import type { Payload } from "../soap/answer.ts";
import { checkPetition, type Demands } from "./check.ts";
import { identify, type Proof } from "./identify.ts";
import { MOST_BYTES } from "./names.ts";
import type { Control, Petition, Solicitud } from "./petition.ts";
import { BusRefusal } from "./refusal.ts";
import { answerRequest, wrapped } from "./specific/answer-request.ts";
import type { SpecificAnswer } from "./specific/certificat.ts";
import { passes, REPEATED, writeErrors, writePicaError } from "./specific/errors.ts";
import { FINISHED, writeAnswer, writeTransmission, type Estado } from "./write-message.ts";

/** Requests of one message that are worked on at the same time. */
const AT_ONCE = 8;

/**
 * Answers a synchronous message: everything in it is done when this resolves. One request that fails
 * for a reason of ours says so in its own answer, beside the others.
 *
 * @throws BusRefusal when the message is refused as a whole
 * @throws ServiceError what belongs to a fault: the service cannot answer now
 */
export async function answerPetition(
  context: LifecycleContext,
  petition: Petition,
  proof: Proof,
  demands: Demands,
  trace: Trace,
): Promise<Payload> {
  checkPetition(petition, demands);
  const caller = await identify(context, proof, petition, petition.requests);
  const answers: SpecificAnswer[] = [];
  for (let from = 0; from < petition.requests.length; from += AT_ONCE) {
    const some = petition.requests.slice(from, from + AT_ONCE);
    answers.push(
      ...(await Promise.all(some.map((each) => answered(context, caller, petition, each, trace)))),
    );
  }
  return writeWhole(petition, petition.requests, answers, context.clock.now());
}

export interface Trace {
  readonly correlationId: string;
  /** Tells a failure of ours to the log. */
  readonly failed: (error: unknown) => void;
}

async function answered(
  context: LifecycleContext,
  caller: Caller,
  petition: Petition,
  request: Solicitud,
  { correlationId, failed }: Trace,
): Promise<SpecificAnswer> {
  try {
    return await answerRequest(context, caller, { control: petition, request }, correlationId);
  } catch (error) {
    if (error instanceof ServiceError && error.code === "DuplicateSubmission") {
      // What was done of a message beside it must not look as if it was not.
      if (petition.requests.length > 1) return repeatedAnswer(petition, request);
      throw repeated(petition.idPeticion);
    }
    if (petition.requests.length === 1 || passes(error)) throw error;
    failed(error);
    return failedAnswer(request, correlationId);
  }
}

/** In the wording of the bus. */
export function repeated(id: string): BusRefusal {
  return new BusRefusal("0229", `'${id}'.`);
}

/** The others were taken: that this one was not is told in its own answer. */
export function repeatedAnswer(control: Control, request: Solicitud): SpecificAnswer {
  const message = repeated(`${control.idPeticion}/${request.idSolicitud}`).literal;
  const before = writeErrors({ code: REPEATED, message });
  return wrapped(request.operation ?? "Enviament", { before, after: "" });
}

export function failedAnswer(request: Solicitud, correlationId: string): SpecificAnswer {
  return wrapped(request.operation ?? "Enviament", {
    before: writePicaError(correlationId),
    after: "",
  });
}

/** The whole Respuesta; a PDF that would make it larger than the bus carries stays behind its address. */
export function writeWhole(
  control: Control,
  requests: readonly Solicitud[],
  answers: readonly SpecificAnswer[],
  now: Date,
  estado: Estado = FINISHED,
): Payload {
  const pdfs = answers.filter(({ pdf }) => pdf !== undefined);
  const sole = pdfs.length === 1 ? pdfs[0]?.pdf : undefined;
  let room = MOST_BYTES - 2_000 * requests.length;
  const transmissions = requests.map((request, index) => {
    const { before = "", pdf, after = "" } = answers[index] ?? {};
    const base64 = pdf === undefined ? 0 : Math.ceil(pdf.length / 3) * 4;
    const fits = pdf !== undefined && (pdf === sole || base64 <= room);
    if (fits) room -= base64;
    const inside = pdf === sole && sole ? MARK : fits ? pdf.toString("base64") : undefined;
    const document = inside === undefined ? "" : `<Document>${inside}</Document>`;
    return writeTransmission(control, request, now, `${before}${document}${after}`);
  });
  const whole = writeAnswer(control, estado, now, transmissions);
  if (sole === undefined) return whole;
  const [head = "", tail = ""] = whole.split(MARK);
  return { head, pdf: sole, tail };
}

/** Where the PDF goes: no text of a caller can hold it, because what is written has it replaced. */
const MARK = "\0";

/** A message refused as a whole: its requests come back with empty specific data. */
export function writeRefusal(
  control: Control,
  requests: readonly Solicitud[],
  refusal: BusRefusal,
  now: Date,
): string {
  const estado = { ...refusedEstado(refusal) };
  const transmissions = requests.map((request) => writeTransmission(control, request, now, ""));
  return writeAnswer(control, estado, now, transmissions);
}

export function refusedEstado({ code, literal }: BusRefusal): Estado {
  return { code: "0502", secondary: code, literal, hours: 0 };
}
