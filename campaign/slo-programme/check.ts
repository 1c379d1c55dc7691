import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { VerdictKind } from "../../analysis/model";
import { judgeSloGate, parseOpenSlo } from "../../analysis/slo-programme";
import { ConfigError, type ExitCode } from "../../core/errors";
import { BASELINE_SIDE } from "../../storage/history";
import { exitCodeOf } from "../campaign";
import { storedRunFolders } from "../history/stored-runs";
import { judgeStoredRun } from "../judge";
import { type CountedRun, type ObjectiveCheck, objectivesOver } from "./over-runs";

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

/**
 * Service-level objectives over stored runs: compliance, error budget, and the alerts that would have fired. Judged from the samples of
 * the measured windows; invalid runs never count.
 * @throws ConfigError
 */
export async function checkObjectives(options: SloCheckOptions): Promise<SloCheck> {
  const { objectives, ignored } = readObjectives(resolve(options.objectives));
  const folders = await storedRunFolders(options.folder);
  const runs: CountedRun[] = [];
  const excluded: { run: string; reason: string }[] = [];
  const sides = new Set<string>();
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
    const { measuredFromUs, measuredToUs } = manifest.window;
    runs.push({ run, folder, window: { fromUs: measuredFromUs, toUs: measuredToUs } });
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
  const { checks, measuredSeconds } = await objectivesOver(runs, objectives);
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
    runs: runs.map(({ run }) => run),
    excluded,
    measuredSeconds,
    ignored,
  };
}
