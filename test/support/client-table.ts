import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The table of clients in wsdl/README.md, which the runs of the clients make. Each run says what its
 * client has just done; UPDATE_CLIENTS=1 (with --runInBand) writes it, and without it a table that says
 * something else is a failure.
 */
const README = fileURLToPath(new URL("../../wsdl/README.md", import.meta.url));
const BEGIN =
  "<!-- clients: made by UPDATE_CLIENTS=1 npm test -- test/interop/soap --runInBand -->\n";
const END = "<!-- end of clients -->\n";

const COLUMNS = [
  "SOAP 1.1",
  "SOAP 1.2",
  "PasswordText",
  "PasswordDigest",
  "X.509",
  "MTOM",
  "Typed fault",
] as const;

type Column = (typeof COLUMNS)[number];
type Cells = Partial<Record<Column, string>>;

export function expectInTable(client: string, did: Readonly<Record<string, boolean>>): void {
  const [before = "", rest = ""] = readFileSync(README, "utf8").split(BEGIN);
  const [table = "", after = ""] = rest.split(END);
  const rows = readRows(table);
  const own: Cells = { ...rows.get(client) };
  for (const column of COLUMNS) {
    const value = did[column];
    if (value !== undefined) own[column] = value ? "yes" : "no";
  }
  if (process.env["UPDATE_CLIENTS"] === "1") {
    const made = new Map([...rows, [client, own]]);
    writeFileSync(README, `${before}${BEGIN}\n${writeRows(made)}\n${END}${after}`);
  } else {
    expect({ client, ...rows.get(client) }).toEqual({ client, ...own });
  }
}

function readRows(table: string): Map<string, Cells> {
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  const cells = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [head = [], , ...rows] = cells;
  return new Map(
    rows.map(([client = "", ...values]) => [
      client,
      Object.fromEntries(values.map((value, index) => [head[index + 1] ?? "", value])),
    ]),
  );
}

function writeRows(rows: ReadonlyMap<string, Cells>): string {
  const lines = [
    ["Client", ...COLUMNS],
    ...[...rows].map(([client, cells]) => [
      client,
      ...COLUMNS.map((column) => cells[column] ?? "not tried"),
    ]),
  ];
  const widths = ["Client", ...COLUMNS].map((_name, index) =>
    Math.max(...lines.map((line) => (line[index] ?? "").length)),
  );
  const write = (line: readonly string[], filler = " "): string =>
    `| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0, filler)).join(" | ")} |\n`;
  const [head = [], ...body] = lines;
  const rule = write(
    head.map(() => ""),
    "-",
  );
  return [write(head), rule, ...body.map((line) => write(line))].join("");
}
