import fastify, { type FastifyInstance } from "fastify";
import { registerVerification } from "../../src/portal/verification.ts";
import { startStory, type Story } from "../support/story.ts";

let story: Story;
let server: FastifyInstance;
let csv: string;
let pdf: Buffer;

beforeAll(async () => {
  story = await startStory();
  server = fastify();
  registerVerification(server, story.context, { test: true });
  await story.accept("public", "+34600123000", { text: "Un text que ningú més ha de veure" });
  await story.pass();
  const answer = await story.certificate("public");
  if (answer.state !== "issued") throw new Error("no certificate");
  ({ csv, pdf } = answer);
});
afterAll(async () => {
  await server.close();
  await story.close();
});

test.each([
  ["ca", "Aquest certificat és nostre", "PROVA"],
  ["es", "Este certificado es nuestro", "PRUEBA"],
  ["en", "This certificate is ours", "TEST"],
])("the page says in %s what a certificate states, masked", async (language, sentence, mark) => {
  const { statusCode, body, headers } = await server.inject(`/verifica/${csv}?l=${language}`);
  expect(statusCode).toBe(200);
  expect(body).toContain(`<html lang="${language}">`);
  for (const part of [sentence, mark, csv, "Departament de Proves", "+34*******00"]) {
    expect(body).toContain(part);
  }
  for (const secret of ["600123000", "ningú més", "backoffice"]) expect(body).not.toContain(secret);
  expect(body).not.toContain("<script");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["cache-control"]).toBe("no-store");
});

test("the language is the browser's when none is asked for, and Catalan by default", async () => {
  const url = `/verifica/${csv}`;
  const spanish = await server.inject({ url, headers: { "accept-language": "fr, es;q=0.5" } });
  expect(spanish.body).toContain('<html lang="es">');
  expect((await server.inject(url)).body).toContain('<html lang="ca">');
});

test("a code is found however it is typed", async () => {
  const typed = encodeURIComponent(csv.toLowerCase().replaceAll("-", " "));
  const { statusCode, headers } = await server.inject(`/verifica?csv=${typed}&l=ca`);
  expect([statusCode, headers.location]).toEqual([303, `/verifica/${csv}?l=ca`]);
});

test.each([
  "/verifica/0000-0000-0000-0000-0000-0000",
  "/verifica/x",
  "/verifica?csv=%3Cb%3E",
  "/verifica/%00/pdf",
])("%s is none of ours, and nothing of it is said back", async (url) => {
  const { statusCode, body } = await server.inject(url);
  expect(statusCode).toBe(404);
  expect(body).not.toContain("<b>");
  expect(body).toContain("No tenim cap certificat");
});

test("the PDF is given to whoever holds the code", async () => {
  const { rawPayload, headers } = await server.inject(`/verifica/${csv}/pdf`);
  expect(rawPayload.equals(pdf)).toBe(true);
  expect(headers["content-type"]).toBe("application/pdf");
});

describe("an uploaded file", () => {
  async function upload(file: Buffer): Promise<string> {
    const form = new FormData();
    form.append("pdf", new Blob([new Uint8Array(file)], { type: "application/pdf" }), "c.pdf");
    const request = new Request("http://localhost/", { method: "POST", body: form });
    const { body } = await server.inject({
      method: "POST",
      url: `/verifica/${csv}?l=en`,
      headers: { "content-type": request.headers.get("content-type") ?? "" },
      payload: Buffer.from(await request.arrayBuffer()),
    });
    return body;
  }

  test("is ours byte for byte, or it is not", async () => {
    expect(await upload(pdf)).toContain("byte for byte, the certificate that we issued");
    const flipped = Buffer.from(pdf);
    flipped[1000] = (flipped[1000] ?? 0) ^ 1;
    expect(await upload(flipped)).toContain("is NOT the certificate");
    expect(await upload(pdf.subarray(0, -1))).toContain("is NOT the certificate");
  });

  test("that is empty or larger than any certificate is not compared", async () => {
    expect(await upload(Buffer.alloc(0))).toContain("No file was received");
    expect(await upload(Buffer.alloc(6 * 1024 * 1024))).toContain("No file was received");
  });
});
