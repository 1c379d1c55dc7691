import {
  type Calibration,
  type CalibrationJourney,
  calibrate,
  latencyTests,
  replicateFigures,
} from "../../analysis/comparison";
import { PRESETS } from "./presets";
import { achievedShare, type Replicate } from "./replicate";
import type { StoredComparison } from "./stored";

/** What runs of one version tell of the noise, for gates of the same preset. */
export interface CalibrationFigures {
  readonly runs: number;
  /** What alpha is divided by for the first latency of such a gate; see `latencyTests`. */
  readonly tests: number;
  readonly calibration: Calibration;
}

/** Replicates of all sides as runs of one version, in the order they ran. */
export function calibrationFigures(
  { settings, preset, seed }: Pick<StoredComparison, "settings" | "preset" | "seed">,
  used: ReadonlyMap<number, readonly Replicate[]>,
): CalibrationFigures {
  const replicates = [...used.values()].flat().sort((a, b) => a.startedAtUs - b.startedAtUs);
  const names = [
    ...new Set(replicates.flatMap(({ journeys }) => journeys.map(({ journey }) => journey))),
  ].sort();
  const journeys = names.map(
    (journey): CalibrationJourney => ({
      journey,
      replicates: replicates.flatMap((replicate, order) => {
        const summary = replicate.journeys.find((one) => one.journey === journey);
        return summary === undefined
          ? []
          : [replicateFigures(summary, order, achievedShare(replicate, journey))];
      }),
    }),
  );
  return {
    runs: replicates.length,
    tests: latencyTests(settings, journeys.length),
    calibration: calibrate(journeys, settings, { pairs: PRESETS[preset].pairs, seed }),
  };
}
