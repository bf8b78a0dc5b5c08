import type { FastifyInstance } from "fastify";
import { openServer } from "../../src/https/open-server.ts";
import { refuseRequest, registerLastAnswers } from "../../src/portal/last-answers.ts";
import { systemTimers } from "../../src/system.ts";

let server: FastifyInstance;
let failures: unknown[];

beforeAll(() => {
  const quiet = (): void => undefined;
  server = openServer(
    { tls: undefined, proxies: { trusted: [] } },
    { timers: systemTimers, log: { info: quiet, warn: quiet }, refuse: refuseRequest },
  );
  registerLastAnswers(server, { SOAP: "/ws/door", PICA: "/ws/bus" }, (route, error) =>
    failures.push([route, error]),
  );
  server.post("/page", () => "taken");
  server.get("/named/:name", () => "taken");
  server.get("/broken", () => {
    throw new Error("a secret of ours");
  });
});
beforeEach(() => (failures = []));
afterAll(() => server.close());

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

test.each([
  ["ca", "Aquesta adreça no existeix"],
  ["es", "Esta dirección no existe"],
  ["en", "There is nothing at this address"],
])("a person at an address that is none gets a page in %s", async (language, title) => {
  const headers = { ...BROWSER, "accept-language": language };
  const { statusCode, body } = await server.inject({ url: "/nothing/<b>", headers });
  expect(statusCode).toBe(404);
  expect(body).toContain(`<html lang="${language}">`);
  expect(body).toContain(title);
  expect(body).toContain(`/verifica?l=${language}`);
  expect(body).not.toContain("nothing/");
});

test("a program at an address that is none is told where the calls go", async () => {
  const { statusCode, headers, body } = await server.inject({
    method: "POST",
    url: "/ws/typo",
    headers: { "content-type": "text/xml", accept: "text/xml" },
    payload: "<a/>",
  });
  expect(statusCode).toBe(404);
  expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
  expect(body).toContain("SOAP: POST /ws/door, WSDL: GET /ws/door?wsdl\n");
  expect(body).toContain("PICA: POST /ws/bus, WSDL: GET /ws/bus?wsdl\n");
  expect(body).not.toContain("typo");
});

test.each([
  ["a body of another kind", { "content-type": "text/csv" }, "a;b", 415],
  ["no JSON", { "content-type": "application/json" }, "{", 400],
])("%s is refused as the caller's fault", async (_what, headers, payload, status) => {
  const { statusCode, body } = await server.inject({
    method: "POST",
    url: "/page",
    headers,
    payload,
  });
  expect([statusCode, body]).toEqual([status, UNREADABLE]);
  expect(failures).toEqual([]);
});

const UNREADABLE =
  "La petició no es pot llegir.\nLa petición no se puede leer.\nThe request cannot be read.\n";

test.each([
  ["/named/%zz<script>", 400],
  ["/%zz", 400],
  [`/named/${"a".repeat(101)}`, 414],
])("the address %p is refused, and not said back", async (url, status) => {
  const { statusCode, headers, body } = await server.inject(url);
  expect([statusCode, body]).toEqual([status, UNREADABLE]);
  expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
});

test("a page that fails tells strangers nothing, and us everything", async () => {
  const { statusCode, body } = await server.inject("/broken");
  expect(statusCode).toBe(503);
  expect(body).toContain("El servei no està disponible.");
  expect(body).not.toContain("secret");
  expect(failures).toEqual([["/broken", new Error("a secret of ours")]]);
});
