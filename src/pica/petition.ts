import type { Ask } from "./specific/ask.ts";
import type { SpecificError } from "./specific/errors.ts";
import type { ProductOperation } from "./names.ts";

/**
 * What a message of the bus says, free of the tree it was read from, and nothing but JSON: a batch is
 * kept in this form until it is worked on.
 */
export interface Petition extends Control {
  readonly requests: readonly Solicitud[];
}

/** The control data of a message: its Atributos. */
export interface Control {
  readonly idPeticion: string;
  /** NumElementos, as a number. */
  readonly declared: number;
  /** CodigoCertificado. */
  readonly modality: string;
  /** CodigoProducto. */
  readonly product: string;
  readonly authorisation?: Fields | undefined;
  readonly issuer?: Fields | undefined;
  readonly officer?: Fields | undefined;
  readonly originalId?: string | undefined;
  readonly originalName?: string | undefined;
}

/** One SolicitudTransmision. */
export interface Solicitud {
  readonly idSolicitud: string;
  readonly modality: string | undefined;
  readonly idTransmision?: string | undefined;
  readonly generatedOn?: string | undefined;
  readonly issuer?: Fields | undefined;
  readonly requester?: Fields | undefined;
  readonly officer?: Fields | undefined;
  readonly holder?: Fields | undefined;
  /** What the root of the specific data asks for; undefined when it is none of ours. */
  readonly operation?: ProductOperation | undefined;
  /** Present when the specific data follow their schema. */
  readonly ask?: Ask | undefined;
  /** Present when they do not. */
  readonly problem?: SpecificError | undefined;
}

/** Leaves of an element by name; what is empty or missing is not there. */
export type Fields = Readonly<Partial<Record<string, string>>>;

/** The leaves of each block in the order of its schema, with their greatest length. */
export const BLOCKS = {
  issuer: { NifEmisor: 10, NombreEmisor: 50 },
  officer: {
    NombreCompletoFuncionario: 122,
    NifFuncionario: 10,
    EMailFuncionario: 122,
    CodigoOrganismoFuncionario: 10,
  },
  requester: {
    IdentificadorSolicitante: 10,
    NombreSolicitante: 100,
    Finalidad: 250,
    Procedimiento: 64,
    Consentimiento: 16,
  },
  holder: {
    TipoDocumentacion: 16,
    Documentacion: 40,
    NombreCompleto: 122,
    Nombre: 40,
    Apellido1: 40,
    Apellido2: 40,
  },
} as const satisfies Record<string, Readonly<Record<string, number>>>;
