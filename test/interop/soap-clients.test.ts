import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../../src/system.ts";
import { expectInTable } from "../support/client-table.ts";
import { peer } from "../support/peers.ts";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";

/** What each client does in each version that it speaks, and how it can say who it is. */
interface Report {
  readonly client: string;
  readonly "1.1"?: Suite;
  readonly "1.2"?: Suite;
  readonly mtom?: Suite;
  readonly passwordText: boolean;
  readonly passwordDigest: boolean;
}

interface Suite {
  readonly encoding: string;
  readonly repeated: boolean;
  readonly stage: string;
  readonly certificate: boolean;
  readonly fault: string;
}

const run = promisify(execFile);
const TEXT = "Açò és una prova: l·l, ñ, €, <i> & 📄";
const ALL_WELL: Suite = {
  encoding: "UCS2",
  repeated: true,
  stage: "accepted",
  certificate: true,
  fault: "InvalidRecipient",
};

let door: OpenDoor;

beforeAll(async () => {
  // Clients stamp their messages with the time of the machine.
  door = await openDoor({ clock: systemClock });
  await door.story.accept("interop-certificate", "+34600100000");
  await door.story.pass();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

const at = (file: string): string => fileURLToPath(new URL(`clients/${file}`, import.meta.url));

async function suite(command: string, ...words: string[]): Promise<Report> {
  const address = `${door.url}/ws/sms-certificat`;
  const { stdout } = await run(command, [...words, address, "demo", SECRET, TEXT], {
    timeout: 50_000,
  });
  return JSON.parse(stdout.slice(stdout.indexOf("{"))) as Report;
}

/** What the report proves: a suite is there when its client could do all of it. */
function done(report: Report): Record<string, boolean> {
  return {
    "SOAP 1.1": report["1.1"] !== undefined,
    "SOAP 1.2": report["1.2"] !== undefined,
    PasswordText: report.passwordText,
    PasswordDigest: report.passwordDigest,
    ...(report.client === "soap" ? {} : { MTOM: report.mtom !== undefined }),
    "Typed fault": report["1.1"]?.fault === ALL_WELL.fault,
  };
}

async function expectText(prefix: string, versions: number): Promise<void> {
  const { rows } = await door.story.database.app.query<{ text: string }>(
    "select text from messages where client_reference like $1",
    [`${prefix}-%`],
  );
  expect(rows.map(({ text }) => text)).toEqual(Array.from({ length: versions }, () => TEXT));
}

describe("npm clients", () => {
  test("soap", async () => {
    const report = await suite(process.execPath, at("node-soap.mjs"));
    expect(report).toMatchObject({ "1.1": ALL_WELL, "1.2": ALL_WELL });
    await expectText("soap", 2);
    expectInTable("npm soap", done(report));
  });

  test("strong-soap", async () => {
    const report = await suite(process.execPath, at("strong-soap.mjs"));
    expect(report).toMatchObject({ "1.1": ALL_WELL, "1.2": ALL_WELL });
    await expectText("strong-soap", 2);
    expectInTable("npm strong-soap", done(report));
  });
});

peer("/usr/lib/python3/dist-packages/zeep/__init__.py")("python3-zeep", () => {
  test("sends, repeats, asks, fetches, fails", async () => {
    const report = await suite("/usr/bin/python3", at("zeep_client.py"));
    expect(report).toMatchObject({ "1.1": ALL_WELL, "1.2": ALL_WELL });
    await expectText("zeep", 2);
    expectInTable("python3-zeep with xmlsec", done(report));
  });
});

peer("php", "/usr/share/doc/php8.2-soap")("php-soap", () => {
  test("sends, repeats, asks, fetches, fails", async () => {
    const report = await suite("php", at("php_client.php"));
    expect(report).toMatchObject({ "1.1": ALL_WELL, "1.2": ALL_WELL });
    await expectText("php", 2);
    expectInTable("php-soap", done(report));
  });
});

peer("perl", "/usr/share/perl5/SOAP/Lite.pm")("SOAP::Lite", () => {
  test("sends, repeats, asks, fetches, fails", async () => {
    const report = await suite("perl", at("soaplite_client.pl"));
    expect(report).toMatchObject({ "1.1": ALL_WELL });
    await expectText("soaplite", 1);
    expectInTable("SOAP::Lite", done(report));
  });
});

peer(
  "wsimport",
  "javac",
  "/usr/share/java/wss4j.jar",
)("JAX-WS with WSS4J", () => {
  test("is made from ?wsdl, sends, repeats, asks, fetches, fails", async () => {
    const build = await mkdtemp(join(tmpdir(), "sms-certificat-jaxws-"));
    try {
      const report = await suite(at("jaxws/run.sh"), build);
      expect(report).toMatchObject({ "1.1": ALL_WELL, "1.2": ALL_WELL, mtom: ALL_WELL });
      await expectText("jaxws", 3);
      expectInTable("JAX-WS RI with WSS4J (the engine of CXF and SoapUI)", done(report));
    } finally {
      await rm(build, { recursive: true });
    }
  });
});

peer(
  "wsdl2h",
  "soapcpp2",
  "gcc",
  "/usr/share/gsoap/plugin/wsseapi.c",
)("gSOAP", () => {
  test("is made from ?wsdl, sends, repeats, asks, fetches, fails", async () => {
    const build = await mkdtemp(join(tmpdir(), "sms-certificat-gsoap-"));
    try {
      const report = await suite(at("gsoap/run.sh"), build);
      expect(report).toMatchObject({ "1.1": ALL_WELL, "1.2": ALL_WELL });
      await expectText("gsoap", 2);
      expectInTable("gSOAP with its wsse plugin", done(report));
    } finally {
      await rm(build, { recursive: true });
    }
  });
});
