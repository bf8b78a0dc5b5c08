import { assertInForce, assertMay, type Caller } from "../domain/entity.ts";
import { ServiceError } from "../domain/errors.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import type { Means } from "../soap/operations/operation.ts";
import { findOfficer, findRequester, isBusUser } from "../store/parties/requesters.ts";
import { requesterCode } from "./check.ts";
import type { Control, Fields, Solicitud } from "./petition.ts";
import { BusRefusal } from "./refusal.ts";

/** How a message came in: with whose credentials, proved how. */
export interface Proof {
  readonly caller: Caller;
  readonly means: readonly Means[];
}

/**
 * For which body and user of it a message of the bus is worked on. The body is that of
 * IdentificadorSolicitante; its policy says what tells the user: the credentials of the call, when they
 * are the body's own, or the officer that the message names, when the credentials are the body's or the
 * bus's.
 *
 * @throws BusRefusal 0301
 */
export async function identify(
  context: LifecycleContext,
  { caller, means }: Proof,
  control: Control,
  requests: readonly Solicitud[] = [],
): Promise<Caller> {
  const code =
    requesterCode(control.authorisation) ?? requesterCode(requests[0]?.requester) ?? undefined;
  if (code === undefined) throw new BusRefusal("0301", "hi falta IdentificadorSolicitante.");
  const requester = await findRequester(context.db, code);
  const isOwn = requester?.entity.entityId === caller.entity.entityId;
  const known = requester && (isOwn || (await isBusUser(context.db, caller.user.userId)));
  // Who may not ask for a body is not told whether it is there.
  if (!known) {
    throw new BusRefusal("0301", "IdentificadorSolicitante no és l'ens de qui fa la crida.");
  }
  const { entity, userBy } = requester;
  const isEnough = means.some((each) => userBy.includes(each));
  if (isOwn && isEnough) return permitted(caller, context.clock.now());
  if (!userBy.includes("officer")) {
    throw new BusRefusal("0301", "l'ens no accepta aquesta manera d'acreditar l'usuari.");
  }
  // Whose credentials were taken away does not come in under the name of another.
  const now = context.clock.now();
  inWordsOfTheBus(() => {
    assertInForce(caller, now);
  });
  const officers = [control.officer, ...requests.map(({ officer }) => officer)];
  const nif = soleNif(officers);
  const officer = nif && (await findOfficer(context.db, entity.entityId, nif));
  if (!officer) {
    throw new BusRefusal("0301", "el Funcionario no és cap usuari de l'ens; demaneu-ho al SAU.");
  }
  return permitted(officer, now);
}

/** One message has one officer, however often it names them. */
function soleNif(officers: readonly (Fields | undefined)[]): string | undefined {
  const nifs = new Set(
    officers.flatMap((officer) => officer?.["NifFuncionario"]?.toUpperCase() ?? []),
  );
  if (nifs.size > 1) throw new BusRefusal("0301", "hi ha més d'un NifFuncionario.");
  return [...nifs][0];
}

/** What each operation needs beyond that is asked where it is done. */
function permitted(caller: Caller, now: Date): Caller {
  inWordsOfTheBus(() => {
    assertMay(caller, now, "send", "certificates", "consult");
  });
  return caller;
}

function inWordsOfTheBus(assert: () => void): void {
  try {
    assert();
  } catch (error) {
    if (error instanceof ServiceError && error.hint) {
      throw new BusRefusal("0301", error.hint.ca);
    }
    throw error;
  }
}
