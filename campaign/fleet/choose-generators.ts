import { instanceTypeNamed } from "../../components/aws/instance-types";
import { Target } from "../../components/contracts";
import { SIZING_LIMITS } from "../../components/validation";
import { ConfigError } from "../../core/errors";
import type { CampaignPlan } from "../plan";
import {
  type FleetSizing,
  GENERATOR_CPU_LIMIT,
  type GeneratorCost,
  generatorsFor,
  sizeFleet,
} from "./sizing";

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
  const { aws, target } = plan.environment;
  if (target !== Target.Local && instanceTypeNamed(aws?.fleet.instanceType ?? "") === undefined) {
    throw refuse(
      `a number with generators on ${aws?.fleet.instanceType ?? target}`,
      "perfbed does not know how many vCPUs they have.",
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

/** A fleet has no more than this. */
const MOST_GENERATORS = SIZING_LIMITS.generators.max;

const peakText = ({ peakRequestsPerSecond, requestMicroseconds }: FleetSizing, estimated: boolean): string =>
  `${estimated ? "about " : ""}${rounded(peakRequestsPerSecond)} requests/s at the peak, and a request costs ${requestMicroseconds.toFixed(0)} µs of CPU`;

const tooManyText = (needed: number): string =>
  needed > MOST_GENERATORS ? ` ${needed} were needed, and ${MOST_GENERATORS} is the most.` : "";

/** Processes of one core each, on this machine. */
function chooseHere(sizing: FleetSizing, estimated: boolean, cores: number): ChosenGenerators {
  const { busyCores, fits, generators: needed } = sizing;
  const limit = `${GENERATOR_CPU_LIMIT * 100} % of a core`;
  const load = `${busyCores.toFixed(2)} of ${cores} cores`;
  const warning = fits
    ? tooManyText(needed)
    : ` That is more than ${GENERATOR_CPU_LIMIT * 100} % of the whole machine: the generators' own delays would be in the latencies.`;
  return {
    generators: Math.min(needed, MOST_GENERATORS),
    reason: `${peakText(sizing, estimated)} here: ${load}, with each generator under ${limit}.${warning}`,
  };
}

/** Another processor than the one measured on: what a request costs here counts so many times there. The report shows what it was. */
const ELSEWHERE_FACTOR = 1.5;

/** Instances of AWS, each with all its vCPUs for k6. */
function chooseElsewhere(sizing: FleetSizing, estimated: boolean, type: string): ChosenGenerators {
  const vcpus = instanceTypeNamed(type)?.vcpus ?? 1;
  const needed = generatorsFor(sizing.busyCores * ELSEWHERE_FACTOR, vcpus);
  const limit = `each ${type} (${vcpus} vCPU) stays under ${GENERATOR_CPU_LIMIT * 100} %`;
  return {
    generators: Math.min(needed, MOST_GENERATORS),
    reason: `${peakText(sizing, estimated)} on this machine: counted ${ELSEWHERE_FACTOR} times for another processor, ${limit}.${tooManyText(needed)}`,
  };
}

/**
 * The number of generators for a plan's peak, from what a request costs on this machine. On AWS k6 has all of an instance to itself.
 * @throws ConfigError as checkAutomaticGenerators
 */
export function chooseGenerators(plan: CampaignPlan, cost: GeneratorCost, cores: number): ChosenGenerators {
  checkAutomaticGenerators(plan);
  const { workload } = plan;
  const { aws } = plan.environment;
  const sizing = sizeFleet(workload, cost, cores);
  if (sizing === null) throw new Error("a workload without a script has requests");
  const kind = workload.executor?.kind;
  const estimated = kind !== undefined && kind !== "arrival-trace";
  return aws === undefined
    ? chooseHere(sizing, estimated, cores)
    : chooseElsewhere(sizing, estimated, aws.fleet.instanceType);
}
