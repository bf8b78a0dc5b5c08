import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { SigningKey } from "../../soap/security/sign-response.ts";
import { UsageError } from "../command.ts";

/** What a file says: who calls, and what. YAML or JSON. */
export interface CallFile {
  readonly url: string;
  readonly spelling: "procesa" | "cridaSincrona";
  /** Of PICA's spelling. */
  readonly namespace: string;
  readonly username: string | undefined;
  readonly secret: string | undefined;
  readonly signing: SigningKey | undefined;
  readonly requester: Node;
  readonly issuer: Node | undefined;
  readonly officer: Node | undefined;
  readonly calls: readonly Call[];
}

export interface Call {
  readonly id: string;
  readonly async: boolean;
  readonly requests: readonly Node[];
}

/** An element's children by name: text, elements, or several of one name. */
export interface Node {
  readonly [name: string]: Value;
}
type Value = string | number | boolean | Node | readonly Value[] | null | undefined;

/**
 * Reads a file of calls.
 *
 * @param run stands for `{{run}}`
 * @throws UsageError when it cannot be read or lacks what a call needs
 */
export function readCallFile(path: string, run: string): CallFile {
  let read: unknown;
  try {
    read = parse(readFileSync(path, "utf8").replaceAll("{{run}}", run));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : "unreadable"}`);
  }
  const file = asNode(read) ?? fail("the file must hold a mapping");
  const key = text(file["key"]);
  const certificate = text(file["certificate"]);
  const near = (name: string): string => readFileSync(resolve(dirname(path), name), "utf8");
  const calls = list(file["calls"]).map((each) => {
    const call = asNode(each) ?? fail("a call must be a mapping");
    const requests = list(call["requests"]).map((one) => asNode(one) ?? fail("requests"));
    const id = text(call["id"]) ?? fail("each call needs an id");
    return { id, async: call["async"] === true, requests };
  });
  const spelling = text(file["spelling"]) ?? "procesa";
  if (spelling !== "procesa" && spelling !== "cridaSincrona") {
    fail("spelling is procesa or cridaSincrona");
  }
  return {
    url: text(file["url"]) ?? "http://127.0.0.1:8080",
    spelling,
    namespace: text(file["namespace"]) ?? "http://pica.gencat.net/mp/ws",
    username: text(file["username"]),
    secret: text(file["secret"]),
    signing:
      key !== undefined && certificate !== undefined
        ? { key: createPrivateKey(near(key)), certificate: new X509Certificate(near(certificate)) }
        : undefined,
    requester: asNode(file["requester"]) ?? fail("requester is needed"),
    issuer: asNode(file["issuer"]),
    officer: asNode(file["officer"]),
    calls: calls.length > 0 ? calls : fail("calls is needed"),
  };
}

function fail(what: string): never {
  throw new UsageError(`the file of calls: ${what}`);
}

export function asNode(value: unknown): Node | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Node)
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}
