import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseStringPromise } from "xml2js";
import { sha256 } from "../../src/domain/content.ts";
import { passwordDigest } from "../../src/domain/secret.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { peer } from "../support/peers.ts";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";
import { BUS_BINDINGS, BUS_SENDABLE } from "./bus-cases.ts";
import { folder, SENDABLE } from "./cases.ts";
import { curlFiles } from "./made-curl.ts";
import { examples } from "./made-examples.ts";
import { SOAPUI, soapuiProject } from "./made-soapui.ts";

/** UPDATE_CONTRACT=1 writes what is made from the contract tests: read the difference. */
const UPDATE = process.env["UPDATE_CONTRACT"] === "1";
const README = folder("../../wsdl/README.md");
const PROJECT = folder("../interop/soapui/sms-certificat-soapui-project.xml");
const CURL = folder("../interop/curl");
const MARK =
  "<!-- examples: made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract -->\n";
const OPERATIONS = [
  ...readFileSync(folder("../../wsdl/sms-certificat.wsdl"), "utf8")
    .split("</wsdl:portType>")[0]!
    .matchAll(/<wsdl:operation name="(\w+)"/g),
].map(([, name]) => name ?? "");

test("the examples of wsdl/README.md are the contract tests", () => {
  const [text = "", shown = ""] = readFileSync(README, "utf8").split(MARK);
  const made = `\n${examples(OPERATIONS)}`;
  if (UPDATE) writeFileSync(README, `${text}${MARK}${made}`);
  else expect(shown).toBe(made);
});

test("the SoapUI project is made from the contract tests, and has every operation", () => {
  const made = soapuiProject(OPERATIONS);
  if (UPDATE) writeFileSync(PROJECT, made);
  expect(readFileSync(PROJECT, "utf8")).toBe(made);
  expect(new Set(SOAPUI.map(({ operation }) => operation))).toEqual(new Set(OPERATIONS));
  const bus = BUS_BINDINGS.flatMap(({ operations }) => operations.map(({ name }) => name));
  expect(new Set(BUS_SENDABLE.map(({ operation }) => operation))).toEqual(new Set(bus));
});

test("the curl files are made from the contract tests, and can be run", () => {
  const made = curlFiles();
  if (UPDATE) {
    mkdirSync(CURL, { recursive: true });
    for (const [name, text] of made) {
      writeFileSync(`${CURL}/${name}`, text);
      chmodSync(`${CURL}/${name}`, 0o755);
    }
  }
  expect(readdirSync(CURL).sort()).toEqual([...made.keys()].sort());
  for (const [name, text] of made) {
    expect(readFileSync(`${CURL}/${name}`, "utf8")).toBe(text);
    expect(statSync(`${CURL}/${name}`).mode & 0o111).toBe(0o111);
  }
});

describe("against the running service", () => {
  let door: OpenDoor;
  beforeAll(async () => {
    // Shells and SoapUI stamp their messages with the time of the machine.
    door = await openDoor({ clock: systemClock });
  });
  afterAll(async () => {
    expect(await door.story.integrity()).toEqual([]);
    await door.close();
  });

  test("the requests of the SoapUI project, as they are in it, get what it asserts", async () => {
    const project = (await parseStringPromise(readFileSync(PROJECT, "utf8"))) as Project;
    const [suite] = project["con:soapui-project"]["con:testSuite"];
    const steps = suite["con:testCase"].flatMap((testCase) => testCase["con:testStep"]);
    const requests = steps.filter(({ $ }) => $.type === "request");
    const made = [...SOAPUI, ...BUS_SENDABLE];
    expect(requests.map(({ $ }) => $.name)).toEqual(made.map(({ name }) => name));
    for (const [index, step] of requests.entries()) {
      const { name, fault, ...more } = made[index]!;
      const [{ "con:request": written, "con:endpoint": endpoint }] =
        step["con:config"][0]["con:request"];
      const type = "soap12" in more && more.soap12 ? "application/soap+xml" : "text/xml";
      const response = await fetch(`${door.url}${new URL(endpoint[0]).pathname}`, {
        method: "POST",
        headers: { "content-type": `${type};charset=UTF-8`, "accept-encoding": "gzip,deflate" },
        body: expand(written[0]),
      });
      const answer = await response.text();
      expect([name, codeIn(answer)]).toEqual([name, fault]);
      if ("contains" in more) expect(answer).toContain(more.contains);
    }
  });

  peer("curl", "openssl")("curl", () => {
    test.each(SENDABLE.map(({ name, fault }) => [name, fault]))("%s", async (name, fault) => {
      const env = {
        PATH: process.env["PATH"],
        URL: `${door.url}/ws/sms-certificat`,
        // What a desktop sets: the name of whoever sits there.
        USERNAME: "marta",
        SMS_USERNAME: "whole",
        SECRET,
      };
      const { stdout } = await promisify(execFile)(`${CURL}/${name}.sh`, { env });
      expect(codeIn(stdout)).toBe(fault);
      if (fault === undefined) expect(stdout).toMatch(/<\w+Response /);
    });

    test("the certificate of a message is saved, and while there is none its answer is shown", async () => {
      const directory = mkdtempSync(join(tmpdir(), "sms-certificat-curl-test-"));
      const file = join(directory, "prova.pdf");
      const env = { PATH: process.env["PATH"], URL: `${door.url}/ws/sms-certificat`, SECRET };
      const save = () =>
        promisify(execFile)(`${CURL}/GetCertificate__saved.sh`, ["curl-saved", file], { env });
      await door.story.accept("curl-saved", "+34600100000");
      await expect(save()).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining("<pending>") as string,
      });
      expect(existsSync(file)).toBe(false);
      await door.story.pass();
      const { stdout } = await save();
      const answer = await door.story.certificate("curl-saved");
      if (answer.state !== "issued") throw new Error("not issued");
      expect(stdout).toBe(`saved ${file}, SHA-256 as stated: ${answer.sha256}\n`);
      expect(sha256(readFileSync(file))).toBe(answer.sha256);
      rmSync(directory, { recursive: true });
    });
  });
});

function codeIn(answer: string): string | undefined {
  return /<code>(\w+)<\/code>/.exec(answer)?.[1];
}

/** What SoapUI puts in the place of its property expansions. */
function expand(request: string): string {
  const nonce = systemRandom.bytes(16);
  const created = systemClock.now().toISOString();
  const values: Readonly<Record<string, string>> = {
    "Project#username": "whole",
    "Project#secret": SECRET,
    "TestCase#nonce": nonce.toString("base64"),
    "TestCase#created": created,
    "TestCase#digest": passwordDigest(nonce, created, SECRET).toString("base64"),
  };
  return request.replace(/\$\{#(\w+#\w+)\}/g, (all, name: string) => values[name] ?? all);
}

interface Project {
  readonly "con:soapui-project": {
    readonly "con:testSuite": readonly [
      { readonly "con:testCase": readonly { readonly "con:testStep": readonly Step[] }[] },
    ];
  };
}

interface Step {
  readonly $: { readonly type: string; readonly name: string };
  readonly "con:config": readonly [
    {
      readonly "con:request": readonly [
        { readonly "con:request": readonly [string]; readonly "con:endpoint": readonly [string] },
      ];
    },
  ];
}
