import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { install, type Installation } from "../support/installation.ts";
import { parseExposition, valueOf, type Family } from "../support/exposition.ts";
import { peer } from "../support/peers.ts";
import { serve, type Served } from "../support/served.ts";
import { envelope, post, sendCertifiedSms, type HttpAnswer } from "../support/soap-call.ts";

/** A scrape of the running service, after some messages, as Prometheus gets it. */
const MSISDN = "+34600100000";
const TEXT = "Teniu una citació secreta";

let installation: Installation;
let service: Served;
let metricsUrl: string;
let sent: HttpAnswer;
let text: string;
let families: ReadonlyMap<string, Family>;

const line = (pattern: RegExp): string => pattern.exec(service.output())?.[1] ?? "";
const logged = (): Record<string, unknown>[] =>
  service
    .output()
    .split("\n")
    .filter((each) => each.startsWith("{"))
    .map((each) => JSON.parse(each) as Record<string, unknown>);

async function untilSaid(pattern: RegExp): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!pattern.test(service.output())) {
    if (performance.now() > giveUpAt) throw new Error(`never said:\n${service.output()}`);
    await delay(50);
  }
}

beforeAll(async () => {
  installation = await install("metrics", { receiptDelay: 50 }, { METRICS_PORT: "0" });
  const { account } = installation;
  service = await serve(installation.environment);
  metricsUrl = line(/"(http:[^"]+\/metrics)"/);
  sent = await post(service.url, envelope(account, sendCertifiedSms("a", MSISDN, TEXT)));
  await post(service.url, envelope(account, sendCertifiedSms("a", MSISDN, TEXT)));
  await post(service.url, envelope(account, sendCertifiedSms("a", MSISDN, "Un altre")));
  await post(service.url, envelope(account, sendCertifiedSms("b", "+34600100016", TEXT)));
  await post(service.url, envelope({ ...account, secret: "x" }, sendCertifiedSms("c", MSISDN, "")));
  await post(service.url, "no envelope");
  await untilSaid(/"certified"/);
  await untilSaid(/"conflict/);
  const answer = await fetch(metricsUrl);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  text = await answer.text();
  families = parseExposition(text);
});
afterAll(async () => {
  await service.stop();
  await installation.close();
});

test("counts what happened in this process", () => {
  const value = (name: string, labels?: Record<string, string>): number =>
    valueOf(families, `sms_certificat_${name}`, labels);
  expect(value("messages_accepted_total")).toBe(2);
  expect(value("relays_total", { result: "relayed" })).toBe(2);
  expect(value("receipts_matched_total", { state: "DELIVERED" })).toBeGreaterThanOrEqual(1);
  expect(value("messages_settled_total", { outcome: "delivered" })).toBe(1);
  expect(value("certificates_issued_total", { kind: "positive" })).toBe(1);
  expect(value("steps_given_up_total", { step: "settle" })).toBe(1);
  const call = { operation: "SendCertifiedSms" };
  expect(value("calls_total", { ...call, code: "none" })).toBe(3);
  expect(value("calls_total", { ...call, code: "DuplicateSubmission" })).toBe(1);
  expect(value("calls_total", { operation: "none", code: "InvalidEnvelope" })).toBe(1);
  expect(value("call_duration_seconds_count", call)).toBeGreaterThanOrEqual(4);
  expect(value("link_events_total", { kind: "bound" })).toBe(1);
  expect(value("batch_size_count", { what: "receipts" })).toBeGreaterThanOrEqual(1);
  for (const part of ["seal", "time_stamp", "status"]) {
    expect(value("certificate_part_up", { part })).toBe(1);
  }
});

test("tells how the service stands", () => {
  const value = (name: string, labels?: Record<string, string>): number =>
    valueOf(families, `sms_certificat_${name}`, labels);
  for (const step of ["relay", "settle", "certify", "notify"]) {
    for (const name of ["waiting", "due", "oldest_due_seconds", "given_up", "attempts_max"]) {
      expect(value(`work_${name}`, { step })).toBeGreaterThanOrEqual(0);
    }
  }
  expect(value("work_given_up", { step: "settle" })).toBe(1);
  expect(value("conflicts")).toBe(1);
  expect(value("certificates_pending")).toBe(0);
  expect(value("receipts_unmatched")).toBe(0);
  for (const name of ["callbacks_waiting", "callbacks_oldest_seconds", "callbacks_given_up"]) {
    expect(value(name)).toBe(0);
  }
  expect(value("partitions_ahead_months")).toBe(12);
  expect(Math.abs(value("clock_skew_seconds"))).toBeLessThan(2);
  expect(value("link_bound")).toBe(1);
  expect(value("link_wanted")).toBe(1);
  expect(value("database_up")).toBe(1);
  expect(value("seal_expires_timestamp_seconds")).toBeGreaterThan(1_700_000_000);
});

test("holds no personal data, and nothing of it is where callers call", async () => {
  for (const secret of ["34600100000", "34600100016", "Departament", "demo", "citaci"]) {
    expect(text).not.toContain(secret);
  }
  expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
  expect((await fetch(metricsUrl.replace("/metrics", "/"))).status).toBe(404);
  expect((await fetch(metricsUrl, { method: "POST" })).status).toBe(405);
});

test("the health tells strangers nothing but yes or no", async () => {
  const ready = await fetch(`${service.url}/health/ready`);
  expect([ready.status, await ready.text()]).toEqual([200, '{"ready":true}']);
  const live = await fetch(`${service.url}/health/live`);
  expect([live.status, await live.text()]).toEqual([200, '{"live":true}']);
});

test("the log leads from the answer of a call to the certificate, and quotes nobody", () => {
  const lines = logged();
  const [accepted] = lines.filter(
    (each) => each["message"] === "accepted" && each["correlationId"] === sent.correlationId,
  );
  expect(sent.correlationId).toBeDefined();
  expect(sent.body).toContain(String(accepted?.["messageId"]));
  const story = lines.filter((each) => each["messageId"] === accepted?.["messageId"]);
  expect(story.map((each) => each["message"])).toEqual([
    "accepted",
    "relayed",
    "receipt",
    "settled",
    "certified",
  ]);
  for (const secret of ["34600100000", "34600100016", "citaci"]) {
    expect(service.output()).not.toContain(secret);
  }
});

test("every alarm asks for what is exposed, and the README tells what to do", () => {
  const [alarms, readme] = ["monitoring/alerts.yml", "README.md"].map((path) =>
    readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"),
  );
  const asked = new Set(alarms!.match(/sms_certificat_[a-z_]+/g));
  const exposed = new Set(
    [...families.values()].flatMap(({ name, type }) =>
      type === "histogram" ? [name, `${name}_bucket`] : [name],
    ),
  );
  expect([...asked].filter((name) => !exposed.has(name))).toEqual([]);
  const names = [...alarms!.matchAll(/alert: (\w+)/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !readme!.includes(`| \`${name}\``))).toEqual([]);
});

const PARSER = "/usr/lib/python3/dist-packages/prometheus_client/parser.py";
peer("/usr/bin/python3", PARSER)("the parser of the Prometheus client for Python", () => {
  test("reads the same", () => {
    const program = `
import sys, json
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps([[s.name, s.labels] for f in parse(sys.stdin.read()) for s in f.samples]))`;
    const { stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", program], {
      input: text,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const theirs = (JSON.parse(stdout) as [string, object][]).map((each) => JSON.stringify(each));
    const ours = [...families.values()].flatMap(({ samples }) =>
      samples.map(({ name, labels }) => JSON.stringify([name, labels])),
    );
    expect(theirs.sort()).toEqual(ours.sort());
  });
});
