/**
 * Minimum metadata of an electronic document (Esquema Nacional de Interoperabilidad: Norma Técnica de
 * Interoperabilidad de Documento Electrónico, resolution of 19 July 2011, annex I). Its codes are kept
 * as the standard spells them.
 */
export interface EniMetadata {
  /** VersionNTI: a URI. */
  readonly version: string;
  /** Identificador: `ES_<organ>_<year>_<30 characters of ours>`. */
  readonly identifier: string;
  /** Organo: DIR3 code. */
  readonly organ: string;
  /** FechaCaptura: ISO 8601, UTC. */
  readonly capturedAt: string;
  /** OrigenCiudadanoAdministracion: 1 is the administration. */
  readonly origin: "0" | "1";
  /** EstadoElaboracion: EE01 is an original. */
  readonly elaborationState: string;
  readonly formatName: string;
  /** TipoDocumental: TD11 is a certificate. */
  readonly documentType: string;
  /** TipoFirma: TF06 is PAdES. */
  readonly signatureType: string;
  readonly csv: string;
  /** DefinicionGeneracionCSV: the rule under which codes are made. */
  readonly csvRegulation: string;
  /** Of the classification of the body that keeps the document; complementary (annex I, 2). */
  readonly series?: string | undefined;
}

/** What the entity does not say. */
export interface EniSettings {
  /** For entities without a DIR3 code of their own. */
  readonly organ: string | undefined;
  readonly series: string | undefined;
  readonly csvRegulation: string | undefined;
}

const VERSION = "http://administracionelectronica.gob.es/ENI/XSD/v1.0/documento-e";

/** Under which rules evidence is issued and codes are made; printed, and named in the evidence. */
export const POLICY = "urn:sms-certificat:policy:1";

/** Nine characters, such as `A09002970` or `L01080193` (Directorio Común de Unidades Orgánicas). */
export function isDir3(code: string): boolean {
  return code.length === 9 && /^[A-Z]{1,2}\d+$/.test(code);
}

/** Undefined when neither the entity nor the settings name an organ: then there is no identifier. */
export function eniMetadata(
  document: { readonly dir3: string | undefined; readonly csv: string; readonly issuedAt: Date },
  settings: EniSettings,
): EniMetadata | undefined {
  const { csv, issuedAt } = document;
  const organ = document.dir3 ?? settings.organ;
  if (organ === undefined) return undefined;
  return {
    version: VERSION,
    identifier: `ES_${organ}_${issuedAt.getUTCFullYear()}_SMSCRT${csv.replaceAll("-", "")}`,
    organ,
    capturedAt: issuedAt.toISOString(),
    origin: "1",
    elaborationState: "EE01",
    formatName: "PDF",
    documentType: "TD11",
    signatureType: "TF06",
    csv,
    csvRegulation: settings.csvRegulation ?? POLICY,
    series: settings.series,
  };
}
