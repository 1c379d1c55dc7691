import { minuteCurve, peakWindow, percentile } from "../../analysis/traffic/arrivals";
import type { TrafficMeasure } from "../measure";
import type { TrafficModel } from "../model";
import type { TrafficSettings } from "../settings";
import { dispersionOfSeconds, mixOf, movesOf } from "./measured-side";
import type { Measured, TrafficSide } from "./side";

/** Which part of the log a scenario replays. */
export type CurveName = "minutes" | "day" | "week";

/** The log as the pattern: everything in it for mix, ways and dispersion; for the curve the part that is replayed. */
export function logSide(
  measure: TrafficMeasure,
  names: readonly string[],
  settings: Pick<TrafficSettings, "peakPercentile" | "windowMinutes">,
  curve: { readonly name: CurveName; readonly model: TrafficModel | undefined },
): TrafficSide {
  return {
    ratesPerSecond: ratesOf(measure, settings, curve),
    mix: mixOf(measure, names),
    transitions: movesOf(measure, names),
    dispersion: dispersionOfSeconds([...measure.sessionsBySecond.values()].map((seconds) => [...seconds])),
  };
}

function ratesOf(
  measure: TrafficMeasure,
  settings: Pick<TrafficSettings, "peakPercentile" | "windowMinutes">,
  { name, model }: { readonly name: CurveName; readonly model: TrafficModel | undefined },
): Measured<readonly number[]> {
  if (name !== "minutes") {
    if (model === undefined) return { missing: `the curve "${name}" is in the learned model: give --model` };
    const { hourOfDay, dayOfWeek, window } = model.arrivals;
    const points =
      name === "day" ? hourOfDay : dayOfWeek.flatMap((day) => hourOfDay.map((hour) => times(day, hour)));
    const known = points.flatMap((point) => (point === null ? [] : [point]));
    if (known.length < points.length) return { missing: `the log does not cover a whole ${name}` };
    // A scenario replays the shape, with its highest point at the peak rate.
    const highest = Math.max(...known);
    const peak = Math.max(...window.counts) / 60;
    return { value: known.map((point) => (point / highest) * peak) };
  }
  const whole = minuteCurve(measure.sessionsByMinute);
  if (whole === null) return { missing: "it has no visit" };
  const replayed = model?.arrivals.window.counts;
  if (replayed !== undefined) return { value: replayed.map((count) => count / 60) };
  const peak = percentile(whole.counts, settings.peakPercentile);
  const { first, minutes } = peakWindow(whole, settings.windowMinutes, peak);
  return { value: whole.counts.slice(first, first + minutes).map((count) => count / 60) };
}

const times = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a * b;
