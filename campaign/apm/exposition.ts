/** One sample of Prometheus' text format. */
export interface ExposedSample {
  readonly name: string;
  /** `counter`, `gauge`, `histogram`, `summary` or `untyped`. */
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const SPECIAL: Readonly<Record<string, number>> = {
  "+Inf": Number.POSITIVE_INFINITY,
  "-Inf": Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};
/** The series of a histogram or summary bear its name with one of these. */
const SUFFIX = /_(bucket|sum|count)$/;

const unescapeLabel = (text: string): string =>
  text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));

/** Reads Prometheus' text exposition format (0.0.4). Lines that are none, and values that are no numbers, are left out. */
export function parseExposition(text: string): readonly ExposedSample[] {
  const kinds = new Map<string, string>();
  const samples: ExposedSample[] = [];
  for (const line of text.split("\n")) {
    const type = /^# TYPE (\S+) (\S+)/.exec(line);
    if (type?.[1] !== undefined && type[2] !== undefined) kinds.set(type[1], type[2]);
    if (line.startsWith("#")) continue;
    const found = SAMPLE.exec(line.trim());
    const [, name, labels = "", number = ""] = found ?? [];
    const value = SPECIAL[number] ?? Number(number);
    if (name === undefined || number === "" || Number.isNaN(value)) continue;
    samples.push({
      name,
      kind: kinds.get(name) ?? kinds.get(name.replace(SUFFIX, "")) ?? "untyped",
      labels: Object.fromEntries(
        [...labels.matchAll(LABEL)].map(([, label = "", quoted = ""]) => [label, unescapeLabel(quoted)]),
      ),
      value,
    });
  }
  return samples;
}
