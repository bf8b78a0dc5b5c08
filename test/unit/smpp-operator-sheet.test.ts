import { readOperatorSheet } from "../../src/smpp/operator-sheet.ts";
import { parseSettings, SettingsError } from "../../src/settings.ts";

test("a sheet is read into the session and the dialect", () => {
  const json = `{"binds": ["receiver", "transmitter"], "window": 20, "ratePerSecond": 50,
    "systemType": "cp", "idConvention": "resp-hex", "extraStates": {"DELIVERED": "DELIVERED"},
    "aliasSender": {"ton": 5, "npi": 0}, "intermediateReceipts": true}`;
  expect(readOperatorSheet(json)).toEqual({
    faults: [],
    sheet: {
      binds: ["receiver", "transmitter"],
      window: 20,
      ratePerSecond: 50,
      systemType: "cp",
      dialect: {
        idConvention: "resp-hex",
        extraStates: { DELIVERED: "DELIVERED" },
        aliasSender: { ton: 5, npi: 0 },
        intermediateReceipts: true,
      },
    },
  });
});

test.each([
  ["not JSON", "it is not a JSON object"],
  ["[]", "it is not a JSON object"],
  ['{"idconvention": "raw"}', "idconvention is not known"],
  ['{"toString": 1}', "toString is not known"],
  ['{"idConvention": "hex"}', "idConvention must be one of raw, resp-hex, dlr-hex"],
  ['{"binds": ["receiver"]}', "binds must be a list of transceiver, transmitter, receiver"],
  ['{"window": 0}', "window must be a whole number above 0"],
  ['{"extraStates": {"delivered": "DELIVERED"}}', "extraStates must be words in capitals"],
  ['{"destination": {"ton": 1}}', "destination must be"],
])("%s is a fault: %s", (json, fault) => {
  expect(readOperatorSheet(json).faults.join()).toContain(fault);
});

test("the settings tell the faults of the sheet with all the others", () => {
  const parse = (): unknown => parseSettings({ SMPP_SHEET: '{"window": "many"}', PORT: "x" });
  expect(parse).toThrow(SettingsError);
  expect(parse).toThrow(/PORT must be[^]*SMPP_SHEET: window must be a whole number/);
});

test("Kannel takes the place of the SMPP link", () => {
  const { kannel } = parseSettings({ KANNEL_SEND_URL: "http://10.0.0.1:13013/cgi-bin/sendsms" });
  expect(kannel).toEqual({
    sendUrl: "http://10.0.0.1:13013/cgi-bin/sendsms",
    username: "tester",
    password: "foobar",
    callback: { host: "127.0.0.1", port: 8090 },
    callbackUrl: undefined,
  });
});
