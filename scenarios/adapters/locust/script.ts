import { peakRate } from "../../arrival";
import type { Check, Extraction, Feeder, HttpStep, Journey, Workload } from "../../model";
import { journeyProfile, virtualUsersFor, wholeProfile } from "../../plan";
import { templateVariables } from "../../templates";
import { dataColumns, dataFileName, pauseColumn } from "../data/journey-data";
import { constantPause } from "../data/random";
import { flatVariables } from "../data/variables";
import {
  DEFAULT_TIMEOUT_SECONDS,
  expectedStatuses,
  gracefulStopSeconds,
  headersOf,
  httpSteps,
  isJsonBody,
  longestTimeout,
  oneLine,
  pascalCase,
} from "../step-facts";

/** The module beside every rendered locustfile; it ships in generators/locust. */
export const LOCUST_HELPER_FILE = "perfbed_locust.py";

/** A Python string literal; JSON's escapes are Python's too. */
export function pythonText(text: string): string {
  const quoted = JSON.stringify(text);
  // JSON inside a string is easier to read between single quotes.
  return text.includes('"') && !/['\\\n\r\t]/.test(text) ? `'${text}'` : quoted;
}

const pythonValue = (value: string | number | boolean): string =>
  typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value);

const className = (journey: Journey): string => `${pascalCase(journey.name)}Visit`;

/** Text with the visit's data in it. */
function filled(template: string, by: "path" | "text" | "json_text"): string {
  return templateVariables(template).length === 0
    ? pythonText(template)
    : `${by}(${pythonText(template)}, data)`;
}

function requestArguments(step: HttpStep, catches: boolean): string {
  const { path, body } = step.request;
  const headers = Object.entries(headersOf(step.request)).map(
    ([name, value]) => `${pythonText(name)}: ${filled(value, "text")}`,
  );
  return [
    filled(path, "path"),
    `name=${pythonText(step.name)}`,
    ...(body === undefined ? [] : [`data=${filled(body, isJsonBody(step.request) ? "json_text" : "text")}`]),
    ...(headers.length === 0 ? [] : [`headers={${headers.join(", ")}}`]),
    ...(catches ? ["catch_response=True"] : []),
  ].join(", ");
}

function extractionText(extraction: Extraction): string {
  switch (extraction.kind) {
    case "json":
      return `from_json(response, ${pythonText(extraction.path)})`;
    case "regex":
      return `from_body(response, ${pythonText(extraction.pattern)}${extraction.group === undefined || extraction.group === 1 ? "" : `, ${extraction.group}`})`;
    case "header":
      return `from_header(response, ${pythonText(extraction.header)})`;
    case "cookie":
      return `self.cookie(${pythonText(extraction.cookie)})`;
  }
}

function checkLines(check: Check): readonly string[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [
        `expect(response, ${pythonText(check.text)} in (response.text or ""), ${pythonText(`no ${check.text}`)})`,
      ];
    case "json": {
      const value = `from_json(response, ${pythonText(check.path)})`;
      return check.equals === undefined
        ? [`expect(response, ${value} is not None, ${pythonText(`no ${check.path}`)})`]
        : [
            `expect(response, ${value} == ${pythonValue(check.equals)}, ${pythonText(`${check.path} is not ${String(check.equals)}`)})`,
          ];
    }
  }
}

function stepLines(step: HttpStep): readonly string[] {
  const statuses = expectedStatuses(step.checks ?? []);
  const extractions = step.extract ?? [];
  const inside = [
    ...(statuses === undefined ? [] : [`expect_status(response, ${statuses.join(", ")})`]),
    ...(step.checks ?? []).flatMap(checkLines),
    ...extractions.flatMap((extraction) => [
      `data[${pythonText(extraction.name)}] = ${extractionText(extraction)}`,
      `expect(response, data[${pythonText(extraction.name)}] is not None, ${pythonText(`no ${extraction.name}`)})`,
    ]),
  ];
  const call = `self.client.${step.request.method.toLowerCase()}(${requestArguments(step, inside.length > 0)})`;
  const seconds = constantPause(step.thinkTime);
  const pause =
    step.thinkTime === undefined
      ? []
      : step.thinkTime.distribution === "constant"
        ? seconds === 0
          ? []
          : [`self.pause(${Math.round(seconds * 1000)})`]
        : [`self.pause(data[${pythonText(pauseColumn(step))}])`];
  return [
    ...(inside.length === 0 ? [call] : [`with ${call} as response:`, ...inside.map((line) => `    ${line}`)]),
    ...(extractions.length === 0
      ? []
      : [
          `if ${extractions.map(({ name }) => `data[${pythonText(name)}] is None`).join(" or ")}:`,
          "    return  # nothing to go on with",
        ]),
    ...pause,
  ];
}

const uniqueIds = (journey: Journey): readonly Extract<Feeder, { kind: "unique-id" }>[] =>
  (journey.feeders ?? []).flatMap((feeder) => (feeder.kind === "unique-id" ? [feeder] : []));

function journeyLines(journey: Journey): readonly string[] {
  const columns = dataColumns(journey);
  const timeout = longestTimeout(journey);
  const usesData =
    columns.length > 0 ||
    uniqueIds(journey).length > 0 ||
    httpSteps(journey).some((step) => (step.extract ?? []).length > 0);
  return [
    `class ${className(journey)}(Visit):`,
    `    journey = ${pythonText(journey.name)}`,
    `    weight = ${journey.weight}`,
    ...(columns.length === 0 ? [] : [`    data = rows(${pythonText(dataFileName(journey))})`]),
    ...(timeout === DEFAULT_TIMEOUT_SECONDS
      ? []
      : [`    network_timeout = ${timeout}`, `    connection_timeout = ${timeout}`]),
    "",
    "    @task",
    "    def visit(self):",
    ...(usesData ? ["        data = self.next_data()"] : []),
    ...uniqueIds(journey).map(
      ({ name, prefix }) => `        data[${pythonText(name)}] = self.unique_id(${pythonText(prefix)})`,
    ),
    ...httpSteps(journey)
      .flatMap(stepLines)
      .map((line) => `        ${line}`),
  ];
}

const HELPERS = [
  "Curve",
  "OpenModel",
  "Visit",
  "expect",
  "expect_status",
  "from_body",
  "from_header",
  "from_json",
  "json_text",
  "path",
  "rows",
  "text",
] as const;

/** The whole workload as a locustfile: a user class a journey, and the one that starts them when they are due. */
export function renderLocustfile(given: Workload): string {
  const workload = flatVariables(given);
  const profile = wholeProfile(workload);
  const warmup = workload.warmup.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0);
  const users = workload.journeys.map((journey, index) => ({
    journey,
    ...virtualUsersFor(journey, peakRate(journeyProfile(workload, index)), 1),
  }));
  const body = [
    ...workload.journeys.flatMap((journey) => ["", "", ...journeyLines(journey)]),
    "",
    "",
    `class ${pascalCase(workload.scenario)}Arrivals(OpenModel):`,
    "    # Visits per second of all processes together; the first stages are the warm-up.",
    `    curve = Curve(`,
    `        start=${profile.startRatePerSecond},`,
    "        stages=[",
    ...profile.stages.map(
      (stage) => `            (${stage.durationSeconds}, ${stage.ratePerSecond}),  # ${oneLine(stage.label)}`,
    ),
    "        ],",
    "    )",
    "    # Visitors that are made beforehand, and at most.",
    "    journeys = {",
    ...users.map(
      ({ journey, preAllocated, maximum }) => `        ${className(journey)}: (${preAllocated}, ${maximum}),`,
    ),
    "    }",
    `    grace_seconds = ${gracefulStopSeconds(workload.journeys)}`,
  ].join("\n");
  const used = HELPERS.filter((helper) => new RegExp(`\\b${helper}\\(|\\(${helper}\\)`).test(body));
  return `${[
    `"""Scenario ${workload.scenario}: ${oneLine(workload.description).replaceAll("\\", "\\\\").replaceAll('"""', "'''")}`,
    "",
    `Rendered by perfbed. The first ${warmup} s are warm-up. Runs by itself as well:`,
    "",
    "    locust -f locustfile.py --headless --users 1 --host http://127.0.0.1:8080",
    '"""',
    "",
    "from locust import task",
    `from perfbed_locust import ${used.join(", ")}`,
    body,
  ].join("\n")}\n`;
}
