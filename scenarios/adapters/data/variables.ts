import type { Problem } from "../../../core/errors";
import { isHttpStep, type Workload } from "../../model";
import { templateVariables } from "../../templates";
import { refused } from "../capabilities";

export const NO_TABLES = refused("perfbed gives out rows of tables to k6 alone so far");

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
