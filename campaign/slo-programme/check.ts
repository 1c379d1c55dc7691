import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { VerdictKind } from "../../analysis/model";
import {
  type AlertEpisode,
  type BudgetStatus,
  type CompliancePoint,
  complianceOverTime,
  errorBudget,
  judgeSloGate,
  parseOpenSlo,
  type ServiceObjective,
  simulateAlerts,
} from "../../analysis/slo-programme";
import { ConfigError, type ExitCode } from "../../core/errors";
import { RunStore } from "../../storage";
import { BASELINE_SIDE } from "../../storage/history";
import { exitCodeOf } from "../campaign";
import { storedRunFolders } from "../history/stored-runs";
import { judgeStoredRun } from "../judge";

/** Length of the slices that compliance is followed in, seconds. */
const SLICE_SECONDS = 1;

export interface SloCheckOptions {
  /** A run's folder, a campaign's or comparison's, or the results. */
  readonly folder: string;
  /** OpenSLO YAML. */
  readonly objectives: string;
  /** Which runs of comparisons. @default every side but `baseline` */
  readonly side?: string;
  /** Most of a period's error budget that the time measured may use, 0..1. @default 1 */
  readonly maxBurnedShare?: number;
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

export interface SloCheck {
  readonly verdict: Extract<VerdictKind, "pass" | "regression" | "inconclusive" | "invalid">;
  readonly exitCode: ExitCode;
  /** One sentence an objective, failed ones first. */
  readonly reasons: readonly string[];
  readonly objectives: readonly ObjectiveCheck[];
  /** `campaign/run`. */
  readonly runs: readonly string[];
  /** Runs that do not count: invalid measurements. */
  readonly excluded: readonly { readonly run: string; readonly reason: string }[];
  readonly measuredSeconds: number;
  /** Objects of the file that have no bearing here. */
  readonly ignored: readonly string[];
}

/** Objectives from an OpenSLO file. @throws ConfigError */
export function readObjectives(file: string): ReturnType<typeof parseOpenSlo> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError("The objectives cannot be read", [
      {
        field: "--objectives",
        value: file,
        allowed: "an OpenSLO file (YAML, openslo.com/v1)",
        hint: cause instanceof Error ? cause.message : String(cause),
      },
    ]);
  }
  const parsed = parseOpenSlo(text, file);
  if (parsed.objectives.length > 0) return parsed;
  throw new ConfigError("There is no objective", [
    { field: file, allowed: "at least one object of kind SLO", hint: "See docs/slo.md for an example." },
  ]);
}

/** Slices of one objective, run after run, on an axis without gaps. */
type Slices = { readonly atSeconds: number; readonly good: number; readonly total: number }[];

/**
 * Service-level objectives over stored runs: compliance, error budget, and the alerts that would have fired. Judged from the samples of
 * the measured windows; invalid runs never count.
 * @throws ConfigError
 */
export async function checkObjectives(options: SloCheckOptions): Promise<SloCheck> {
  const { objectives, ignored } = readObjectives(resolve(options.objectives));
  const folders = await storedRunFolders(options.folder);
  const slices = new Map<ServiceObjective, Slices>(objectives.map((objective) => [objective, []]));
  const runs: string[] = [];
  const excluded: { run: string; reason: string }[] = [];
  const sides = new Set<string>();
  let measuredSeconds = 0;
  for (const folder of folders) {
    const { manifest, verdict } = await judgeStoredRun(folder);
    sides.add(manifest.side);
    const counts =
      options.side === undefined ? manifest.side !== BASELINE_SIDE : manifest.side === options.side;
    // Replicate 0: warm-ups and controls of comparisons.
    if (!counts || manifest.replicate === 0) continue;
    const run = `${manifest.campaignId}/${manifest.runId}`;
    if (verdict.kind === "invalid") {
      excluded.push({ run, reason: verdict.headline });
      continue;
    }
    runs.push(run);
    const window = { fromUs: manifest.window.measuredFromUs, toUs: manifest.window.measuredToUs };
    const store = await RunStore.open(folder);
    try {
      for (const [objective, kept] of slices) {
        const { indicator, journey } = objective;
        const thresholdMs = indicator.kind === "latency" ? indicator.thresholdMs : null;
        const found = await store.requestSlices(window, SLICE_SECONDS, { journey, thresholdMs });
        kept.push(
          ...found.map((slice, index) => ({ ...slice, atSeconds: measuredSeconds + index * SLICE_SECONDS })),
        );
      }
    } finally {
      await store.close();
    }
    measuredSeconds += Math.ceil((window.toUs - window.fromUs) / 1e6 / SLICE_SECONDS - 1e-9) * SLICE_SECONDS;
  }
  if (runs.length === 0 && excluded.length === 0) {
    throw new ConfigError("No run of that side", [
      {
        field: "--side",
        value: options.side ?? `all but ${BASELINE_SIDE}`,
        allowed: `one of ${[...sides].sort().join(", ")}`,
      },
    ]);
  }
  const checks = [...slices].map(
    ([objective, counted]): ObjectiveCheck => ({
      objective,
      status: errorBudget(objective, counted, SLICE_SECONDS),
      overTime: complianceOverTime(objective, counted, SLICE_SECONDS),
      alerts: simulateAlerts(objective, counted, SLICE_SECONDS),
    }),
  );
  const judged = judgeSloGate(
    checks.map(({ status }) => status),
    { maxBurnedShare: options.maxBurnedShare ?? 1 },
  );
  const verdict = runs.length === 0 ? "invalid" : judged.verdict;
  return {
    verdict,
    exitCode: exitCodeOf(verdict),
    reasons: runs.length === 0 ? ["Every run is invalid: nothing is known."] : judged.reasons,
    objectives: checks,
    runs,
    excluded,
    measuredSeconds,
    ignored,
  };
}
