import { escapeXml } from "./xml.ts";

/**
 * Minimum metadata of an electronic document (Esquema Nacional de Interoperabilidad: Norma Técnica de
 * Interoperabilidad de Documento Electrónico, resolution of 19 July 2011, annex I).
 */
export interface EniMetadata {
  /** DIR3 code of the body. */
  readonly organ: string;
  readonly csv: string;
  readonly capturedAt: Date;
}

const NAMESPACE = "http://administracionelectronica.gob.es/ENI/XSD/v1.0/documento-e/metadatos";
const PROPERTIES = [
  "VersionNTI",
  "Identificador",
  "Organo",
  "FechaCaptura",
  "OrigenCiudadanoAdministracion",
  "EstadoElaboracion",
  "NombreFormato",
  "TipoDocumental",
  "TipoFirma",
  "CSV",
] as const;

type PropertyName = (typeof PROPERTIES)[number];

const VERSION = "http://administracionelectronica.gob.es/ENI/XSD/v1.0/documento-e";

/** The 30 characters after organ and year are ours to choose: the code of the certificate is unique. */
function identifier({ organ, csv, capturedAt }: EniMetadata): string {
  return `ES_${organ}_${capturedAt.getUTCFullYear()}_SMSCRT${csv.replaceAll("-", "")}`;
}

/** The properties, for the XMP packet. */
export function eniDescriptions(metadata: EniMetadata): string {
  const values: Readonly<Record<PropertyName, string>> = {
    VersionNTI: VERSION,
    Identificador: identifier(metadata),
    Organo: metadata.organ,
    FechaCaptura: metadata.capturedAt.toISOString(),
    // The administration, not a citizen.
    OrigenCiudadanoAdministracion: "1",
    // An original.
    EstadoElaboracion: "EE01",
    NombreFormato: "PDF",
    // A certificate.
    TipoDocumental: "TD11",
    // PAdES.
    TipoFirma: "TF06",
    CSV: metadata.csv,
  };
  const written = PROPERTIES.map((name) => `<eni:${name}>${escapeXml(values[name])}</eni:${name}>`);
  return `<rdf:Description rdf:about="" xmlns:eni="${NAMESPACE}">${written.join("")}</rdf:Description>`;
}

/** What PDF/A wants to be told of them (ISO 19005-3, 6.6.2.3): an item of pdfaExtension:schemas. */
export const ENI_SCHEMA = `<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Metadatos mínimos del documento electrónico (ENI)</pdfaSchema:schema>
<pdfaSchema:namespaceURI>${NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>eni</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>${PROPERTIES.map(
  (name) =>
    `<rdf:li rdf:parseType="Resource"><pdfaProperty:name>${name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>${name}</pdfaProperty:description></rdf:li>`,
).join("")}</rdf:Seq></pdfaSchema:property></rdf:li>`;
