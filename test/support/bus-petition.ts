import { INE10 } from "./soap-door.ts";

/** A message of the bus that sends one SMS, written as canonicalisation leaves it: it can be signed as it is. */
export function smsPetition(id: string): string {
  const who = `<IdentificadorSolicitante>${INE10}</IdentificadorSolicitante><NombreSolicitante>Departament de Proves</NombreSolicitante><Finalidad>PROVES</Finalidad>`;
  const modality = "<CodigoCertificado>SMSCERT_ENVIAMENT</CodigoCertificado>";
  const officer =
    "<Funcionario><NombreCompletoFuncionario>Funcionària de Prova</NombreCompletoFuncionario><NifFuncionario>00000000T</NifFuncionario></Funcionario>";
  return (
    `<procesa xmlns="http://www.openuri.org/"><Peticion xmlns="http://gencat.net/scsp/esquemes/peticion">` +
    `<Atributos><IdPeticion>${id}</IdPeticion><NumElementos>1</NumElementos>${modality}<CodigoProducto>SMSCERT</CodigoProducto><DatosAutorizacion>${who}</DatosAutorizacion>${officer}</Atributos>` +
    `<Solicitudes><SolicitudTransmision><DatosGenericos><Solicitante>${who}<Consentimiento>Ley</Consentimiento></Solicitante><Transmision>${modality}<IdSolicitud>1</IdSolicitud></Transmision></DatosGenericos>` +
    `<DatosEspecificos><PeticioEnviament xmlns="http://gencat.net/scsp/esquemes/productes/smscert/v1"><Destinatari><Telefon>+34600100000</Telefon></Destinatari><Text>Text signat</Text></PeticioEnviament></DatosEspecificos></SolicitudTransmision></Solicitudes></Peticion></procesa>`
  );
}
