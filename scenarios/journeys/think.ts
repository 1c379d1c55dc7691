import type { ThinkTime } from "../model";

/**
 * Pause of a person between two pages: lognormal, because a few people read for long. Mean in seconds, before scaling.
 * `scale` 0 removes the pause.
 */
export function readingTime(meanSeconds: number, scale: number): ThinkTime {
  return {
    distribution: "lognormal",
    meanSeconds: meanSeconds * scale,
    sigma: 0.5,
    maxSeconds: 5 * meanSeconds * scale,
  };
}
