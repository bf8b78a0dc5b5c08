import type { EniMetadata } from "../../domain/eni.ts";
import { escapeXml } from "./xml.ts";

const NAMESPACE = "http://administracionelectronica.gob.es/ENI/XSD/v1.0/documento-e/metadatos";

/** The names of the standard's schema, in its order. */
const PROPERTIES = {
  VersionNTI: "version",
  Identificador: "identifier",
  Organo: "organ",
  FechaCaptura: "capturedAt",
  OrigenCiudadanoAdministracion: "origin",
  EstadoElaboracion: "elaborationState",
  NombreFormato: "formatName",
  TipoDocumental: "documentType",
  TipoFirma: "signatureType",
  CSV: "csv",
  DefinicionGeneracionCSV: "csvRegulation",
  SerieDocumental: "series",
} as const satisfies Record<string, keyof EniMetadata>;

/** The properties, for the XMP packet. */
export function eniDescriptions(metadata: EniMetadata): string {
  const written = Object.entries(PROPERTIES).map(([name, key]) => {
    const value = metadata[key];
    return value === undefined ? "" : `<eni:${name}>${escapeXml(value)}</eni:${name}>`;
  });
  return `<rdf:Description rdf:about="" xmlns:eni="${NAMESPACE}">${written.join("")}</rdf:Description>`;
}

/** What PDF/A wants to be told of them (ISO 19005-3, 6.6.2.3): an item of pdfaExtension:schemas. */
export const ENI_SCHEMA = `<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Metadatos mínimos del documento electrónico (ENI)</pdfaSchema:schema>
<pdfaSchema:namespaceURI>${NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>eni</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>${Object.keys(PROPERTIES)
  .map(
    (name) =>
      `<rdf:li rdf:parseType="Resource"><pdfaProperty:name>${name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>${name}</pdfaProperty:description></rdf:li>`,
  )
  .join("")}</rdf:Seq></pdfaSchema:property></rdf:li>`;
