import type { Feeder, HttpStep, Journey, Step, Workload } from "../../model";
import { endpointNames } from "../../workload-files";
import { pauseColumn } from "../data/column-names";
import { dataColumns, dataFileName, redrawnColumns } from "../data/journey-data";
import { constantPause } from "../data/random";
import { type UploadNames, uploadNames } from "../data/uploads";
import { flatVariables, givenVariables } from "../data/variables";
import { hasUserData, usersFileName } from "../data/visit-data";
import { endpointConstant } from "../endpoint-name";
import { DEFAULT_TIMEOUT_SECONDS, httpSteps, longestTimeout, oneLine } from "../step-facts";
import { planLines } from "./plan-text";
import { indent, pythonText, visitClass } from "./python-text";
import { requestLines, type StepContext } from "./step-text";

/** The modules beside every rendered locustfile; they ship in generators/locust. */
export const LOCUST_HELPER_FILES = ["perfbed_locust.py", "perfbed_plans.py"] as const;

/** Base class of the journeys where the virtual users have a set-up. */
const SIGNED_IN = "SignedIn";

function pauseLines(step: Step): readonly string[] {
  const { thinkTime } = step;
  if (thinkTime === undefined) return [];
  if (thinkTime.distribution !== "constant") return [`self.pause(data[${pythonText(pauseColumn(step))}])`];
  const seconds = constantPause(thinkTime);
  return seconds === 0 ? [] : [`self.pause(${Math.round(seconds * 1000)})`];
}

function idLines(journey: Journey): readonly string[] {
  const ids = (journey.feeders ?? []).flatMap((feeder): Extract<Feeder, { kind: "unique-id" }>[] =>
    feeder.kind === "unique-id" ? [feeder] : [],
  );
  return ids.map(({ name, prefix, per }) => {
    const source = per === "user" ? "user_id" : "unique_id";
    return `data[${pythonText(name)}] = self.${source}(${pythonText(prefix)})`;
  });
}

/** Steps of a chain; what is drawn anew each time that one is made comes first. */
function stepMethods(original: Journey, journey: Journey, context: StepContext): readonly string[] {
  return httpSteps(journey).flatMap((step, index) => {
    const unnamed = original.steps[index];
    const names = unnamed === undefined ? [] : redrawnColumns(original, unnamed);
    return [
      "",
      `def ${step.name.replaceAll("-", "_")}_step(self, data):`,
      ...indent(
        [
          ...(names.length === 0 ? [] : [`self.redraw(data, ${names.map(pythonText).join(", ")})`]),
          ...requestLines(step, context),
        ],
        4,
      ),
    ];
  });
}

interface FileContext {
  /** As the author wrote it; `workload` has flat variables. */
  readonly given: Workload;
  readonly workload: Workload;
  readonly uploads: UploadNames;
  /** Longest timeout of each journey, or of all where one user makes visits of all journeys. */
  timeoutOf(journey: Journey): number;
}

function journeyLines(index: number, file: FileContext): readonly string[] {
  const journey = file.workload.journeys[index];
  const original = file.given.journeys[index];
  if (journey === undefined || original === undefined) return [];
  const { executor, setup } = file.workload;
  // The draws are told by the names that the author gave.
  const columns = dataColumns(original);
  const timeout = file.timeoutOf(journey);
  const given = givenVariables(file.given);
  const context: StepContext = {
    uploads: file.uploads,
    prefix: "",
    leave: journey.chain === undefined ? "return" : "return False",
  };
  const usesData =
    columns.length > 0 ||
    given.length > 0 ||
    setup !== undefined ||
    (journey.feeders ?? []).length > 0 ||
    journey.chain !== undefined ||
    httpSteps(journey).some((step) => (step.extract ?? []).length > 0);
  const body =
    journey.chain === undefined
      ? httpSteps(journey).flatMap((step) => [...requestLines(step, context), ...pauseLines(step)])
      : ["self.walk(data)"];
  return [
    `class ${visitClass(journey)}(${setup?.per === "user" ? SIGNED_IN : "Visit"}):`,
    ...indent(
      [
        `journey = ${pythonText(journey.name)}`,
        `weight = ${journey.weight}`,
        ...(columns.length === 0 || executor !== undefined
          ? []
          : [`data = rows(${pythonText(dataFileName(journey))})`]),
        ...(hasUserData(journey) ? [`user_data = rows(${pythonText(usersFileName(journey))})`] : []),
        ...(given.length === 0 || setup?.per === "user" ? [] : ["given = GIVEN"]),
        ...(timeout === DEFAULT_TIMEOUT_SECONDS
          ? []
          : [`network_timeout = ${timeout}`, `connection_timeout = ${timeout}`]),
        "",
        "@task",
        "def visit(self):",
        ...indent([...(usesData ? ["data = self.next_data()"] : []), ...idLines(journey), ...body], 4),
        ...(journey.chain === undefined ? [] : stepMethods(original, journey, context)),
      ],
      4,
    ),
  ];
}

/** Requests of each virtual user before its first visit. */
function setupLines(file: FileContext): readonly string[] {
  const { setup } = file.workload;
  if (setup?.per !== "user") return [];
  const context: StepContext = { uploads: file.uploads, prefix: "setup_", leave: "return False" };
  return [
    "",
    "",
    `class ${SIGNED_IN}(Visit):`,
    "    abstract = True",
    ...(givenVariables(file.given).length === 0 ? [] : ["    given = GIVEN"]),
    "",
    "    def set_up(self, data):",
    ...indent(
      setup.steps.flatMap((step: HttpStep) => [...requestLines(step, context), ...pauseLines(step)]),
      8,
    ),
  ];
}

/** What all visits have in common, and addresses: from environment variables. */
function constantLines(given: Workload): readonly string[] {
  const values = givenVariables(given);
  const lines = [
    ...endpointNames(given).map(
      (name) => `${endpointConstant(name)} = os.environ[${pythonText(endpointConstant(name))}]`,
    ),
    ...(values.length === 0
      ? []
      : [
          "GIVEN = {",
          ...values.map(
            ({ name, variable }) => `    ${pythonText(name)}: os.environ[${pythonText(variable)}],`,
          ),
          "}",
        ]),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

const VISIT_HELPERS = [
  "Visit",
  "content",
  "expect",
  "expect_status",
  "from_body",
  "from_cookie",
  "from_header",
  "from_json",
  "json_text",
  "path",
  "rows",
  "table",
  "text",
] as const;
const PLAN_HELPERS = [
  "ArrivalTrace",
  "Curve",
  "ExternalRate",
  "IterationsPerUser",
  "OpenModel",
  "VirtualUsers",
] as const;

const uses = (body: string, helpers: readonly string[]): string =>
  helpers.filter((helper) => new RegExp(`\\b${helper}\\(|\\(${helper}\\)`).test(body)).join(", ");

/** The whole workload as a locustfile: a user class a journey, and the one that starts them when they are due. */
export function renderLocustfile(given: Workload): string {
  const workload = flatVariables(given);
  const longest = Math.max(...workload.journeys.map(longestTimeout));
  const file: FileContext = {
    given,
    workload,
    uploads: uploadNames(given),
    timeoutOf: (journey) => (workload.executor === undefined ? longestTimeout(journey) : longest),
  };
  const warmup = workload.warmup.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0);
  const constants = constantLines(given);
  const body = [
    ...constants,
    ...setupLines(file),
    ...workload.journeys.flatMap((_, index) => ["", "", ...journeyLines(index, file)]),
    "",
    "",
    ...planLines(workload),
  ].join("\n");
  return `${[
    `"""Scenario ${workload.scenario}: ${oneLine(workload.description).replaceAll("\\", "\\\\").replaceAll('"""', "'''")}`,
    "",
    `Rendered by perfbed. The first ${warmup} s are warm-up. Runs by itself as well:`,
    "",
    "    locust -f locustfile.py --headless --users 1 --host http://127.0.0.1:8080",
    '"""',
    "",
    ...(constants.length === 0 ? [] : ["import os", ""]),
    "from locust import task",
    `from perfbed_locust import ${uses(body, VISIT_HELPERS)}`,
    `from perfbed_plans import ${uses(body, PLAN_HELPERS)}`,
    body,
  ].join("\n")}\n`;
}
