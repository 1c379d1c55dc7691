import { totalSeconds } from "../../scenarios/arrival";
import { arrivalsArePlanned } from "../../scenarios/executor-plan";
import type { Workload } from "../../scenarios/model";
import { REPLICATE_OVERHEAD_SECONDS } from "./presets";

const WARMUP_SECONDS = 2;
/** At most, and no longer than a replicate. */
const MEASURED_SECONDS = 6;
/** Share of the workload's own rate: enough requests for a median, too few to load anything. */
const RATE_SHARE = 1 / 3;

/**
 * The control measurement: the same journeys with the same data at a third of the rate, on the first side, before the first and after
 * the last pair. What differs between the two is the environment and the machine, not the versions.
 */
export function controlWorkload(workload: Workload): Workload {
  const rates = [
    workload.arrival.startRatePerSecond,
    ...workload.arrival.stages.map((stage) => stage.ratePerSecond),
  ];
  const rate = Math.max(1, Math.max(...rates) * RATE_SHARE);
  const steady = (durationSeconds: number, label: string): Workload["arrival"] => ({
    startRatePerSecond: rate,
    stages: [{ durationSeconds, ratePerSecond: rate, label }],
  });
  // A recorded trace is not slowed down: the control has a curve of its own.
  const { executor: _, ...rest } = workload;
  return {
    ...rest,
    warmup: steady(WARMUP_SECONDS, "warm-up"),
    arrival: steady(Math.min(MEASURED_SECONDS, totalSeconds(workload.arrival)), "control"),
    slos: [],
  };
}

/** Scripts that plan their own arrivals, and executors that plan none, cannot be run at another rate: no control is made then. */
export const hasControl = (workload: Workload): boolean =>
  workload.script?.ownArrivals !== true && arrivalsArePlanned(workload.executor).planned;

/** Length of one control measurement. */
export const controlSeconds = (): number => WARMUP_SECONDS + MEASURED_SECONDS + REPLICATE_OVERHEAD_SECONDS;
