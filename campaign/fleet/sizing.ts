import { expectedVisits } from "../../scenarios/chain";
import { isHttpStep, type Journey, type Workload } from "../../scenarios/model";
import { perVisit, planWorkload, requestsPerVisit } from "../../scenarios/plan";

/** What one request costs a generator on this machine, in microseconds of CPU; measured by `calibrateGenerator`. */
export interface GeneratorCost {
  /** A request whose body nobody looks at. */
  readonly plainMicroseconds: number;
  /** A request whose body is kept and looked into. */
  readonly checkedMicroseconds: number;
}

/** k6 advises to stay under 80 % CPU (k6 documentation, "Running large tests"). */
export const GENERATOR_CPU_LIMIT = 0.8;

export interface FleetSizing {
  readonly peakRequestsPerSecond: number;
  /** Microseconds of CPU for a request of this scenario, on average. */
  readonly requestMicroseconds: number;
  /** Cores' worth of CPU at the peak. */
  readonly busyCores: number;
  /** Processes of one core each that stay under the limit. */
  readonly generators: number;
  /** Virtual users at the peak, of the whole fleet. */
  readonly users: number;
  /** Whether that many generators leave the machine under the limit, with nothing else on it. */
  readonly fits: boolean;
}

/** Generators of so many cores each that stay under the limit with this load. */
export const generatorsFor = (busyCores: number, coresEach: number): number =>
  Math.max(1, Math.ceil(busyCores / (coresEach * GENERATOR_CPU_LIMIT) - 1e-9));

const looksIntoBody = (journey: Journey): number => {
  const visits = expectedVisits(journey) ?? journey.steps.map(() => 1);
  return journey.steps.reduce((sum, step, index) => {
    const checked =
      !isHttpStep(step) ||
      (step.checks ?? []).some(({ kind }) => kind !== "status") ||
      (step.extract ?? []).length > 0;
    return sum + (checked ? (visits[index] ?? 0) : 0);
  }, 0);
};

/**
 * How many generators a scenario needs on a machine. Data and pauses cost little beside a request, and are not counted.
 * @param requestsPerSecond in place of the scenario's own peak
 * @returns null for a script of one's own, whose requests are unknown
 */
export function sizeFleet(
  workload: Workload,
  cost: GeneratorCost,
  cores: number,
  requestsPerSecond?: number,
): FleetSizing | null {
  const plan = planWorkload(workload);
  const planned = plan.peakRequestsPerSecond;
  if (planned === null) return null;
  const peakRequestsPerSecond = requestsPerSecond ?? planned;
  const requests = perVisit(workload.journeys, requestsPerVisit);
  const checked = requests === 0 ? 0 : perVisit(workload.journeys, looksIntoBody) / requests;
  const requestMicroseconds = cost.plainMicroseconds * (1 - checked) + cost.checkedMicroseconds * checked;
  const busyCores = (peakRequestsPerSecond * requestMicroseconds) / 1e6;
  const share = planned > 0 ? peakRequestsPerSecond / planned : 1;
  return {
    peakRequestsPerSecond,
    requestMicroseconds,
    busyCores,
    generators: generatorsFor(busyCores, 1),
    users: Math.ceil(plan.users * share),
    fits: busyCores <= cores * GENERATOR_CPU_LIMIT,
  };
}
