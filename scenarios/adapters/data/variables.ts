import type { Problem } from "../../../core/errors";
import { arrivalsTotal } from "../../arrival";
import { type HttpStep, isHttpStep, type Step, type Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { templateParts, templateVariables } from "../../templates";

/** A variable as a name that every tool takes: `users.email` as `users_email`. */
export const columnName = (variable: string): string => variable.replaceAll(".", "_");

const flat = (template: string): string =>
  templateParts(template)
    .map((part) => (part.kind === "text" ? part.text : `\${${columnName(part.name)}}`))
    .join("");

function flatStep(step: HttpStep): HttpStep {
  const { path, headers, body } = step.request;
  return {
    ...step,
    request: {
      ...step.request,
      path: flat(path),
      ...(headers === undefined
        ? {}
        : {
            headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, flat(value)])),
          }),
      ...(body === undefined ? {} : { body: flat(body) }),
    },
  };
}

/** The workload with variables as the columns of its data files are called. */
export function flatVariables(workload: Workload): Workload {
  const ofStep = (step: Step): Step => (isHttpStep(step) ? flatStep(step) : step);
  return {
    ...workload,
    journeys: workload.journeys.map((journey) => ({ ...journey, steps: journey.steps.map(ofStep) })),
  };
}

/** Variables that only the fleet knows: of the environment and of the set-up, which are handed to k6 alone. */
export function variableProblems(title: string, workload: Workload): readonly Problem[] {
  return workload.journeys.flatMap((journey, j) =>
    journey.steps.flatMap((step, s) => {
      if (!isHttpStep(step)) return [];
      const { request } = step;
      const templates = { path: request.path, body: request.body ?? "", ...request.headers };
      return Object.entries(templates).flatMap(([field, template]) =>
        templateVariables(template)
          .filter((name) => name.startsWith("env.") || name.startsWith("setup."))
          .map((name) => ({
            field: `journeys[${j}].steps[${s}].request.${field}`,
            value: `\${${name}}`,
            allowed: "variables of the journey itself",
            hint: `${title} is not given the values of the environment and of the set-up. k6 is (--tool k6).`,
          })),
      );
    }),
  );
}

/** Tables whose rows may come once only, and are fewer than the arrivals: known beforehand here, where k6 finds out as it runs. */
export function tableProblems(workload: Workload, mostRows: number): readonly Problem[] {
  return workload.journeys.flatMap((journey, j) =>
    (journey.feeders ?? []).flatMap((feeder, f) => {
      if (feeder.kind !== "table") return [];
      const field = `journeys[${j}].feeders[${f}]`;
      const rows = feeder.rowCount ?? 0;
      if (rows === 0) return [{ field: `${field}.file`, value: feeder.file, allowed: "a table with rows" }];
      const arrivals = Math.floor(arrivalsTotal(journeyProfile(workload, j)));
      const most = Math.min(rows, mostRows);
      if (feeder.mode !== "unique" || arrivals <= most) return [];
      return [
        {
          field: `${field}.mode`,
          value: "unique",
          allowed: `at most ${most} visits of ${journey.name}, or another mode`,
          hint: `${arrivals} are planned, and each takes a row of ${feeder.file} that nobody had before.`,
        },
      ];
    }),
  );
}
