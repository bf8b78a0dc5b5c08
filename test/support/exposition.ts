/** What a scrape told, family by family. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const META = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const TYPES = ["counter", "gauge", "histogram", "summary"];

/**
 * Reads the text exposition format 0.0.4 and refuses whatever its description does not allow: families
 * that are not of one piece or lack HELP or TYPE, series told twice, histograms that do not add up.
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, { type?: string; help?: string; samples: Sample[] }>();
  const series = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    if (line === "") continue;
    const meta = META.exec(line);
    if (meta) {
      const [, what = "", name = "", value = ""] = meta;
      if (name !== current && families.has(name)) throw new Error(`${name} is in two pieces`);
      current = name;
      const family = families.get(name) ?? { samples: [] };
      families.set(name, family);
      if (family.samples.length > 0) throw new Error(`${what} of ${name} after its samples`);
      const key = what === "TYPE" ? "type" : "help";
      if (family[key] !== undefined) throw new Error(`${what} of ${name} twice`);
      if (what === "TYPE" && !TYPES.includes(value)) throw new Error(`type ${value} of ${name}`);
      family[key] = value;
      continue;
    }
    const sample = readSample(line);
    const family = families.get(current);
    if (!family || !belongs(sample.name, current, family.type)) {
      throw new Error(`${sample.name} does not belong to ${current}`);
    }
    const id = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (series.has(id)) throw new Error(`told twice: ${id}`);
    series.add(id);
    family.samples.push(sample);
  }
  const read = new Map<string, Family>();
  for (const [name, { type, help, samples }] of families) {
    if (type === undefined || help === undefined) throw new Error(`${name} lacks HELP or TYPE`);
    const family = { name, type, help, samples };
    if (type === "histogram") assertHistogram(family);
    if (type === "counter" && samples.some(({ value }) => value < 0)) {
      throw new Error(`${name} counts below zero`);
    }
    read.set(name, family);
  }
  return read;
}

function readSample(line: string): Sample {
  const [, name, inside, number] = SAMPLE.exec(line) ?? [];
  if (name === undefined || number === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  if (inside !== undefined) {
    LABEL.lastIndex = 0;
    for (let at = 0; at < inside.length; at = LABEL.lastIndex) {
      const [, label, value] = LABEL.exec(inside) ?? [];
      if (label === undefined || value === undefined) throw new Error(`labels: ${line}`);
      if (label in labels) throw new Error(`label ${label} twice: ${line}`);
      labels[label] = value;
    }
  }
  const value = number === "+Inf" ? Infinity : number === "-Inf" ? -Infinity : Number(number);
  if (Number.isNaN(value) && number !== "NaN") throw new Error(`no number: ${line}`);
  return { name, labels, value };
}

function belongs(sample: string, family: string, type: string | undefined): boolean {
  if (sample === family) return type !== "histogram";
  const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [];
  if (type === "summary") suffixes.push("_sum", "_count");
  return suffixes.some((suffix) => sample === family + suffix);
}

function assertHistogram({ name, samples }: Family): void {
  const byLabels = new Map<string, Sample[]>();
  for (const sample of samples) {
    const others = Object.entries(sample.labels).filter(([label]) => label !== "le");
    const key = JSON.stringify(others.sort());
    byLabels.set(key, [...(byLabels.get(key) ?? []), sample]);
  }
  for (const [key, each] of byLabels) {
    const buckets = each.filter((sample) => sample.name === `${name}_bucket`);
    const values = buckets.map(({ value }) => value);
    const bounds = buckets.map(({ labels }) =>
      labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
    );
    const grows = (list: number[]): boolean => list.every((n, i) => i === 0 || n >= list[i - 1]!);
    const count = each.find((sample) => sample.name === `${name}_count`)?.value;
    const sum = each.find((sample) => sample.name === `${name}_sum`)?.value;
    const whole = bounds.at(-1) === Infinity && values.at(-1) === count && sum !== undefined;
    if (!whole || !grows(values) || !grows(bounds)) throw new Error(`histogram ${name} ${key}`);
  }
}

/** The value of one series; fails when it is not told. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const found = [...families.values()]
    .flatMap(({ samples }) => samples)
    .find(
      (sample) =>
        sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
    );
  if (!found) throw new Error(`${name}${wanted} is not told`);
  return found.value;
}
