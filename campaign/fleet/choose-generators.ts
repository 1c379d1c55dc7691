import { Target } from "../../components/contracts";
import { SIZING_LIMITS } from "../../components/validation";
import { ConfigError } from "../../core/errors";
import type { CampaignPlan } from "../plan";
import { type FleetSizing, GENERATOR_CPU_LIMIT, type GeneratorCost, sizeFleet } from "./sizing";

/** How many generators a campaign gets, and why. */
export interface ChosenGenerators {
  readonly generators: number;
  /** One or two sentences for people. */
  readonly reason: string;
}

const refuse = (value: string, hint: string): ConfigError =>
  new ConfigError("The number of generators cannot be chosen", [
    { field: "--generators", value: "auto", allowed: value, hint },
  ]);

/** @throws ConfigError where nobody knows beforehand what the requests of a plan cost */
export function checkAutomaticGenerators(plan: CampaignPlan): void {
  if (plan.environment.target !== Target.Local) {
    throw refuse(
      "a number on aws",
      "What a request costs is measured on this machine; the generators run elsewhere.",
    );
  }
  if (plan.tool !== "k6") {
    throw refuse(`a number with ${plan.tool}`, "What a request costs is measured for k6 alone.");
  }
  if (plan.workload.script !== undefined) {
    throw refuse(
      "a number for a script of your own",
      "Its requests are not known beforehand. Run it once: the report says what its generators used.",
    );
  }
}

const rounded = (value: number): string => Math.ceil(value).toLocaleString("en-GB");

function reasonOf(sizing: FleetSizing, generators: number, estimated: boolean, cores: number): string {
  const { peakRequestsPerSecond, requestMicroseconds, busyCores, fits } = sizing;
  const peak = `${estimated ? "about " : ""}${rounded(peakRequestsPerSecond)} requests/s at the peak`;
  const cost = `a request costs ${requestMicroseconds.toFixed(0)} µs of CPU here`;
  const limit = `${GENERATOR_CPU_LIMIT * 100} % of a core`;
  const load = `${busyCores.toFixed(2)} of ${cores} cores`;
  const warning = fits
    ? generators < sizing.generators
      ? ` ${sizing.generators} were needed, and ${generators} is the most.`
      : ""
    : ` That is more than ${GENERATOR_CPU_LIMIT * 100} % of the whole machine: the generators' own delays would be in the latencies.`;
  return `${peak}, and ${cost}: ${load}, with each generator under ${limit}.${warning}`;
}

/**
 * The number of generators for a plan's peak, from what a request costs on this machine.
 * @throws ConfigError as checkAutomaticGenerators
 */
export function chooseGenerators(plan: CampaignPlan, cost: GeneratorCost, cores: number): ChosenGenerators {
  checkAutomaticGenerators(plan);
  const { workload } = plan;
  const sizing = sizeFleet(workload, cost, cores);
  if (sizing === null) throw new Error("a workload without a script has requests");
  const generators = Math.min(sizing.generators, SIZING_LIMITS.generators.max);
  const kind = workload.executor?.kind;
  const estimated = kind !== undefined && kind !== "arrival-trace";
  return { generators, reason: reasonOf(sizing, generators, estimated, cores) };
}

/** The plan with another number of generators. */
export function withGenerators(plan: CampaignPlan, generators: number): CampaignPlan {
  const { environment } = plan;
  const sizing = { ...environment.sizing, fleet: { ...environment.sizing.fleet, generators } };
  return { ...plan, environment: { ...environment, sizing } };
}
