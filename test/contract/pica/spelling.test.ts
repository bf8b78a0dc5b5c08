import { createClientAsync, WSSecurity, type Client } from "soap";
import { busPorts } from "../../../src/pica/ports.ts";
import { systemClock } from "../../../src/system.ts";
import { smsPetition } from "../../support/bus-petition.ts";
import { INE10, openDoor, openReplica, SECRET, type OpenDoor } from "../../support/soap-door.ts";

/** What PICA has not published yet is a setting: the namespace of its spelling, and the modality. */
const settings = { namespace: "http://www.generalitat.com/mp/ws", genericModality: "SMSCERT" };
let door: OpenDoor;
let replica: Awaited<ReturnType<typeof openReplica>>;

beforeAll(async () => {
  door = await openDoor();
  const { context } = door.story;
  const silent = (): void => undefined;
  const log = { error: silent, warn: silent, info: silent, debug: silent };
  replica = await openReplica(door, {
    // npm soap stamps its messages with the time of the machine.
    clock: systemClock,
    ports: busPorts({ context, settings, log }),
    publicUrl: () => replica.url,
  });
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await replica.close();
  await door.close();
});

const who = {
  IdentificadorSolicitante: INE10,
  NombreSolicitante: "Departament de Proves",
  Finalidad: "PROVES",
};

/** A message of the generic modality, as npm soap takes it. */
function petition(id: string, DatosEspecificos: object): object {
  const CodigoCertificado = "SMSCERT";
  return {
    Atributos: {
      IdPeticion: id,
      NumElementos: 1,
      CodigoCertificado,
      CodigoProducto: "SMSCERT",
      DatosAutorizacion: who,
      Emisor: { NifEmisor: "S0811001G", NombreEmisor: "Departament de Proves" },
      Funcionario: { NombreCompletoFuncionario: "Prova", NifFuncionario: "00000000T" },
    },
    Solicitudes: {
      SolicitudTransmision: {
        DatosGenericos: {
          Solicitante: { ...who, Consentimiento: "Ley" },
          Transmision: { CodigoCertificado, IdSolicitud: "1" },
        },
        DatosEspecificos,
      },
    },
  };
}

interface Smscert extends Client {
  cridaSincronaAsync(request: object): Promise<[unknown, string]>;
}

test("npm soap, made from the WSDL of the generic modality in the namespace of the setting", async () => {
  const address = `${replica.url}/ws/pica/services/SMSCERT`;
  const client = (await createClientAsync(`${address}?wsdl`)) as Smscert;
  client.setSecurity(new WSSecurity("demo", SECRET));
  const sms = { Destinatari: { Telefon: "+34600100000" }, Text: "L'expedient és a la seu" };
  const [, sent] = await client.cridaSincronaAsync({
    Peticion: petition("generic-1", { PeticioEnviament: sms }),
  });
  expect(sent).toContain(`<p:cridaSincronaResponse xmlns:p="${settings.namespace}">`);
  expect(sent).toContain("<Estat>ACCEPTAT</Estat>");
  const key = { IdPeticio: "generic-1", IdSolicitud: "1" };
  const [, told] = await client.cridaSincronaAsync({
    Peticion: petition("generic-2", { PeticioEstat: { Missatge: key } }),
  });
  expect(told).toContain("<Trobat>true</Trobat>");
});

test("the namespace that is assumed is not taken any more", async () => {
  const body = smsPetition("old-1").replace(
    /<(\/?)procesa( xmlns="[^"]*")?>/g,
    (_all, end: string, declared?: string) =>
      `<${end}cridaSincrona${declared ? ' xmlns="http://pica.gencat.net/mp/ws"' : ""}>`,
  );
  const response = await fetch(`${replica.url}/ws/pica/services/SMSCERT_ENVIAMENT`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>${body}</e:Body></e:Envelope>`,
  });
  expect(await response.text()).toContain("<code>UnknownOperation</code>");
});
