import { ConfigError } from "../../../core/errors";
import { peakRate, totalSeconds } from "../../arrival";
import {
  type ArrivalProfile,
  type Check,
  type Extraction,
  type Feeder,
  type HttpStep,
  isHttpStep,
  type Journey,
  type ThinkTime,
  type Workload,
} from "../../model";
import { journeyProfile, thinkSeconds, virtualUsersFor } from "../../plan";
import { templateVariables } from "../../templates";
import { K6_HELPER_FILE } from "./helper-script";
import { camelCase, propertyAccess, propertyKey, stringLiteral, templateExpression } from "./javascript-text";

const DEFAULT_TIMEOUT_SECONDS = 10;
const LONGEST_GRACE_SECONDS = 60;

/** k6 takes whole numbers of arrivals in a time unit: the shortest unit that keeps every rate exact, or a million seconds. */
export function timeUnitSeconds(rates: readonly number[]): number {
  for (const unit of [1, 10, 100, 1000, 10_000, 100_000]) {
    if (
      rates.every((rate) => Math.abs(rate * unit - Math.round(rate * unit)) < 1e-9 * Math.max(1, rate * unit))
    ) {
      return unit;
    }
  }
  return 1_000_000;
}

/** Exact to the millisecond. */
const duration = (seconds: number): string => `${Math.round(seconds * 1000)}ms`;

/** How long k6 waits for iterations under way when the curve ends: enough for a slow visit to come to its end or to time out. */
export function gracefulStopSeconds(journeys: readonly Journey[]): number {
  const longest = Math.max(
    0,
    ...journeys.map(
      (journey) =>
        2 * thinkSeconds(journey) +
        2 *
          Math.max(
            ...journey.steps.map(
              (step) => (isHttpStep(step) ? step.request : step).timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
            ),
          ),
    ),
  );
  return Math.min(LONGEST_GRACE_SECONDS, Math.ceil(longest));
}

/** A k6 ramping-arrival-rate scenario of a curve, as the text of its fields. */
export function arrivalFields(
  profile: ArrivalProfile,
  users: { readonly preAllocated: number; readonly maximum: number },
  graceSeconds: number,
): readonly string[] {
  const unit = timeUnitSeconds([
    profile.startRatePerSecond,
    ...profile.stages.map((stage) => stage.ratePerSecond),
  ]);
  const target = (rate: number): number => Math.round(rate * unit);
  return [
    'executor: "ramping-arrival-rate",',
    `timeUnit: "${unit}s",`,
    `startRate: ${target(profile.startRatePerSecond)},`,
    "stages: [",
    ...profile.stages.map(
      (stage) =>
        `  { duration: "${duration(stage.durationSeconds)}", target: ${target(stage.ratePerSecond)} }, // ${stage.label.replace(/[\r\n\u2028\u2029]/g, " ")}`,
    ),
    "],",
    `preAllocatedVUs: ${users.preAllocated},`,
    `maxVUs: ${users.maximum},`,
    `gracefulStop: "${graceSeconds}s",`,
  ];
}

const indent = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

function optionsText(workload: Workload, generators: number): readonly string[] {
  const grace = gracefulStopSeconds(workload.journeys);
  const scenarios = workload.journeys.flatMap((journey, index) => {
    const profile = journeyProfile(workload, index);
    const users = virtualUsersFor(journey, peakRate(profile), generators);
    return [
      `${propertyKey(journey.name)}: {`,
      ...indent([`exec: "${camelCase(journey.name)}Visit",`, ...arrivalFields(profile, users, grace)], 2),
      "},",
    ];
  });
  return [
    "export const options = {",
    "  // Every request is written out as rows: only the tags that tell requests apart.",
    '  systemTags: ["name", "scenario", "status", "error_code"],',
    "  discardResponseBodies: true,",
    "  maxRedirects: 0,",
    "  scenarios: {",
    ...indent(scenarios, 4),
    "  },",
    "};",
  ];
}

function feederText(feeder: Feeder): string {
  switch (feeder.kind) {
    case "random-int":
      return `integer(${feeder.min}, ${feeder.max})`;
    case "zipf":
      return `zipf(${feeder.min}, ${feeder.max}, ${feeder.exponent})`;
    case "choice": {
      const weights = feeder.weights ?? feeder.values.map(() => 1);
      return `choice([${feeder.values.map(stringLiteral).join(", ")}], [${weights.join(", ")}])`;
    }
    case "unique-id":
      return `uniqueId(${stringLiteral(feeder.prefix)})`;
    case "table":
      throw new ConfigError("k6", [{ field: feeder.name, allowed: "a feeder that k6 can draw from" }]);
  }
}

/** Statuses that every status check of the step accepts; undefined where the default holds (200..399). */
function expectedStatuses(checks: readonly Check[]): readonly number[] | undefined {
  const sets = checks.flatMap((check) => (check.kind === "status" ? [check.statuses] : []));
  return sets[0]?.filter((status) => sets.every((set) => set.includes(status)));
}

const isBodyCheck = (check: Check): boolean => check.kind !== "status";

/** True when what k6 says of the status is not enough to judge the request. */
const needsLink = (step: HttpStep): boolean =>
  (step.checks ?? []).some(isBodyCheck) || (step.extract ?? []).length > 0;

const needsBody = (step: HttpStep): boolean =>
  (step.checks ?? []).some(isBodyCheck) ||
  (step.extract ?? []).some((extraction) => extraction.kind !== "header");

const hasVariables = (texts: readonly string[]): boolean =>
  texts.some((text) => templateVariables(text).length > 0);

function isJsonBody(step: HttpStep): boolean {
  const type = Object.entries(step.request.headers ?? {}).find(
    ([name]) => name.toLowerCase() === "content-type",
  );
  return type === undefined || /json/i.test(type[1]);
}

/** Headers of the request; a body is JSON unless the step says otherwise. */
function headersOf(step: HttpStep): Readonly<Record<string, string>> {
  const given = step.request.headers ?? {};
  const typed = Object.keys(given).some((name) => name.toLowerCase() === "content-type");
  return step.request.body === undefined || typed ? given : { "content-type": "application/json", ...given };
}

function headersText(headers: Readonly<Record<string, string>>): string {
  const fields = Object.entries(headers).map(
    ([name, value]) => `${propertyKey(name)}: ${templateExpression(value, "none")}`,
  );
  return `{ ${fields.join(", ")} }`;
}

function requestParameters(step: HttpStep): string {
  const statuses = expectedStatuses(step.checks ?? []);
  const headers = headersOf(step);
  const timeout = step.request.timeoutSeconds;
  const fields = [
    ...(timeout === undefined || timeout === DEFAULT_TIMEOUT_SECONDS ? [] : [`timeoutSeconds: ${timeout}`]),
    ...(statuses === undefined ? [] : [`statuses: [${statuses.join(", ")}]`]),
    ...(needsBody(step) ? ["body: true"] : []),
    ...(Object.keys(headers).length === 0 || hasVariables(Object.values(headers))
      ? []
      : [`headers: ${headersText(headers)}`]),
  ];
  const name = stringLiteral(step.name);
  return fields.length === 0 ? `request(${name})` : `request(${name}, { ${fields.join(", ")} })`;
}

function callText(step: HttpStep, steps: string, numbers: ReadonlySet<string>): string {
  const { method, path, body } = step.request;
  const url = templateExpression(path, "path", { prefix: `\${BASE_URL}`, plain: numbers });
  const shared = propertyAccess(steps, step.name);
  const headers = headersOf(step);
  const params = hasVariables(Object.values(headers))
    ? `{ ...${shared}, headers: ${headersText(headers)} }`
    : shared;
  if (method === "GET") return `http.get(${url}, ${params})`;
  const payload =
    body === undefined
      ? "null"
      : templateExpression(body, isJsonBody(step) ? "json" : "none", { plain: numbers });
  const call = method === "DELETE" ? "del" : method.toLowerCase();
  return `http.${call}(${url}, ${payload}, ${params})`;
}

function extractionText(extraction: Extraction): string {
  switch (extraction.kind) {
    case "json":
      return `fromJson(response, ${stringLiteral(extraction.path)})`;
    case "regex":
      return `fromBody(response, new RegExp(${stringLiteral(extraction.pattern)}))`;
    case "header":
      return `fromHeader(response, ${stringLiteral(extraction.header.toLowerCase())})`;
    case "cookie":
      return `fromCookie(response, ${stringLiteral(extraction.cookie)})`;
  }
}

function conditionText(check: Check): readonly string[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [`bodyContains(response, ${stringLiteral(check.text)})`];
    case "json":
      return [
        `fromJson(response, ${stringLiteral(check.path)}) ${check.equals === undefined ? "!== undefined" : `=== ${JSON.stringify(check.equals)}`}`,
      ];
  }
}

function thinkText(think: ThinkTime): string | undefined {
  const min = think.minSeconds ?? 0;
  const max = think.maxSeconds ?? "Infinity";
  const mean = think.meanSeconds ?? 0;
  switch (think.distribution) {
    case "constant":
      return mean === 0 ? undefined : `sleep(${mean});`;
    case "uniform":
      return max === 0 ? undefined : `sleep(visit.uniform(${min}, ${max}));`;
    case "exponential":
      return mean === 0 && min === 0 ? undefined : `sleep(visit.exponential(${mean}, ${min}, ${max}));`;
    case "lognormal":
      return mean === 0 && min === 0
        ? undefined
        : `sleep(visit.lognormal(${mean}, ${think.sigma ?? 0}, ${min}, ${max}));`;
  }
}

function stepText(step: HttpStep, steps: string, numbers: ReadonlySet<string>): readonly string[] {
  const think = step.thinkTime === undefined ? undefined : thinkText(step.thinkTime);
  const pause = think === undefined ? [] : [think];
  if (!needsLink(step)) return [`${callText(step, steps, numbers)};`, ...pause];
  const extractions = step.extract ?? [];
  const conditions = [
    ...(step.checks ?? []).flatMap(conditionText),
    ...extractions.map((extraction) => `data.${extraction.name} !== undefined`),
  ];
  return [
    "visit.linkNextRequest();",
    `response = ${callText(step, steps, numbers)};`,
    ...extractions.map((extraction) => `data.${extraction.name} = ${extractionText(extraction)};`),
    `visit.verify(${stringLiteral(step.name)}, [${conditions.join(", ")}]);`,
    ...(extractions.length === 0
      ? []
      : [
          `if (${extractions.map((extraction) => `data.${extraction.name} === undefined`).join(" || ")}) return; // nothing to go on with`,
        ]),
    ...pause,
  ];
}

function journeyText(workload: Workload, journey: Journey, index: number): readonly string[] {
  const name = camelCase(journey.name);
  const feeders = journey.feeders ?? [];
  const steps = journey.steps.filter(isHttpStep);
  const numbers = new Set(
    feeders.filter(({ kind }) => kind === "random-int" || kind === "zipf").map((feeder) => feeder.name),
  );
  for (const step of steps) for (const { name: extracted } of step.extract ?? []) numbers.delete(extracted);
  const body = steps.flatMap((step) => stepText(step, `${name}Steps`, numbers));
  return [
    `// ${journey.name} ${"-".repeat(Math.max(3, 100 - journey.name.length))}`,
    "",
    ...(feeders.length === 0
      ? []
      : [
          `const ${name}Data = {`,
          ...feeders.map((feeder) => `  ${feeder.name}: ${feederText(feeder)},`),
          "};",
          "",
        ]),
    `const ${name}Steps = {`,
    ...steps.map((step) => `  ${propertyKey(step.name)}: ${requestParameters(step)},`),
    "};",
    "",
    `export function ${name}Visit() {`,
    ...indent(
      [
        `const visit = beginVisit(${workload.seed}, ${index});`,
        "const data = {",
        ...feeders.map((feeder) => `  ${feeder.name}: ${name}Data.${feeder.name}(visit),`),
        "};",
        ...(steps.some(needsLink) ? ["let response;"] : []),
        "",
        ...body,
      ],
      2,
    ),
    "}",
  ];
}

const HELPERS = [
  "beginVisit",
  "bodyContains",
  "choice",
  "fromBody",
  "fromHeader",
  "fromJson",
  "integer",
  "jsonText",
  "request",
  "uniqueId",
  "zipf",
] as const;

/**
 * The whole workload as one k6 script: warm-up and measured part are one curve, one k6 scenario a journey. The same text for every
 * generator; each runs its execution segment of it.
 */
export function renderScript(workload: Workload, generators: number): string {
  const journeys = workload.journeys.flatMap((journey, index) => [
    "",
    ...journeyText(workload, journey, index),
  ]);
  const body = [...optionsText(workload, generators), ...journeys].join("\n");
  const used = HELPERS.filter((helper) => new RegExp(`\\b${helper}\\(`).test(body));
  const warmup = totalSeconds(workload.warmup);
  return `${[
    `// Scenario ${workload.scenario}: ${workload.description.replace(/[\r\n\u2028\u2029]/g, " ")}`,
    `// Rendered by perfbed. The first ${warmup} s are warm-up. Runs by itself as well: BASE_URL=http://… k6 run <this file>`,
    'import { sleep } from "k6";',
    'import http from "k6/http";',
    `import { ${used.join(", ")} } from "./${K6_HELPER_FILE}";`,
    "",
    "const BASE_URL = __ENV.BASE_URL;",
    'if (!BASE_URL) throw new Error("BASE_URL is not set");',
    "",
    body,
  ].join("\n")}\n`;
}
