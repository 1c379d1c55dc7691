import {
  type AlertEpisode,
  type BudgetStatus,
  type CompliancePoint,
  complianceOverTime,
  errorBudget,
  type RequestSlice,
  type ServiceObjective,
  simulateAlerts,
} from "../../analysis/slo-programme";
import { RunStore } from "../../storage";

/** Length of the slices that compliance is followed in, seconds. */
const SLICE_SECONDS = 1;

/** A stored run whose samples count. */
export interface CountedRun {
  /** `campaign/run`. */
  readonly run: string;
  readonly folder: string;
  /** Measured part, microseconds since the epoch. */
  readonly window: { readonly fromUs: number; readonly toUs: number };
}

/** One objective over all runs that count. */
export interface ObjectiveCheck {
  readonly objective: ServiceObjective;
  readonly status: BudgetStatus;
  /** One point a slice; runs follow each other without the time between them. */
  readonly overTime: readonly CompliancePoint[];
  /** Burn-rate alerts that would have fired. */
  readonly alerts: readonly AlertEpisode[];
}

/** Compliance, error budget and alerts of each objective, from every request of the runs' measured windows. */
export async function objectivesOver(
  runs: readonly CountedRun[],
  objectives: readonly ServiceObjective[],
): Promise<{ readonly checks: readonly ObjectiveCheck[]; readonly measuredSeconds: number }> {
  const slices = objectives.map((objective) => ({ objective, counted: [] as RequestSlice[] }));
  let measuredSeconds = 0;
  for (const { folder, window } of runs) {
    const store = await RunStore.open(folder);
    try {
      for (const { objective, counted } of slices) {
        const { indicator, journey } = objective;
        const thresholdMs = indicator.kind === "latency" ? indicator.thresholdMs : null;
        const found = await store.requestSlices(window, SLICE_SECONDS, { journey, thresholdMs });
        for (const [index, slice] of found.entries())
          counted.push({ ...slice, atSeconds: measuredSeconds + index * SLICE_SECONDS });
      }
    } finally {
      await store.close();
    }
    measuredSeconds += Math.ceil((window.toUs - window.fromUs) / 1e6 / SLICE_SECONDS - 1e-9) * SLICE_SECONDS;
  }
  const checks = slices.map(
    ({ objective, counted }): ObjectiveCheck => ({
      objective,
      status: errorBudget(objective, counted, SLICE_SECONDS),
      overTime: complianceOverTime(objective, counted, SLICE_SECONDS),
      alerts: simulateAlerts(objective, counted, SLICE_SECONDS),
    }),
  );
  return { checks, measuredSeconds };
}
