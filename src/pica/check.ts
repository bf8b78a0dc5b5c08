import { parseBodyCode } from "../domain/body-code.ts";
import { DOCUMENT_KINDS, isDocument, isNif } from "../domain/legal-id.ts";
import { CONSENTS } from "../domain/submission.ts";
import { MODALITIES, MOST_REQUESTS, PRODUCT, type ProductOperation } from "./names.ts";
import type { Control, Fields, Petition, Solicitud } from "./petition.ts";
import { BusRefusal } from "./refusal.ts";

/** What an address demands beyond the messages themselves. */
export interface Demands {
  /** The only modality of the address; undefined: any. */
  readonly modality: string | undefined;
  /** A modality that stands for all three; the root of the specific data decides. */
  readonly genericModality: string | undefined;
  /** PICA demands Emisor and Funcionario; PCI takes messages without them. */
  readonly officerNeeded: boolean;
}

/**
 * What the envelope repeats must agree, and what it names must exist. Nothing of a message is done
 * when one part of it is wrong.
 *
 * @throws BusRefusal
 */
export function checkPetition(petition: Petition, demands: Demands): void {
  checkControl(petition, demands);
  const { requests } = petition;
  if (requests.length !== petition.declared || requests.length > MOST_REQUESTS) {
    throw new BusRefusal(
      "0237",
      `ha de ser el nombre de SolicitudTransmision, d'1 a ${MOST_REQUESTS}.`,
    );
  }
  const ids = new Set(requests.map(({ idSolicitud }) => idSolicitud));
  if (ids.size !== requests.length) throw new BusRefusal("0401", "hi ha un IdSolicitud repetit.");
  for (const request of requests) checkRequest(petition, request, demands);
  const bodies = new Set(requests.flatMap(({ requester }) => requesterCode(requester) ?? []));
  if (bodies.size > 1) throw new BusRefusal("0301", "hi ha més d'un IdentificadorSolicitante.");
}

/**
 * The control data alone, which is all that a SolicitudRespuesta has.
 *
 * @throws BusRefusal
 */
export function checkControl(control: Control, demands: Demands): void {
  const { modality, genericModality } = demands;
  const known = control.modality in MODALITIES || control.modality === genericModality;
  if (control.product !== PRODUCT || !known) throw new BusRefusal("0234");
  if (modality !== undefined && control.modality !== modality) {
    throw new BusRefusal("0234", `en aquesta adreça la modalitat és ${modality}.`);
  }
  if (demands.officerNeeded) {
    assertComplete(control.issuer, ["NifEmisor", "NombreEmisor"], "Emisor");
    assertComplete(control.officer, ["NombreCompletoFuncionario", "NifFuncionario"], "Funcionario");
  }
  checkParties(control);
  requesterCode(control.authorisation);
}

function checkRequest(petition: Petition, request: Solicitud, demands: Demands): void {
  if (request.modality !== undefined && request.modality !== petition.modality) {
    throw new BusRefusal("0243");
  }
  checkParties(request);
  checkHolder(request.holder);
  checkAgreement(petition.authorisation, request.requester);
  const consent = request.requester?.["Consentimiento"];
  if (!CONSENTS.some((each) => each === consent)) {
    throw new BusRefusal("0236", `ha de ser ${CONSENTS.join(", ")}.`);
  }
  const expected: ProductOperation | undefined = MODALITIES[petition.modality];
  const generic = petition.modality === demands.genericModality;
  if (request.operation === undefined || (!generic && request.operation !== expected)) {
    const root = generic || expected === undefined ? "un element d'SMSCERT" : `Peticio${expected}`;
    throw new BusRefusal("0239", `l'arrel de DatosEspecificos ha de ser ${root}.`);
  }
}

function checkParties({ issuer, officer }: Pick<Control, "issuer" | "officer">): void {
  const nif = issuer?.["NifEmisor"];
  if (nif !== undefined && !isNif(nif)) {
    throw new BusRefusal("0401", "el dígit de control de NifEmisor no quadra.");
  }
  const officerNif = officer?.["NifFuncionario"];
  if (officerNif !== undefined && !isNif(officerNif)) {
    throw new BusRefusal("0401", "el dígit de control de NifFuncionario no quadra.");
  }
  const body = officer?.["CodigoOrganismoFuncionario"];
  if (body !== undefined && parseBodyCode(body) === undefined) {
    throw new BusRefusal("0401", "CodigoOrganismoFuncionario no és cap codi INE10 ni DIR3.");
  }
}

function checkHolder(holder: Fields | undefined): void {
  const document = holder?.["Documentacion"];
  const typed = holder?.["TipoDocumentacion"];
  if (document === undefined && typed === undefined) return;
  const kind = DOCUMENT_KINDS.find((each) => each === typed);
  if (kind === undefined) throw new BusRefusal("0233", "cal un TipoDocumentacion conegut.");
  if (document === undefined || !isDocument(kind, document)) {
    throw new BusRefusal("0233", "el dígit de control de Documentacion no quadra.");
  }
}

/** Body and purpose stand in the control data and in each request, and must be the same. */
function checkAgreement(control: Fields | undefined, request: Fields | undefined): void {
  const [one, other] = [requesterCode(control), requesterCode(request)];
  if (one !== undefined && other !== undefined && one !== other) {
    throw new BusRefusal("0301", "IdentificadorSolicitante no coincideix amb el d'Atributos.");
  }
  for (const name of ["Finalidad", "Procedimiento"]) {
    const [inControl, inRequest] = [control?.[name], request?.[name]];
    if (inControl !== undefined && inRequest !== undefined && inControl !== inRequest) {
      throw new BusRefusal("0301", `${name} no coincideix amb el d'Atributos.`);
    }
  }
}

/**
 * The code of the body that asks, as it is compared.
 *
 * @throws BusRefusal when it has no known form
 */
export function requesterCode(fields: Fields | undefined): string | undefined {
  const typed = fields?.["IdentificadorSolicitante"];
  if (typed === undefined) return undefined;
  const code = parseBodyCode(typed);
  if (code === undefined) {
    throw new BusRefusal("0401", "IdentificadorSolicitante no és cap codi INE10 ni DIR3.");
  }
  return code;
}

function assertComplete(fields: Fields | undefined, names: readonly string[], block: string): void {
  const missing = names.find((name) => fields?.[name] === undefined);
  if (missing !== undefined) throw new BusRefusal("0402", `${block}/${missing}.`);
}
