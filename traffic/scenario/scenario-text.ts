// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a scenario has template texts of its own
import type { TrafficModel, TrafficModelStep } from "../model";
import { roundedChain } from "./probabilities";
import { type DrawnValue, isOwned, parameterValue, placeholderValue, usualParameters } from "./stand-ins";

/** What think times may be in a scenario. */
const LARGEST_SIGMA = 3;
/** Longer pauses would have ended the visit. */
const pauseLimit = (model: TrafficModel): number => model.settings.idleMinutes * 60;

const q = (text: string): string => JSON.stringify(text);
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : q(name));
const figure = (value: number): number => Number(value.toPrecision(4));
/** `2026-03-02 20:15 UTC` */
const minuteText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
const grouped = (value: number): string => value.toLocaleString("en");

/** Numbers in lines of at most twelve. */
function numberRows(values: readonly number[], indent: string): string {
  const rows: string[] = [];
  for (let at = 0; at < values.length; at += 12)
    rows.push(`${indent}${values.slice(at, at + 12).join(", ")},`);
  return rows.join("\n");
}

interface WrittenStep {
  readonly step: TrafficModelStep;
  readonly path: string;
  readonly drawn: readonly DrawnValue[];
}

function writtenSteps(steps: readonly TrafficModelStep[], logDay: string): readonly WrittenStep[] {
  const taken = new Set<string>(["visit"]);
  // What may belong to somebody comes from an earlier answer in the end: one variable wherever it has the same name.
  const owned = new Map<string, DrawnValue>();
  const unique = (wanted: string): string => {
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
    taken.add(name);
    return name;
  };
  return steps.map((step) => {
    const values = step.placeholders.map((placeholder) => {
      const known = isOwned(placeholder) ? owned.get(placeholder.name) : undefined;
      if (known !== undefined) return known;
      const value = placeholderValue(placeholder, unique(placeholder.name), logDay);
      if (isOwned(placeholder)) owned.set(placeholder.name, value);
      return value;
    });
    let next = 0;
    const path = step.path
      .split("/")
      .map((segment) => (segment.startsWith("{") ? (values[next++]?.text ?? segment) : segment))
      .join("/");
    const parameters = usualParameters(step).map((parameter) => ({
      parameter,
      value: parameterValue(parameter, unique(variableName(parameter.name))),
    }));
    const query = parameters
      .map(({ parameter, value }) => `${encodeURIComponent(parameter.name)}=${value.text}`)
      .join("&");
    return {
      step,
      path: query === "" ? path : `${path}?${query}`,
      drawn: [...values, ...parameters.map(({ value }) => value)],
    };
  });
}

function variableName(parameter: string): string {
  const plain = parameter.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  return /^[A-Za-z_]/.test(plain) ? plain : `p_${plain}`;
}

function stepText({ step, path }: WrittenStep): readonly string[] {
  const { thinkTime } = step;
  const pause =
    thinkTime === null
      ? []
      : [
          `    // ${grouped(thinkTime.observations)} pauses: median ${figure(thinkTime.medianSeconds)} s; the fit is off by ${(thinkTime.distance * 100).toFixed(1)} % at most`,
          `    thinkTime: pause(${figure(thinkTime.meanSeconds)}, ${Math.min(LARGEST_SIGMA, figure(thinkTime.sigma))}),`,
        ];
  const body = step.method === "GET" || step.method === "DELETE" ? "" : ', body: "{}"';
  return [
    "  {",
    `    name: ${q(step.name)}, // ${(step.share * 100).toFixed(1)} % of the requests`,
    `    request: { method: ${q(step.method)}, path: ${q(path)}${body}, headers },`,
    ...pause,
    "  },",
  ];
}

function header(model: TrafficModel): readonly string[] {
  const { log, sessions, requests, arrivals, settings } = model;
  const left = { ...requests.setApart };
  const bots = Object.entries(requests.bots).map(
    ([pattern, count]) => `visits of bots, ${pattern} ${grouped(count)}`,
  );
  const apart = [...Object.entries(left).map(([reason, count]) => `${reason} ${grouped(count)}`), ...bots];
  return [
    `// Traffic learned from access logs by ${model.madeBy} (perfbed traffic learn). It is yours: edit it.`,
    "//",
    `//   log       ${log.files} ${log.files === 1 ? "file" : "files"} (${log.formats.join(", ")}), ${minuteText(log.from)} to ${minuteText(log.to)}, ${grouped(log.requests)} requests, ${grouped(log.malformed)} ${log.malformed === 1 ? "line" : "lines"} not read`,
    `//   visits    ${grouped(sessions.count)} of ${figure(sessions.requestsPerSession)} requests on average, told apart by ${sessions.byCookie > sessions.count / 2 ? "cookie" : "address and user agent"}, ended by ${settings.idleMinutes} idle minutes`,
    `//   peak      ${figure(arrivals.peakPerMinute)} visits begun per minute: percentile ${settings.peakPercentile} of all minutes; the mean is ${figure(arrivals.perMinute.mean)}, the highest ${grouped(arrivals.perMinute.max)}`,
    ...(apart.length === 0 ? [] : [`//   left out  ${apart.join(", ")}`]),
    "//",
    "// A log says what was asked for, not with which bodies and values. Before the first run look at what is marked STAND-IN.",
  ];
}

/**
 * A scenario file from a learned model: TypeScript to be read and edited.
 * @param name of the scenario: lower case, digits and hyphens
 */
export function scenarioText(model: TrafficModel, name: string): string {
  const { arrivals, log } = model;
  const chain = roundedChain(model.chain.entry, model.chain.transitions);
  const steps = writtenSteps(
    model.steps.filter((step) => chain.next.has(step.name)),
    log.to.slice(0, 10),
  );
  const day = arrivals.hourOfDay.flatMap((value) => (value === null ? [] : [figure(value)]));
  const week = arrivals.dayOfWeek.flatMap((value) => (value === null ? [] : [figure(value)]));
  const wholeDay = day.length === 24;
  const wholeWeek = wholeDay && week.length === 7;
  const curves = ["minutes", ...(wholeDay ? ["day"] : []), ...(wholeWeek ? ["week"] : [])];
  const zone = log.utcOffsetMinutes;
  const zoneText = `UTC${zone < 0 ? "-" : "+"}${Math.floor(Math.abs(zone) / 60)}${zone % 60 === 0 ? "" : `:${Math.abs(zone % 60)}`}`;
  const feeders = [...new Set(steps.flatMap(({ drawn }) => drawn))];
  const peakRate = figure(Math.max(...arrivals.window.counts, 1) / 60);
  const lines: readonly string[] = [
    ...header(model),
    "import {",
    ...[
      "defineScenario",
      "evenArrivals",
      "type Feeder",
      "type HttpStep",
      "randomArrivals",
      "type ThinkTime",
      "transitionsOf",
      "z",
    ].map((part) => `  ${part},`),
    '} from "perfbed";',
    "",
    `/** Visits begun in each minute from ${minuteText(arrivals.window.from)} on: the stretch of the log whose busiest minute is nearest to the peak. */`,
    "const MINUTES = [",
    numberRows(arrivals.window.counts, "  "),
    "];",
    ...(wholeDay
      ? [
          "",
          `/** Mean visits per minute in each hour of the day, ${zoneText}. */`,
          "const HOURS = [",
          numberRows(day, "  "),
          "];",
        ]
      : []),
    ...(wholeWeek
      ? [
          "",
          "/** Mean visits per minute on each day of the week, Monday first. */",
          `const DAYS = [${week.join(", ")}];`,
        ]
      : []),
    "",
    "/** Each curve with its points, and the length of a point in the log, seconds. */",
    "const CURVES = {",
    "  minutes: { points: MINUTES, seconds: 60 },",
    ...(wholeDay ? ["  day: { points: HOURS, seconds: 3600 },"] : []),
    ...(wholeWeek
      ? ["  week: { points: DAYS.flatMap((day) => HOURS.map((hour) => day * hour)), seconds: 3600 },"]
      : []),
    "};",
    "",
    "/** Where visits begin. */",
    "const ENTRY = {",
    ...[...chain.entry].map(([step, share]) => `  ${key(step)}: ${share},`),
    "};",
    "",
    "/** Where visits go after each step; `exit` ends them. Each line adds up to 1. */",
    "const NEXT = {",
    ...[...chain.next].map(
      ([from, row]) =>
        `  ${key(from)}: { ${[...row]
          .sort((a, b) => b[1] - a[1])
          .map(([to, share]) => `${key(to)}: ${share}`)
          .join(", ")} },`,
    ),
    "};",
    "",
    "/** Values of paths and queries. `zipf`: the first number is the most popular one, as it was in the log. */",
    "const FEEDERS: Feeder[] = [",
    '  { name: "visit", kind: "unique-id", prefix: "" },',
    ...feeders.flatMap(({ name: variable, feeder, note }) => [
      ...(note === null ? [] : [`  // STAND-IN ${note}`]),
      `  { name: ${q(variable)}, ${feeder}, per: "step" },`,
    ]),
    "];",
    "",
    "/** Tells visits apart in the log of the system under test, for `perfbed traffic check`. Take it out if you do not need it. */",
    'const headers = { "x-perfbed-visit": "${visit}" };',
    "",
    "const steps = (pause: (meanSeconds: number, sigma: number) => ThinkTime): HttpStep[] => [",
    ...steps.flatMap(stepText),
    "];",
    "",
    "export default defineScenario({",
    `  name: ${q(name)},`,
    '  description: "Visits as they were in the access log: the same pages, ways, pauses and rate.",',
    "  parameters: z.object({",
    `    curve: z.enum([${curves.map(q).join(", ")}]).default("minutes").describe("Which part of the log is replayed."),`,
    `    peakRate: z.number().positive().max(50_000).default(${peakRate}).describe("Visits begun per second at the highest point of the curve."),`,
    '    scale: z.number().positive().max(1000).default(1).describe("Multiplies the rate all over the curve."),',
    '    pointSeconds: z.number().min(0).max(86_400).default(0).describe("Length of each point of the curve, seconds; 0: as in the log. Shorter ones keep the rate and make the run shorter."),',
    '    arrivals: z.enum(["random", "even"]).default("random").describe("At random instants, as people come, or evenly spaced."),',
    '    warmupSeconds: z.number().min(0).max(86_400).default(0).describe("The first seconds do not count."),',
    '    thinkTimeScale: z.number().min(0).max(100).default(1).describe("Multiplies every pause between two requests."),',
    '    p95Ms: z.number().positive().default(500).describe("Objective: P95, milliseconds."),',
    '    errorRatio: z.number().min(0).max(1).default(0.01).describe("Objective: share of failed requests, 0..1."),',
    '    seed: z.int().min(0).max(0xffffffff).default(1).describe("Seed of arrivals, ways, values and pauses."),',
    "  }),",
    "  workload: (p) => {",
    "    const { points, seconds } = CURVES[p.curve];",
    "    const curve = { points, peakRate: p.peakRate * p.scale, pointSeconds: p.pointSeconds || seconds };",
    "    const pause = (meanSeconds: number, sigma: number): ThinkTime => ({",
    '      distribution: "lognormal",',
    "      meanSeconds: meanSeconds * p.thinkTimeScale,",
    "      sigma,",
    `      maxSeconds: ${pauseLimit(model)} * p.thinkTimeScale,`,
    "    });",
    "    return {",
    '      ...(p.arrivals === "random"',
    "        ? { executor: randomArrivals(curve, p.seed, p.warmupSeconds) }",
    "        : evenArrivals(curve, p.warmupSeconds)),",
    "      journeys: [",
    "        {",
    '          name: "visitor",',
    "          weight: 1,",
    "          feeders: FEEDERS,",
    "          steps: steps(pause),",
    "          chain: { entry: ENTRY, transitions: transitionsOf(NEXT) },",
    "        },",
    "      ],",
    "      slos: [",
    '        { kind: "latency", quantile: 0.95, threshold: p.p95Ms },',
    '        { kind: "error-ratio", threshold: p.errorRatio },',
    "      ],",
    "    };",
    "  },",
    "});",
  ];
  return `${lines.join("\n")}\n`;
}
