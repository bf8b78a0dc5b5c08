import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { callBus, certificat, enviament, petition } from "../support/bus-messages.ts";
import { peer } from "../support/peers.ts";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";

/** What the envelope of the bus says of a request, read from the certificate by a foreign program. */
const run = promisify(execFile);
const ACCOUNT = { username: "demo", secret: SECRET };

peer("pdftotext")("a message that came through the bus", () => {
  let door: OpenDoor;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-bus-pdf-"));
    door = await openDoor();
  });
  afterAll(async () => {
    expect(await door.story.integrity()).toEqual([]);
    await door.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends a message that is changed as told, and answers the text of its certificate. */
  async function printed(id: string, change: (xml: string) => string): Promise<string> {
    const request = { ...enviament("1", "+34600100000", "Avís"), file: `EXP-2026-${id}` };
    const sent = await callBus(door.url, "Sincron", ACCOUNT, change(petition(id, [request])));
    expect(sent.state).toBe("0003");
    await door.story.pass();
    const asked = petition(`${id}-certificat`, [certificat("1", id, "1")]);
    const { body } = await callBus(door.url, "Sincron", ACCOUNT, asked);
    const file = join(folder, `${id}.pdf`);
    await writeFile(file, Buffer.from(/<Document>([^<]*)</.exec(body)?.[1] ?? "", "base64"));
    return (await run("pdftotext", ["-layout", file, "-"])).stdout.replace(/ +/g, " ");
  }

  const PURPOSE = "<Finalidad>PROVES</Finalidad>";

  test("prints who asked, with which file, for what and by which consent", async () => {
    const text = await printed("1001", (xml) => xml);
    expect(text).toMatch(/^ ?Funcionari Funcionària de Prova · 00000000T( |$)/m);
    expect(text).toMatch(/^ ?Expedient EXP-2026-1001( |$)/m);
    expect(text).toMatch(/^ ?Finalitat PROVES( |$)/m);
    expect(text).toMatch(/^ ?Consentiment ho empara una llei( |$)/m);
  });

  test("the request goes before Atributos, and a procedure stands for a purpose", async () => {
    const officer =
      "<Funcionario><NombreCompletoFuncionario>Pere Vidal i Roca</NombreCompletoFuncionario><NifFuncionario>12345678Z</NifFuncionario><EMailFuncionario>pere@example.cat</EMailFuncionario></Funcionario>";
    const text = await printed("1002", (xml) =>
      xml
        .replaceAll(PURPOSE, "<Procedimiento>2139887</Procedimiento>")
        .replace(
          "<Consentimiento>Ley</Consentimiento>",
          `<Consentimiento>Si</Consentimiento>${officer}`,
        ),
    );
    expect(text).toMatch(/^ ?Funcionari Pere Vidal i Roca · 12345678Z · /m);
    expect(text).toContain("pere@example.cat");
    expect(text).toMatch(/^ ?Finalitat 2139887( |$)/m);
    expect(text).toMatch(/^ ?Consentiment el destinatari hi consent( |$)/m);
    expect(text).not.toContain("PROVES");
  });

  test("in the language of the message", async () => {
    const text = await printed("1003", (xml) =>
      xml
        .replace("<Consentimiento>Ley", "<Consentimiento>NoOpo")
        .replace("</Text>", "</Text><Idioma>es</Idioma>"),
    );
    expect(text).toMatch(/^ ?Funcionario Funcionària de Prova · 00000000T( |$)/m);
    expect(text).toMatch(/^ ?Expediente EXP-2026-1003( |$)/m);
    expect(text).toMatch(/^ ?Finalidad PROVES( |$)/m);
    expect(text).toMatch(/^ ?Consentimiento el destinatario no se ha opuesto( |$)/m);
  });
});
