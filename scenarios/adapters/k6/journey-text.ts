import { DEFAULT_MAX_STEPS, pauseOf, transitionsFrom } from "../../chain";
import {
  type Chain,
  type Feeder,
  isHttpStep,
  type Journey,
  type Setup,
  type Step,
  type ThinkTime,
  type Workload,
} from "../../model";
import { templateVariables } from "../../templates";
import { templatesOf } from "../step-facts";
import { feederText, integerVariables, type Tables } from "./feeder-text";
import { camelCase, propertyKey, stringLiteral } from "./javascript-text";
import { requestParameters, type StepContext, stepText, usesResponse } from "./step-text";

export const indent = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

/** The pause as an expression without its semicolon; undefined where there is none. */
export function thinkText(think: ThinkTime, visit = "visit"): string | undefined {
  const min = think.minSeconds ?? 0;
  const max = think.maxSeconds ?? "Infinity";
  const mean = think.meanSeconds ?? 0;
  switch (think.distribution) {
    case "constant":
      return mean === 0 ? undefined : `sleep(${mean})`;
    case "uniform":
      return max === 0 ? undefined : `sleep(${visit}.uniform(${min}, ${max}))`;
    case "exponential":
      return mean === 0 && min === 0 ? undefined : `sleep(${visit}.exponential(${mean}, ${min}, ${max}))`;
    case "lognormal":
      return mean === 0 && min === 0
        ? undefined
        : `sleep(${visit}.lognormal(${mean}, ${think.sigma ?? 0}, ${min}, ${max}))`;
  }
}

/** Lines that draw anew what a step uses of the feeders that are drawn for each step. */
function redrawText(step: Step, feeders: readonly Feeder[], source: string): readonly string[] {
  const used = new Set(templatesOf(step).flatMap(templateVariables));
  return feeders
    .filter((feeder) => feeder.per === "step" && used.has(feeder.name))
    .map(({ name }) => `data.${name} = ${source}.${name}(visit);`);
}

/** Steps of a chain as functions, and what comes after each. */
function chainText(
  journey: Journey,
  chain: Chain,
  stepLines: (step: Step) => readonly string[],
): readonly string[] {
  const { steps } = journey;
  const isAsync = steps.some((step) => step.kind === "websocket");
  const options = (pairs: readonly string[]): string => `[${pairs.join(", ")}]`;
  const entry = Object.entries(chain.entry)
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `[${stringLiteral(name)}, ${share}]`);
  const next = steps.map((step) => {
    const pairs = transitionsFrom(chain, step.name)
      .filter(({ probability }) => probability > 0)
      .map((transition) => {
        const think = pauseOf(transition, steps);
        const pause = think === undefined ? undefined : thinkText(think);
        const more = pause === undefined ? "" : `, () => ${pause}`;
        return `[${stringLiteral(transition.to)}, ${transition.probability}${more}]`;
      });
    return `  ${propertyKey(step.name)}: ${options(pairs)},`;
  });
  return [
    "await walk(visit, {",
    `  entry: ${options(entry)},`,
    `  maxSteps: ${chain.maxSteps ?? DEFAULT_MAX_STEPS},`,
    "  next: {",
    ...indent(next, 2),
    "  },",
    "}, {",
    ...steps.flatMap((step) => [
      `  ${isAsync ? "async " : ""}${propertyKey(step.name)}() {`,
      ...indent(stepLines(step), 4),
      "  },",
    ]),
    "});",
  ];
}

/** Whether a journey's function has to wait for something. */
export const isAsyncJourney = (journey: Journey): boolean =>
  journey.chain !== undefined || journey.steps.some((step) => step.kind === "websocket");

/** Constants and function of one journey. `files`: the constants of uploaded and proto files. */
export function journeyText(
  workload: Workload,
  index: number,
  tables: Tables,
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const journey = workload.journeys[index];
  if (journey === undefined) return [];
  const name = camelCase(journey.name);
  const feeders = journey.feeders ?? [];
  const http = journey.steps.filter(isHttpStep);
  const { chain } = journey;
  const context: StepContext = {
    params: `${name}Steps`,
    numbers: integerVariables(journey),
    target: "data",
    leave: chain === undefined ? "return;" : "return false;",
    files,
  };
  const stepLines = (step: Step): readonly string[] => [
    ...redrawText(step, feeders, `${name}Data`),
    ...stepText(step, context),
  ];
  const body =
    chain === undefined
      ? journey.steps.flatMap((step) => {
          const pause = step.thinkTime === undefined ? undefined : thinkText(step.thinkTime);
          return [...stepLines(step), ...(pause === undefined ? [] : [`${pause};`])];
        })
      : chainText(journey, chain, stepLines);
  const setup = workload.setup;
  return [
    `// ${journey.name} ${"-".repeat(Math.max(3, 100 - journey.name.length))}`,
    "",
    ...(feeders.length === 0
      ? []
      : [
          `const ${name}Data = {`,
          ...feeders.map((feeder) => `  ${feeder.name}: ${feederText(feeder, tables)},`),
          "};",
          "",
        ]),
    ...(http.length === 0
      ? []
      : [
          `const ${name}Steps = {`,
          ...http.map((step) => `  ${propertyKey(step.name)}: ${requestParameters(step, undefined)},`),
          "};",
          "",
        ]),
    `export ${isAsyncJourney(journey) ? "async " : ""}function ${name}Visit(${setup?.per === "generator" ? "setup" : ""}) {`,
    ...indent(
      [
        `const visit = beginVisit(${workload.seed}, ${index});`,
        "const data = {",
        ...(setup?.per === "generator" ? ["  setup,"] : []),
        ...(setup?.per === "user" ? ["  setup: signIn(visit),"] : []),
        ...feeders
          .filter(({ per }) => per !== "step")
          .map((feeder) => `  ${feeder.name}: ${name}Data.${feeder.name}(visit),`),
        "};",
        ...(setup?.per === "user" ? ["if (data.setup === undefined) return; // nothing to go on with"] : []),
        ...(journey.steps.some(usesResponse) ? ["let response;"] : []),
        "",
        ...body,
      ],
      2,
    ),
    "}",
  ];
}

/** Requests before the load: once by each generator (k6's own setup), or by each virtual user before its first visit. */
export function setupText(
  workload: Workload,
  setup: Setup,
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const context: StepContext = {
    params: "setupRequests",
    numbers: new Set(),
    target: "data.setup",
    leave: setup.per === "user" ? "return undefined;" : 'throw new Error("the set-up has failed");',
    files,
  };
  const steps = [
    "",
    `// set-up ${"-".repeat(94)}`,
    "",
    "const setupRequests = {",
    ...setup.steps.map(
      (step) => `  ${propertyKey(step.name)}: ${requestParameters(step, '{ scenario: "setup" }')},`,
    ),
    "};",
    "",
  ];
  const requests = [
    "const data = { setup: {} };",
    ...(setup.steps.some(usesResponse) ? ["let response;"] : []),
    ...setup.steps.flatMap((step) => stepText(step, context)),
  ];
  if (setup.per === "user") {
    return [
      ...steps,
      "// Each virtual user has its own: modules are loaded once for each.",
      "let session;",
      "",
      "function signIn(visit) {",
      "  if (session !== undefined) return session;",
      ...indent(requests, 2),
      "  session = data.setup;",
      "  return session;",
      "}",
    ];
  }
  return [
    ...steps,
    "export function setup() {",
    "  // perfbed makes these requests itself before the start, so that all generators start together.",
    "  if (__ENV.PERFBED_SETUP) return JSON.parse(__ENV.PERFBED_SETUP);",
    `  const visit = beginSetup(${workload.seed});`,
    ...indent(requests, 2),
    "  return data.setup;",
    "}",
  ];
}
