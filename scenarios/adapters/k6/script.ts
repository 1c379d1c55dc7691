import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { peakRate, totalSeconds } from "../../arrival";
import type { Executor } from "../../executor";
import { type ArrivalProfile, isHttpStep, type Journey, type Step, type Workload } from "../../model";
import { journeyProfile, thinkSeconds, virtualUsersFor } from "../../plan";
import { readTable } from "../../tables";
import { endpointNames } from "../../workload-files";
import { endpointConstant } from "../endpoint-name";
import {
  ARRIVALS_FILE,
  ARRIVALS_TEXT,
  arrivalsJson,
  executorFields,
  executorSteps,
  SHARED_SCENARIO,
  STAGES_FILE,
  stagesJson,
} from "./executor-text";
import { Tables } from "./feeder-text";
import { K6_GRPC_HELPER_FILE, K6_GRPC_HELPER_SOURCE } from "./helper-grpc";
import { K6_HELPER_FILE, K6_HELPER_SOURCE } from "./helper-script";
import { K6_SOCKET_HELPER_FILE, K6_SOCKET_HELPER_SOURCE } from "./helper-sockets";
import { camelCase, propertyKey, stringLiteral } from "./javascript-text";
import { indent, isAsyncJourney, journeyText, setupText, thinkText } from "./journey-text";
import { DEFAULT_TIMEOUT_SECONDS } from "./step-text";

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

const timeoutOf = (step: Step): number =>
  (isHttpStep(step) ? step.request : step).timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;

/** How long k6 waits for iterations under way when the curve ends: enough for a slow visit to come to its end or to time out. */
export function gracefulStopSeconds(journeys: readonly Journey[]): number {
  const longest = Math.max(
    0,
    ...journeys.map((journey) => 2 * thinkSeconds(journey) + 2 * Math.max(...journey.steps.map(timeoutOf))),
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

function scenariosText(workload: Workload, generators: number): readonly string[] {
  const grace = gracefulStopSeconds(workload.journeys);
  const { executor } = workload;
  if (executor !== undefined) {
    const fields = executorFields(workload, executor, generators, grace);
    return [`${SHARED_SCENARIO}: {`, ...indent(['exec: "visit",', ...fields], 2), "},"];
  }
  return workload.journeys.flatMap((journey, index) => {
    const profile = journeyProfile(workload, index);
    const users = virtualUsersFor(journey, peakRate(profile), generators);
    return [
      `${propertyKey(journey.name)}: {`,
      ...indent([`exec: "${camelCase(journey.name)}Visit",`, ...arrivalFields(profile, users, grace)], 2),
      "},",
    ];
  });
}

function optionsText(workload: Workload, generators: number): readonly string[] {
  return [
    "export const options = {",
    "  // Every request is written out as rows: only the tags that tell requests apart.",
    '  systemTags: ["name", "scenario", "status", "error_code"],',
    "  discardResponseBodies: true,",
    "  maxRedirects: 0,",
    ...(workload.cookies === "user"
      ? ["  // A virtual user is one person for the whole test.", "  noCookiesReset: true,"]
      : []),
    "  scenarios: {",
    ...indent(scenariosText(workload, generators), 4),
    "  },",
    "};",
  ];
}

/** The function of the shared k6 scenario: picks a journey for each visit. */
function sharedText(workload: Workload, executor: Executor): readonly string[] {
  const { journeys, seed } = workload;
  const pause = "pause" in executor ? executor.pause : undefined;
  const sleep = pause === undefined ? undefined : thinkText(pause, `betweenVisits(${seed})`);
  const { before, after } = executorSteps(executor, sleep);
  const setup = workload.setup?.per === "generator" ? "setup" : "";
  const chosen = `chooseJourney(${seed}, journeys${executor.kind === "arrival-trace" ? ", journey" : ""})`;
  const isAsync = journeys.some(isAsyncJourney);
  return [
    "",
    `// visits ${"-".repeat(95)}`,
    "",
    "const journeys = [",
    ...journeys.map(
      ({ name, weight }) =>
        `  { name: ${stringLiteral(name)}, weight: ${weight}, visit: ${camelCase(name)}Visit },`,
    ),
    "];",
    "",
    `export ${isAsync ? "async " : ""}function visit(${setup}) {`,
    ...indent([...before, `${isAsync ? "await " : ""}${chosen}.visit(${setup});`, ...after], 2),
    "}",
  ];
}

const HELPERS = [
  "beginSetup",
  "beginVisit",
  "betweenVisits",
  "bodyContains",
  "choice",
  "chooseJourney",
  "fromBody",
  "fromCookie",
  "fromHeader",
  "fromJson",
  "integer",
  "jsonText",
  "nextRow",
  "ownRow",
  "pace",
  "perUser",
  "randomRow",
  "request",
  "restOf",
  "sleepUntil",
  "tracedHttp",
  "uniqueId",
  "uniqueRow",
  "walk",
  "zipf",
] as const;

/** Files that a script reads when it is loaded: uploads and proto files, by absolute path. */
interface ReadFile {
  readonly name: string;
  readonly constant: string;
  readonly kind: "upload" | "proto";
}

function readFiles(workload: Workload): ReadonlyMap<string, ReadFile> {
  const found = new Map<string, ReadFile>();
  const add = (path: string, kind: ReadFile["kind"]): void => {
    if (found.has(path)) return;
    const taken = [...found.values()].some(({ name }) => name === basename(path));
    const name = taken ? `${found.size + 1}-${basename(path)}` : basename(path);
    const stem = basename(path, extname(path)).replace(/[^A-Za-z0-9]+/g, "-");
    const word = camelCase(stem) || "file";
    const constant = `${word}${kind === "proto" ? "Client" : "File"}${taken ? found.size + 1 : ""}`;
    found.set(path, { name, constant, kind });
  };
  const steps: readonly Step[] = [
    ...workload.journeys.flatMap((journey) => journey.steps),
    ...(workload.setup?.steps ?? []),
  ];
  for (const step of steps) {
    if (step.kind === "grpc") add(step.proto, "proto");
    if (!isHttpStep(step)) continue;
    for (const part of step.request.multipart ?? []) if (part.kind === "file") add(part.file, "upload");
  }
  return found;
}

function readFilesText(files: ReadonlyMap<string, ReadFile>): readonly string[] {
  const lines = [...files.values()].flatMap(({ name, constant, kind }) =>
    kind === "upload"
      ? [`const ${constant} = open(${stringLiteral(`./${name}`)}, "b");`]
      : [`const ${constant} = new grpc.Client();`, `${constant}.load([], ${stringLiteral(`./${name}`)});`],
  );
  return lines.length === 0 ? [] : ["", ...lines];
}

/** Imports of a script whose body is known. */
function importsText(body: string, workload: Workload): readonly string[] {
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\(`).test(body);
  const steps = workload.journeys.flatMap((journey) => journey.steps);
  const has = (kind: Step["kind"]): boolean => steps.some((step) => step.kind === kind);
  const helpers = HELPERS.filter(uses);
  return [
    ...(body.includes("exec.") ? ['import exec from "k6/execution";'] : []),
    'import { sleep } from "k6";',
    ...(body.includes("new SharedArray(") ? ['import { SharedArray } from "k6/data";'] : []),
    ...(uses("tracedHttp") ? [] : ['import http from "k6/http";']),
    ...(has("grpc") ? ['import grpc from "k6/net/grpc";'] : []),
    `import { ${helpers.join(", ")} } from "./${K6_HELPER_FILE}";`,
    ...(has("grpc")
      ? [
          `import { ${["call", ...(uses("fromMessage") ? ["fromMessage"] : [])].join(", ")} } from "./${K6_GRPC_HELPER_FILE}";`,
        ]
      : []),
    ...(has("websocket") ? [`import { overSocket } from "./${K6_SOCKET_HELPER_FILE}";`] : []),
  ];
}

function addressText(name: string): readonly string[] {
  return [
    `const ${name} = __ENV.${name};`,
    `if (!${name}) throw new Error(${stringLiteral(`${name} is not set`)});`,
  ];
}

/**
 * The whole workload as one k6 script: warm-up and measured part are one curve, one k6 scenario a journey (one for all journeys where an
 * executor starts the visits). The same text for every generator; each runs its execution segment of it.
 * @param traceRatio share of the requests that ask to be traced; none carries a trace context when absent
 */
export function renderScript(workload: Workload, generators: number, traceRatio?: number): string {
  const tables = new Tables(workload);
  const files = readFiles(workload);
  const constants = new Map([...files].map(([path, { constant }]) => [path, constant]));
  const { executor, setup } = workload;
  const body = [
    ...(traceRatio === undefined
      ? []
      : ["// Some requests ask to be traced.", `const http = tracedHttp(${traceRatio});`, ""]),
    ...optionsText(workload, generators),
    ...tables.text,
    ...(executor?.kind === "arrival-trace" ? ["", ARRIVALS_TEXT] : []),
    ...readFilesText(files),
    ...(setup === undefined ? [] : setupText(workload, setup, constants)),
    ...workload.journeys.flatMap((_, index) => ["", ...journeyText(workload, index, tables, constants)]),
    ...(executor === undefined ? [] : sharedText(workload, executor)),
  ].join("\n");
  const warmup = totalSeconds(workload.warmup);
  return `${[
    `// Scenario ${workload.scenario}: ${workload.description.replace(/[\r\n\u2028\u2029]/g, " ")}`,
    `// Rendered by perfbed. The first ${warmup} s are warm-up. Runs by itself as well: BASE_URL=http://… k6 run <this file>`,
    ...importsText(body, workload),
    "",
    ...addressText("BASE_URL"),
    ...endpointNames(workload).flatMap((name) => addressText(endpointConstant(name))),
    "",
    body,
  ].join("\n")}\n`;
}

/** Everything that stands beside the script, by name: helpers, tables, arrivals, and copies of the files that it reads. */
export function companionFiles(workload: Workload): Readonly<Record<string, string | Uint8Array>> {
  const steps = workload.journeys.flatMap((journey) => journey.steps);
  const { executor } = workload;
  return {
    [K6_HELPER_FILE]: K6_HELPER_SOURCE,
    ...(steps.some((step) => step.kind === "websocket")
      ? { [K6_SOCKET_HELPER_FILE]: K6_SOCKET_HELPER_SOURCE }
      : {}),
    ...(steps.some((step) => step.kind === "grpc") ? { [K6_GRPC_HELPER_FILE]: K6_GRPC_HELPER_SOURCE } : {}),
    ...(executor?.kind === "arrival-trace"
      ? {
          [ARRIVALS_FILE]: arrivalsJson(
            executor,
            workload.journeys.map(({ name }) => name),
          ),
          [STAGES_FILE]: stagesJson(executor),
        }
      : {}),
    ...Object.fromEntries(
      new Tables(workload).files.map(({ name, source }) => [
        name,
        `${JSON.stringify(readTable(source).rows, null, 1)}\n`,
      ]),
    ),
    ...Object.fromEntries([...readFiles(workload)].map(([path, { name }]) => [name, readFileSync(path)])),
  };
}
