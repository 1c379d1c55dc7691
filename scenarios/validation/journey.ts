import { endingSteps, reachableSteps, surelyExtracted } from "../chain";
import { type Chain, EXIT, type Journey } from "../model";
import { checkFeeder, feederVariables } from "./feeder";
import { type Report, uniqueNames } from "./report";
import { checkStep, extractedBy } from "./step";
import { checkThinkTime } from "./think-time";

/** Probabilities come from counts, and their sum from rounding. */
const SUM_TOLERANCE = 1e-6;

const isProbability = (value: number): boolean => value >= 0 && value <= 1;
const isOne = (sum: number): boolean => Math.abs(sum - 1) <= SUM_TOLERANCE;
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function checkChain(report: Report, field: string, journey: Journey, chain: Chain): void {
  const names = journey.steps.map((step) => step.name);
  if (names.includes(EXIT)) report(`${field}.steps`, EXIT, `names other than ${EXIT}: it is a visit's end`);
  for (const [name, share] of Object.entries(chain.entry)) {
    if (!names.includes(name)) report(`${field}.chain.entry`, name, `a step: ${names.join(", ")}`);
    if (!isProbability(share)) report(`${field}.chain.entry.${name}`, share, "0..1");
  }
  const entries = sumOf(Object.values(chain.entry));
  if (!isOne(entries)) report(`${field}.chain.entry`, entries, "shares that add up to 1");
  const seen = new Set<string>();
  const sums = new Map<string, number>();
  chain.transitions.forEach((transition, index) => {
    const at = `${field}.chain.transitions[${index}]`;
    const { from, to, probability, thinkTime } = transition;
    if (!names.includes(from)) report(`${at}.from`, from, `a step: ${names.join(", ")}`);
    if (to !== EXIT && !names.includes(to)) report(`${at}.to`, to, `a step or ${EXIT}: ${names.join(", ")}`);
    if (!isProbability(probability)) report(`${at}.probability`, probability, "0..1");
    const pair = JSON.stringify([from, to]);
    if (seen.has(pair)) report(at, `${from} to ${to}`, "one transition for each pair of steps");
    seen.add(pair);
    sums.set(from, (sums.get(from) ?? 0) + probability);
    if (thinkTime !== undefined) checkThinkTime(report, `${at}.thinkTime`, thinkTime);
  });
  const { maxSteps } = chain;
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps >= 1 && maxSteps <= 100_000)) {
    report(`${field}.chain.maxSteps`, maxSteps, "an integer, 1..100000");
  }
  const ending = endingSteps(chain);
  for (const name of reachableSteps(journey)) {
    if (!names.includes(name)) continue;
    const sum = sums.get(name) ?? 0;
    if (!isOne(sum)) {
      report(`${field}.chain.transitions`, sum, `probabilities from ${name} that add up to 1`);
    } else if (!ending.has(name)) {
      report(
        `${field}.chain.transitions`,
        name,
        `a way from ${name} to ${EXIT}`,
        "Its visits would never end.",
      );
    }
  }
}

/** @param given variables that every journey has, from the set-up */
export function checkJourney(
  report: Report,
  field: string,
  journey: Journey,
  given: ReadonlySet<string>,
): void {
  if (!(Number.isFinite(journey.weight) && journey.weight > 0)) {
    report(`${field}.weight`, journey.weight, "above 0", "Leave out a journey that shall not run.");
  }
  if (journey.steps.length === 0) report(`${field}.steps`, [], "at least one step");
  uniqueNames(
    report,
    `${field}.steps`,
    journey.steps.map((step) => step.name),
  );
  const names = new Set<string>();
  const fed = new Set(given);
  journey.feeders?.forEach((feeder, index) => {
    checkFeeder(report, `${field}.feeders[${index}]`, feeder);
    if (names.has(feeder.name)) report(`${field}.feeders[${index}].name`, feeder.name, "a name used once");
    names.add(feeder.name);
    for (const name of feederVariables(feeder)) fed.add(name);
  });
  if (journey.chain !== undefined) checkChain(report, field, journey, journey.chain);
  const extracted = surelyExtracted(journey, extractedBy);
  journey.steps.forEach((step, index) => {
    const known = new Set([...fed, ...(extracted.get(step.name) ?? [])]);
    checkStep(report, `${field}.steps[${index}]`, step, known);
  });
}
