import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { extent, timeScale } from "../charts/scale";
import type { Band, TimeFrame } from "../charts/time-panel";
import { decisions } from "./scaling";

/** Length of one slice of the timeline in seconds; 1 where it cannot be told. */
export function sliceSeconds(data: ReportData): number {
  const [first, second] = data.timeline;
  const length = first === undefined || second === undefined ? 1 : second.atSeconds - first.atSeconds;
  return length > 0 ? length : 1;
}

/** Stages of the arrival curve, from corner to corner, and the warm-up before them. */
function bands(data: ReportData, fromSeconds: number): readonly Band[] {
  const { plannedCurve, warmupSeconds } = data.manifest.scenario;
  const all: Band[] = [];
  if (fromSeconds < 0 && warmupSeconds > 0)
    all.push({ fromSeconds, toSeconds: 0, label: "warm-up", shaded: true });
  for (const [index, corner] of plannedCurve.entries()) {
    const previous = plannedCurve[index - 1];
    if (previous === undefined || corner.atSeconds <= previous.atSeconds || previous.atSeconds < 0) continue;
    all.push({
      fromSeconds: previous.atSeconds,
      toSeconds: corner.atSeconds,
      label: oneLine(corner.label),
      shaded: false,
    });
  }
  return all;
}

/** The time axis all panels share: from the first to the last thing recorded, warm-up included. */
export function timeFrame(data: ReportData): TimeFrame {
  const { measuredSeconds, warmupSeconds } = data.manifest.scenario;
  const slices = extent(data.timeline.map(({ atSeconds }) => atSeconds));
  const from = Math.min(0, -warmupSeconds, slices.min);
  const to = Math.max(
    measuredSeconds,
    data.timeline.length === 0 ? 0 : slices.max + sliceSeconds(data),
    from + 1,
  );
  return {
    x: timeScale(from, to),
    bands: bands(data, from),
    moments: decisions(data)
      .filter(({ event }) => event.atSeconds >= from && event.atSeconds <= to)
      .map(({ letter, event }) => ({ atSeconds: event.atSeconds, letter, text: oneLine(event.text) })),
  };
}
