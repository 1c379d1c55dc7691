import type { TrafficMeasure } from "../measure";
import { dispersionOfSeconds, mixOf, movesOf } from "./measured-side";
import type { Measured, TrafficSide } from "./side";

/** So many more requests a visit than in the pattern: these are many visits taken for one. */
const TOO_LONG = 20;

/**
 * Generated load as the system under test logged it: visits by the header of a learned scenario, from the first one on.
 * @param requestsPerVisit of the pattern
 */
export function replayedLogSide(
  measure: TrafficMeasure,
  names: readonly string[],
  points: number,
  pointSeconds: number,
  requestsPerVisit: number,
): TrafficSide {
  const mix = mixOf(measure, names);
  const told =
    measure.sessions > 0 && measure.requests / measure.sessions <= TOO_LONG * Math.max(1, requestsPerVisit);
  if (!told) {
    const untold: Measured<never> = {
      missing:
        measure.sessions === 0
          ? "it has no visit"
          : "its visits cannot be told apart: log the header x-perfbed-visit, and name its field with --field session=<name>",
    };
    return { ratesPerSecond: untold, mix, transitions: untold, dispersion: untold };
  }
  const seconds = secondsOf(measure);
  const used = seconds.slice(0, Math.round(points * pointSeconds));
  return {
    ratesPerSecond: {
      value: Array.from({ length: points }, (_, point) => {
        const part = used.slice(Math.round(point * pointSeconds), Math.round((point + 1) * pointSeconds));
        return part.reduce((sum, count) => sum + count, 0) / pointSeconds;
      }),
    },
    mix,
    transitions: movesOf(measure, names),
    dispersion: dispersionOfSeconds(
      Array.from({ length: Math.ceil(used.length / 60) }, (_, minute) =>
        used.slice(minute * 60, minute * 60 + 60),
      ),
    ),
  };
}

/** Visits begun in each second, from the first one to the last. */
function secondsOf(measure: TrafficMeasure): readonly number[] {
  const minutes = [...measure.sessionsBySecond.keys()].sort((a, b) => a - b);
  const [first] = minutes;
  const last = minutes.at(-1);
  if (first === undefined || last === undefined) return [];
  const all: number[] = [];
  for (let minute = first; minute <= last; minute++) {
    const counts = measure.sessionsBySecond.get(minute);
    for (let second = 0; second < 60; second++) all.push(counts?.[second] ?? 0);
  }
  const start = all.findIndex((count) => count > 0);
  let end = all.length;
  while (end > start && all[end - 1] === 0) end -= 1;
  return all.slice(start, end);
}
