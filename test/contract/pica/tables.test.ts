import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { REFUSALS } from "../../../src/pica/refusal.ts";
import { PENDING, TELLINGS, WRONG_DOCUMENT } from "../../../src/pica/specific/errors.ts";

/**
 * Every error of the code stands in wsdl/pica/README.md, and no row is without a test that produces it:
 * a folder, or the one that is named here.
 */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, title: string]>> = {
  RequestTooLarge: ["limits.test.ts", "%s takes 2 MB, and not a byte more"],
  TooManyRequests: [
    "outside-folders.test.ts",
    "a body that calls faster than its rate is told when to come back",
  ],
  Unavailable: [
    "outside-folders.test.ts",
    "while the database is away, Unavailable with when to come back, in every kind of message",
  ],
  Internal: [
    "outside-folders.test.ts",
    "one request of several that fails for a reason of ours gets a PICAError, the others their answer",
  ],
  PICAError: ["outside-folders.test.ts", "in a batch it is tried five times before"],
  "0002": [
    "outside-folders.test.ts",
    "a batch that is half done is 0002 without any answer, then 0003 with all of them",
  ],
};

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const readme = readFileSync(at("../../../wsdl/pica/README.md"), "utf8");
const cases = readdirSync(at(".")).filter((name) => name.includes("__"));

function rows(after: string): string[] {
  const [, section = ""] = readme.split(after);
  const [table = ""] = section.split(/\n\n\*\*|\n## /);
  return [...table.matchAll(/^\| `?(\d+|[A-Z]\w+)`? +\|/gm)]
    .map(([, code]) => code ?? "")
    .filter((code) => !["Code", "CodiError", "CodigoEstado", "Fault"].includes(code));
}

/** Rows that no test produces: neither a folder whose answer has the element, nor the test named above. */
function withoutExample(
  codes: readonly string[],
  file: "response.xml" | "fault.xml",
  element: string,
): string[] {
  const isProduced = (code: string): boolean =>
    cases.some((name) => {
      try {
        const answer = readFileSync(at(`${name}/${file}`), "utf8");
        return answer.includes(`<${element}>${code}</${element}>`);
      } catch {
        return false;
      }
    });
  return codes.filter((code) => {
    const [test, title] = ELSEWHERE[code] ?? [];
    if (test === undefined) return !isProduced(code);
    const text = readFileSync(at(test), "utf8");
    return !text.includes(`("${title}"`) || !text.includes(code);
  });
}

test("SOAP faults: code, table and contract tests agree", () => {
  const table = rows("**SOAP fault**");
  // What is told inside the specific data, and what belongs to operations of the typed port alone.
  const others = ["InvalidPeriod", "NotCancellable"];
  const known = Object.entries(TELLINGS)
    .filter(([code, telling]) => typeof telling === "string" && !others.includes(code))
    .map(([code]) => code);
  expect(table.sort()).toEqual([...known, "SchemaViolation"].sort());
  expect(withoutExample(table, "fault.xml", "code")).toEqual([]);
});

test("Estado 0502: code, table and contract tests agree", () => {
  const table = rows("**`Estado` 0502**");
  expect(table.sort()).toEqual(Object.keys(REFUSALS).sort());
  expect(withoutExample(table, "response.xml", "CodigoEstadoSecundario")).toEqual([]);
});

test("business errors: code, table and contract tests agree", () => {
  const table = rows("**Specific data**");
  const codes = Object.values(TELLINGS).flatMap((telling) =>
    typeof telling === "string" ? [] : [telling.code],
  );
  expect(table.sort()).toEqual([...codes, PENDING.code, WRONG_DOCUMENT.code].sort());
  expect(withoutExample(table, "response.xml", "CodiError")).toEqual([]);
});

test("a failure of ours is told as PICAError, and a test produces it", () => {
  expect(readme).toContain("**`PICAError`**");
  expect(withoutExample(["PICAError"], "response.xml", "PICAError")).toEqual([]);
});

test("states: every one of the table is produced", () => {
  const table = rows("## States");
  expect(table).toEqual(["0001", "0002", "0003", "0502"]);
  expect(withoutExample(table, "response.xml", "CodigoEstado")).toEqual([]);
});
