import { startStory, type Story } from "../support/story.ts";

let story: Story;

beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

async function issued(
  reference: string,
): Promise<Extract<Awaited<ReturnType<Story["certificate"]>>, { state: "issued" }>> {
  const answer = await story.certificate(reference);
  if (answer.state !== "issued") throw new Error(`${reference} has no certificate`);
  return answer;
}

/** The values of the XMP packet, which stands in the file in the open. */
function inXmp(pdf: Buffer): Record<string, string> {
  const found = pdf.toString("utf8").matchAll(/<eni:(\w+)>([^<]*)</g);
  return Object.fromEntries(Array.from(found, ([, name = "", value = ""]) => [name, value]));
}

test("the metadata of the answer are those inside the document, and stay as they were", async () => {
  await story.accept("eni-1", "+34600100000");
  await story.pass();
  const { eni, csv, issuedAt, pdf } = await issued("eni-1");
  const code = csv.replaceAll("-", "");
  expect(eni).toEqual({
    version: "http://administracionelectronica.gob.es/ENI/XSD/v1.0/documento-e",
    identifier: `ES_A09000000_${issuedAt.getUTCFullYear()}_SMSCRT${code}`,
    organ: "A09000000",
    capturedAt: issuedAt.toISOString(),
    origin: "1",
    elaborationState: "EE01",
    formatName: "PDF",
    documentType: "TD11",
    signatureType: "TF06",
    csv,
    csvRegulation: "urn:sms-certificat:policy:1",
  });
  expect(inXmp(pdf)).toEqual({
    VersionNTI: eni?.version,
    Identificador: eni?.identifier,
    Organo: "A09000000",
    FechaCaptura: eni?.capturedAt,
    OrigenCiudadanoAdministracion: "1",
    EstadoElaboracion: "EE01",
    NombreFormato: "PDF",
    TipoDocumental: "TD11",
    TipoFirma: "TF06",
    CSV: csv,
    DefinicionGeneracionCSV: "urn:sms-certificat:policy:1",
  });
  await story.database.owner.query("update entities set dir3 = 'A09999999'");
  expect((await issued("eni-1")).eni).toEqual(eni);
});

test("an entity without a code has that of the settings, with their series; else there is none", async () => {
  await story.database.owner.query("update entities set dir3 = null");
  await story.accept("eni-2", "+34600100000");
  await story.pass();
  const without = await issued("eni-2");
  expect(without.eni).toBeUndefined();
  expect(inXmp(without.pdf)).toEqual({});

  const { settings } = story.context;
  const eni = {
    organ: "E00000000",
    series: "Notificacions & avisos",
    csvRegulation: "Ordre 1/2026",
  };
  Object.assign(settings, { eni });
  await story.accept("eni-3", "+34600100000");
  await story.pass();
  const filled = await issued("eni-3");
  expect(filled.eni).toMatchObject({
    identifier: expect.stringMatching(/^ES_E00000000_\d{4}_SMSCRT[0-9A-Z]{24}$/) as string,
    organ: "E00000000",
    series: "Notificacions & avisos",
    csvRegulation: "Ordre 1/2026",
  });
  expect(inXmp(filled.pdf)["SerieDocumental"]).toBe("Notificacions &#38; avisos");
});
