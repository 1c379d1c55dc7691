import { ScalingMetric } from "../../contracts";

/** What one measured instance did over one period; null where it could not be read. */
export interface InstanceReading {
  readonly cpuPercent: number | null;
  /** Mean requests in flight at the balancer. */
  readonly inFlight: number | null;
}

export interface QueueReading {
  /** Mean requests waiting at the balancer for any instance. */
  readonly queued: number;
  /** Instances the balancer may send them to. */
  readonly inService: number;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/**
 * The policy's metric for the whole group: the mean over the measured instances (in service and past their warm-up), as CloudWatch
 * averages over a group. Requests waiting at the balancer count as in flight, shared among all that could take them: otherwise a
 * saturated group would look the calmer the longer its queue. Null when nothing was measured.
 */
export function groupMetric(
  metric: ScalingMetric,
  measured: readonly InstanceReading[],
  queue: QueueReading,
): number | null {
  const isCpu = metric === ScalingMetric.CpuUtilization;
  const values = known(measured.map((reading) => (isCpu ? reading.cpuPercent : reading.inFlight)));
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return isCpu ? mean : mean + queue.queued / Math.max(1, queue.inService);
}

/** Mean of the readings since the last look. */
export class RunningMean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }

  /** The mean since the last call, or null when nothing was added; starts over. */
  take(): number | null {
    const mean = this.#count === 0 ? null : this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    return mean;
  }
}
