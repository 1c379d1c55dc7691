import {
  type Calibration,
  type CalibrationJourney,
  calibrate,
  gatingTestCount,
  replicateFigures,
} from "../../analysis/comparison";
import { PRESETS } from "./presets";
import { achievedShare, type Replicate } from "./replicate";
import type { StoredComparison } from "./stored";

/** What runs of one version tell of the noise, for gates of the same preset. */
export interface CalibrationFigures {
  readonly runs: number;
  /** Gating tests that Holm's correction counts in such a gate. */
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
    tests: gatingTestCount(settings, journeys.length),
    calibration: calibrate(journeys, settings, { pairs: PRESETS[preset].pairs, seed }),
  };
}
