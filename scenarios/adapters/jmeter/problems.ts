import type { Problem } from "../../../core/errors";
import { type Feeder, isHttpStep, type Workload } from "../../model";
import { readTable } from "../../tables";
import { templateVariables } from "../../templates";
import { redrawnFeeders } from "../data/journey-data";
import { isJsonBody } from "../step-facts";

/** What JMeter can do in some places only, beside what its capabilities say. */

const TITLE = "JMeter";

const breaksJson = (value: string): boolean => JSON.stringify(value) !== `"${value}"`;

/** Variables of a feeder of which some value would have to be escaped in JSON. */
function unsafeVariables(feeder: Feeder): readonly string[] {
  if (feeder.kind === "choice") return feeder.values.some(breaksJson) ? [feeder.name] : [];
  if (feeder.kind !== "table") return [];
  const { columns, rows } = readTable(feeder.file);
  return columns
    .filter((column) => rows.some((row) => breaksJson(row[column] ?? "")))
    .map((column) => `${feeder.name}.${column}`);
}

/** JMeter has no function that escapes text for JSON: a value with quotes would break the body. */
export function jsonProblems(workload: Workload): readonly Problem[] {
  return workload.journeys.flatMap((journey, j) => {
    const unsafe = new Set((journey.feeders ?? []).flatMap(unsafeVariables));
    return journey.steps.flatMap((step, s) => {
      if (!isHttpStep(step)) return [];
      const { request } = step;
      return request.body !== undefined &&
        isJsonBody(request) &&
        templateVariables(request.body).some((name) => unsafe.has(name))
        ? [
            {
              field: `journeys[${j}].steps[${s}].request.body`,
              value: request.body,
              allowed: "values without quotes, backslashes and line breaks in a JSON body",
              hint: `${TITLE} has no function that escapes text for JSON. k6, Locust and Gatling can (--tool).`,
            },
          ]
        : [];
    });
  });
}

/** What a test plan can do in some places only. */
export function placeProblems(workload: Workload): readonly Problem[] {
  const { executor, cookies } = workload;
  const threads = executor?.kind === "virtual-users" || executor?.kind === "iterations-per-user";
  const ofCookies =
    cookies === "user" && !threads
      ? [
          {
            field: "cookies",
            value: "user",
            allowed: "visit, unless virtual users make the visits",
            hint: `${TITLE} makes each arrival in a thread of its own: nobody comes a second time. k6 can (--tool k6).`,
          },
        ]
      : [];
  const ofChains = workload.journeys.flatMap((journey, j) =>
    journey.chain === undefined
      ? []
      : journey.steps.flatMap((step, s) => [
          ...(step.name === "default"
            ? [
                {
                  field: `journeys[${j}].steps[${s}].name`,
                  value: step.name,
                  allowed: "another name in a chain",
                  hint: `${TITLE}'s Switch Controller takes it for every other step.`,
                },
              ]
            : []),
          ...redrawnFeeders(journey, step).map(({ name }) => ({
            field: `journeys[${j}].feeders.${name}.per`,
            value: "step",
            allowed: "visit in a chain",
            hint: `${TITLE} has no list of values for a step that is made again and again. k6, Locust and Gatling do (--tool).`,
          })),
        ]),
  );
  return [...ofCookies, ...ofChains];
}
