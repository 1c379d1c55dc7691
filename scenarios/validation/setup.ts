import { surelyExtracted } from "../chain";
import type { Setup } from "../model";
import { type Report, uniqueNames } from "./report";
import { checkStep, extractedBy } from "./step";

/** Variables that a set-up gives to every journey. */
export function setupVariables(setup: Setup | undefined): ReadonlySet<string> {
  return new Set((setup?.steps ?? []).flatMap(extractedBy).map((name) => `setup.${name}`));
}

/** Steps of a set-up know what earlier ones have extracted, as `${setup.name}`. */
export function checkSetup(report: Report, setup: Setup | undefined): void {
  if (setup === undefined) return;
  const { steps } = setup;
  if (steps.length === 0) report("setup.steps", [], "at least one step");
  uniqueNames(
    report,
    "setup.steps",
    steps.map((step) => step.name),
  );
  const extracted = surelyExtracted({ name: "setup", weight: 1, steps }, extractedBy);
  steps.forEach((step, index) => {
    const known = new Set([...(extracted.get(step.name) ?? [])].map((name) => `setup.${name}`));
    checkStep(report, `setup.steps[${index}]`, step, known);
  });
}
