import { parseSettings, SettingsError } from "../../src/settings.ts";

test("limits have defaults that serve", () => {
  const { limits, connections } = parseSettings({});
  expect(limits).toEqual({
    bodyBytes: 262_144,
    inflatedBytes: 262_144,
    gatheredBytes: 268_435_456,
    depth: 32,
    elements: 5_000,
    attributes: 5_000,
    inFlight: 256,
    callsPerSecond: 50,
  });
  expect(connections).toEqual({
    headers: 10_000,
    request: 30_000,
    keepAlive: 65_000,
    most: 2_000,
  });
});

test("a limit is set by its name", () => {
  const { limits, connections } = parseSettings({
    SOAP_BODY_KIB: "512",
    ENTITY_CALLS_PER_SECOND: "5",
    HTTP_HEADERS_SECONDS: "3",
  });
  expect(limits).toMatchObject({
    bodyBytes: 524_288,
    inflatedBytes: 524_288,
    callsPerSecond: 5,
  });
  expect(connections.headers).toBe(3_000);
});

test("a limit that is none is a fault", () => {
  const read = (): unknown => parseSettings({ SOAP_IN_FLIGHT: "0", SOAP_DEPTH: "many" });
  expect(read).toThrow(SettingsError);
  expect(read).toThrow(/SOAP_DEPTH must be a whole number, 1 to 256/);
  expect(read).toThrow(/SOAP_IN_FLIGHT/);
});

test("a setting that is missing is told once", () => {
  const read = (): unknown => parseSettings({ ENVIRONMENT: "production" });
  expect(read).toThrow(/OPERATOR_TIME_ZONE is needed/);
  expect(read).not.toThrow(/OPERATOR_TIME_ZONE must be/);
});
