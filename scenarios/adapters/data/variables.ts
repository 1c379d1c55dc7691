import type { Problem } from "../../../core/errors";
import { arrivalsTotal } from "../../arrival";
import { type HttpStep, isHttpStep, type Journey, type Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { templateParts } from "../../templates";
import { endpointNames, environmentNames } from "../../workload-files";
import { endpointConstant } from "../endpoint-name";
import { integerVariables } from "../k6/feeder-text";
import { columnName, stepColumn } from "./column-names";
import { redrawnFeeders } from "./journey-data";
import { virtualUserCount } from "./visit-data";

type Rename = (variable: string) => string;

const flat = (template: string, rename: Rename): string =>
  templateParts(template)
    .map((part) => (part.kind === "text" ? part.text : `\${${columnName(rename(part.name))}}`))
    .join("");

function flatStep(step: HttpStep, rename: Rename): HttpStep {
  const { path, headers, body, multipart } = step.request;
  return {
    ...step,
    request: {
      ...step.request,
      path: flat(path, rename),
      ...(headers === undefined
        ? {}
        : {
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, value]) => [name, flat(value, rename)]),
            ),
          }),
      ...(body === undefined ? {} : { body: flat(body, rename) }),
      ...(multipart === undefined
        ? {}
        : {
            multipart: multipart.map((part) =>
              part.kind === "field" ? { ...part, value: flat(part.value, rename) } : part,
            ),
          }),
    },
  };
}

/** The workload with variables as the columns of its data files are called. */
export function flatVariables(workload: Workload): Workload {
  const { setup } = workload;
  const ofJourney = (journey: Journey): Journey => ({
    ...journey,
    steps: journey.steps.map((step) => {
      if (!isHttpStep(step)) return step;
      const redrawn = new Set(redrawnFeeders(journey, step).map(({ name }) => name));
      return flatStep(step, (name) => (redrawn.has(name) ? stepColumn(name, step) : name));
    }),
  });
  return {
    ...workload,
    journeys: workload.journeys.map(ofJourney),
    ...(setup === undefined
      ? {}
      : { setup: { ...setup, steps: setup.steps.map((step) => flatStep(step, (name) => name)) } }),
  };
}

/** Variables that hold integers and need no escaping, by both of their names. */
export function integerColumns(journey: Journey): ReadonlySet<string> {
  const integers = integerVariables(journey);
  const columns = journey.steps.flatMap((step) => [...integers].map((name) => stepColumn(name, step)));
  return new Set([...integers, ...columns]);
}

/** Environment variable with a value that the set-up of each generator has given: `token` as `SETUP_TOKEN`. */
export const setupVariable = (name: string): string => `SETUP_${name.toUpperCase()}`;

/** What all visits have in common, `env_TOKEN` and `setup_token`, and the environment variables that hold it. */
export function givenVariables(
  workload: Workload,
): readonly { readonly name: string; readonly variable: string }[] {
  const { setup } = workload;
  return [
    ...environmentNames(workload).map((name) => ({ name: columnName(`env.${name}`), variable: name })),
    ...(setup?.per === "generator"
      ? setup.steps.flatMap((step) =>
          (step.extract ?? []).map(({ name }) => ({
            name: columnName(`setup.${name}`),
            variable: setupVariable(name),
          })),
        )
      : []),
  ];
}

/** Values for those variables, of what the fleet gives a generator: secrets, and what the set-up has given as JSON. */
export function givenValues(
  environment: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { PERFBED_SETUP, ...secrets } = environment;
  const given: unknown = PERFBED_SETUP === undefined ? {} : JSON.parse(PERFBED_SETUP);
  const values =
    typeof given === "object" && given !== null
      ? Object.entries(given).map(([name, value]) => [setupVariable(name), String(value)])
      : [];
  return { ...secrets, ...Object.fromEntries(values) };
}

/** What has to be set to run the native files by hand, for people. */
export function variablesReadme(workload: Workload): readonly string[] {
  const names = [
    ...endpointNames(workload).map(endpointConstant),
    ...givenVariables(workload).map(({ variable }) => variable),
  ];
  if (names.length === 0) return [];
  return ["", `Environment variables that have to be set: ${names.map((name) => `\`${name}\``).join(", ")}.`];
}

/** A set-up is no arrival: nothing is drawn for it. */
export function setupPickProblems(title: string, workload: Workload): readonly Problem[] {
  return (workload.setup?.steps ?? []).flatMap((step, s) =>
    (step.extract ?? []).flatMap((extraction, e) =>
      "pick" in extraction && extraction.pick === "random"
        ? [
            {
              field: `setup.steps[${s}].extract[${e}].pick`,
              value: "random",
              allowed: "first or last in a set-up",
              hint: `${title} takes random values by the numbers of the visits' data. k6 can (--tool k6).`,
            },
          ]
        : [],
    ),
  );
}

/** Tables whose rows may come once only, and are fewer than are needed: known beforehand here, where k6 finds out as it runs. */
export function tableProblems(workload: Workload, mostRows: number): readonly Problem[] {
  const kind = workload.executor?.kind;
  return workload.journeys.flatMap((journey, j) =>
    (journey.feeders ?? []).flatMap((feeder, f) => {
      if (feeder.kind !== "table") return [];
      const field = `journeys[${j}].feeders[${f}]`;
      const rows = feeder.rowCount ?? 0;
      if (rows === 0) return [{ field: `${field}.file`, value: feeder.file, allowed: "a table with rows" }];
      if (feeder.mode !== "unique") return [];
      if (feeder.per !== "user" && (kind === "virtual-users" || kind === "external-rate")) {
        return [
          {
            field: `${field}.mode`,
            value: "unique",
            allowed: `another mode, or unique for each user, with ${kind}`,
            hint: "Rows are given out beforehand, and nobody knows how many visits there will be. k6 can (--tool k6).",
          },
        ];
      }
      const needed =
        feeder.per === "user"
          ? virtualUserCount(workload, j)
          : workload.executor === undefined
            ? Math.floor(arrivalsTotal(journeyProfile(workload, j)))
            : 0;
      const most = feeder.per === "user" ? rows : Math.min(rows, mostRows);
      if (needed <= most) return [];
      return [
        {
          field: `${field}.mode`,
          value: "unique",
          allowed: `at most ${most} ${feeder.per === "user" ? "virtual users" : "visits"} of ${journey.name}, or another mode`,
          hint: `${needed} are planned, and each takes a row of ${feeder.file} that nobody had before.`,
        },
      ];
    }),
  );
}
