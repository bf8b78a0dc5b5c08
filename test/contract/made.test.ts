import { readFileSync, writeFileSync } from "node:fs";
import { parseStringPromise } from "xml2js";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";
import { examples, folder, SOAPUI, soapuiProject } from "./made.ts";

const README = folder("../../wsdl/README.md");
const PROJECT = folder("../interop/soapui/sms-certificat-soapui-project.xml");
const MARK =
  "<!-- examples: made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract -->\n";
const UPDATE = process.env["UPDATE_CONTRACT"] === "1";

test("the examples of wsdl/README.md are the contract tests", () => {
  const [text = "", shown = ""] = readFileSync(README, "utf8").split(MARK);
  const made = `\n${examples()}`;
  if (UPDATE) writeFileSync(README, `${text}${MARK}${made}`);
  else expect(shown).toBe(made);
});

test("the SoapUI project is made from the contract tests", () => {
  if (UPDATE) writeFileSync(PROJECT, soapuiProject());
  expect(readFileSync(PROJECT, "utf8")).toBe(soapuiProject());
});

describe("the requests of the SoapUI project, as they are in it", () => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door.close());

  test("are answered as the project expects", async () => {
    const project = (await parseStringPromise(readFileSync(PROJECT, "utf8"))) as Project;
    const steps =
      project["con:soapui-project"]["con:testSuite"][0]!["con:testCase"][0]!["con:testStep"];
    expect(steps.length).toBe(SOAPUI.length);
    for (const [index, step] of steps.entries()) {
      const [request = ""] = step["con:config"][0]!["con:request"][0]!["con:request"];
      const body = request
        .replaceAll("${#Project#username}", "demo")
        .replaceAll("${#Project#secret}", SECRET);
      const response = await fetch(`${door.url}/ws/sms-certificat`, {
        method: "POST",
        headers: { "content-type": "text/xml;charset=UTF-8", "accept-encoding": "gzip,deflate" },
        body,
      });
      const isFault = (await response.text()).includes("<faultcode");
      expect([step.$.name, isFault]).toEqual([SOAPUI[index]![0], SOAPUI[index]![2]]);
    }
  });
});

interface Project {
  readonly "con:soapui-project": {
    readonly "con:testSuite": readonly {
      readonly "con:testCase": readonly { readonly "con:testStep": readonly Step[] }[];
    }[];
  };
}

interface Step {
  readonly $: { readonly name: string };
  readonly "con:config": readonly {
    readonly "con:request": readonly { readonly "con:request": readonly string[] }[];
  }[];
}
