import type { TimelineSlice } from "../../../analysis/model";
import { formatClock, formatCount, formatMs, formatPlain, formatRate, formatTick } from "../../format";
import type { ReportData } from "../../model";
import type { Reading } from "../charts/path";
import { extent, latencyScale, linearScale } from "../charts/scale";
import { type PanelLine, type TimeFrame, timePanel } from "../charts/time-panel";
import { html, type SafeHtml } from "../escape";
import { sliceSeconds } from "./frame";
import { drawLanes, laneLegend, lanesHeight } from "./lanes";
import { instanceLanes } from "./scaling";
import { instanceRange, seriesOf } from "./series";

const finite = (value: number | null | undefined): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** A slice's figure stands in the middle of its slice. */
const readings = (
  data: ReportData,
  pick: (slice: TimelineSlice) => number | null | undefined,
): readonly Reading[] => {
  const half = sliceSeconds(data) / 2;
  return data.timeline.map((slice) => ({ atSeconds: slice.atSeconds + half, value: finite(pick(slice)) }));
};

const values = (lines: readonly { readonly readings: readonly Reading[] }[]): readonly number[] =>
  lines.flatMap((line) => line.readings.flatMap(({ value }) => (value === null ? [] : [value])));

const has = (line: { readonly readings: readonly Reading[] }): boolean =>
  line.readings.some(({ value }) => value !== null);

/** `highest 1.24 s at 0:45` */
function peak(line: PanelLine, format: (value: number) => string): string {
  let top: { readonly atSeconds: number; readonly value: number } | undefined;
  for (const { atSeconds, value } of line.readings)
    if (value !== null && (top === undefined || value > top.value)) top = { atSeconds, value };
  return top === undefined
    ? `${line.label}: no readings.`
    : `${line.label}: highest ${format(top.value)} at ${formatClock(top.atSeconds)}.`;
}

export const describePeaks = (lines: readonly PanelLine[], format: (value: number) => string): string =>
  lines.map((line) => peak(line, format)).join(" ");

/** Planned curve from its corners, so that a jump is drawn as a jump. */
function plannedReadings(data: ReportData): readonly Reading[] {
  const corners = data.manifest.scenario.plannedCurve;
  const bySlice = readings(data, (slice) => slice.plannedRatePerSecond);
  const first = corners[0];
  if (first === undefined || corners.length < 2) return bySlice;
  return [
    ...bySlice.filter(({ atSeconds }) => atSeconds < first.atSeconds),
    ...corners.map(({ atSeconds, ratePerSecond }) => ({ atSeconds, value: finite(ratePerSecond) })),
  ];
}

export function arrivalsPanel(data: ReportData, frame: TimeFrame): SafeHtml {
  const all: readonly PanelLine[] = [
    { label: "arrivals planned", ink: 6, shape: "broad", readings: plannedReadings(data) },
    {
      label: "arrivals achieved",
      ink: 2,
      shape: "line",
      readings: readings(data, (slice) => slice.arrivalRatePerSecond),
    },
    {
      label: "requests achieved",
      ink: 1,
      shape: "line",
      readings: readings(data, (slice) => slice.requestRatePerSecond),
    },
  ];
  const lines = all.filter(has);
  return timePanel(frame, {
    id: "arrivals",
    title: "Arrivals and requests",
    unit: "per second",
    description: describePeaks(lines, formatRate),
    y: linearScale(0, extent(values(lines)).max),
    formatValue: formatTick,
    lines,
    header: "stages",
    note: "An arrival is one user starting a journey; a journey makes several requests.",
  });
}

export function latencyPanel(data: ReportData, frame: TimeFrame): SafeHtml {
  const all: readonly PanelLine[] = [
    { label: "P99", ink: 3, shape: "line", readings: readings(data, (slice) => slice.p99Ms) },
    { label: "P95", ink: 2, shape: "line", readings: readings(data, (slice) => slice.p95Ms) },
    { label: "P50", ink: 1, shape: "line", readings: readings(data, (slice) => slice.p50Ms) },
  ];
  const lines = all.filter(has);
  const y = latencyScale(values(lines));
  const per = sliceSeconds(data);
  return lines.length === 0
    ? html`<p class="empty">No slice has enough requests for a latency percentile.</p>`
    : timePanel(frame, {
        id: "latency",
        title: `Latency per ${per === 1 ? "second" : `${formatPlain(per)} s`}`,
        unit: y.kind === "log" ? "ms, logarithmic" : "ms",
        description: describePeaks(lines, formatMs),
        y,
        formatValue: formatTick,
        lines,
        height: 140,
        note: "A gap means not enough requests in that slice.",
      });
}

export function errorsPanel(data: ReportData, frame: TimeFrame): SafeHtml {
  const line: PanelLine = {
    label: "failed requests",
    ink: 4,
    shape: "area",
    readings: readings(data, (slice) => slice.errorRatePerSecond),
  };
  const { max } = extent(values([line]));
  if (max === 0)
    return html`<p class="quiet"><b>Failed requests</b> none in ${formatCount(data.timeline.length)} slices.</p>`;
  return timePanel(frame, {
    id: "errors",
    title: "Failed requests",
    unit: "per second",
    description: describePeaks([line], formatRate),
    y: linearScale(0, max, 3),
    formatValue: formatTick,
    lines: [line],
    height: 64,
  });
}

export function instancesPanel(data: ReportData, frame: TimeFrame): SafeHtml {
  const steps = (
    topic: "instances" | "instances-wanted",
    label: string,
    shape: PanelLine["shape"],
  ): readonly PanelLine[] =>
    seriesOf(data, topic)
      .slice(0, 1)
      .map((one) => ({ label, ink: 1, shape, readings: one.points }));
  const lines = [
    ...steps("instances-wanted", "wanted by the autoscaler", "broad-step"),
    ...steps("instances", "in service", "step"),
  ];
  const lanes = instanceLanes(data.events, data.scaleOuts, frame.x.max);
  if (lines.length === 0 && lanes.length === 0)
    return html`<p class="quiet"><b>Instances in service</b> not recorded.</p>`;
  const range = instanceRange(data);
  const most = Math.max(data.manifest.sizing.app.maxInstances, extent(values(lines)).max, 1);
  return timePanel(frame, {
    id: "instances",
    title: "Instances in service",
    unit: "app tier",
    description: `${range === undefined ? "Number not recorded." : `From ${range.min} to ${range.max} instances.`} ${frame.moments.map((moment) => `${moment.letter} at ${formatClock(moment.atSeconds)}: ${moment.text}.`).join(" ")}`,
    y: linearScale(0, most, Math.min(most, 4)),
    formatValue: formatTick,
    lines,
    height: 72,
    header: "letters",
    extra: { height: lanesHeight(lanes), content: (top) => drawLanes(lanes, frame.x, top) },
    moreLegend: laneLegend(lanes, frame.x),
  });
}
