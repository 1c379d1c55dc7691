import type { TierSeries } from "../../../analysis/model";
import { formatMs, formatNumber, formatPercent, formatPlain, formatTick } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { usualGap } from "../charts/path";
import { extent, linearScale } from "../charts/scale";
import { type Ink, type PanelLine, type TimeFrame, timePanel } from "../charts/time-panel";
import { html, type SafeHtml } from "../escape";
import { describePeaks } from "./load-panels";
import { seriesOf, tierAllotment } from "./series";

const INKS: readonly Ink[] = [1, 2, 3, 5, 4, 6, 7, 8];

/** Lines one panel can hold before they cannot be told apart. */
const MAX_LINES = 8;

const inkOf = (index: number): Ink => INKS[index % INKS.length] ?? 1;

function line(series: TierSeries, index: number, label: string, factor = 1): PanelLine {
  return {
    label: oneLine(label),
    ink: inkOf(index),
    shape: "line",
    readings: series.points.map(({ atSeconds, value }) => ({ atSeconds, value: value * factor })),
    longestGapSeconds: usualGap(series.points),
  };
}

const top = (lines: readonly PanelLine[]): number =>
  extent(lines.flatMap(({ readings }) => readings.flatMap(({ value }) => (value === null ? [] : [value]))))
    .max;

const quiet = (title: string): SafeHtml => html`<p class="quiet"><b>${title}</b> not recorded.</p>`;

const slug = (text: string, index: number): string =>
  `${text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)}-${index}`;

const droppedNote = (all: readonly TierSeries[]): { readonly note?: string } =>
  all.length > MAX_LINES
    ? { note: `${MAX_LINES} of ${all.length} sources drawn; all of them are in report.json.` }
    : {};

/** One panel a tier, in cores, against what the tier is allotted: a fixed level, or a curve where instances come and go. */
export function cpuPanels(data: ReportData, frame: TimeFrame): readonly SafeHtml[] {
  const all = seriesOf(data, "cpu");
  if (all.length === 0) return [quiet("CPU by tier")];
  const tiers = [...new Set(all.map(({ tier }) => tier))];
  return tiers.map((tier, index) => {
    const series = all.filter((one) => one.tier === tier);
    const allotment = tierAllotment(data, tier);
    const enforced = data.manifest.machine.cpuQuotas ? "" : ", not enforced";
    const used = series
      .slice(0, MAX_LINES)
      .map((one, at) => line(one, at, one.source === tier ? "used" : one.source));
    const allotted: readonly PanelLine[] =
      typeof allotment === "object"
        ? [
            {
              label: `allotted to instances in service${enforced}`,
              ink: 6,
              shape: "broad-step",
              readings: allotment,
            },
          ]
        : [];
    const lines = [...allotted, ...used];
    return timePanel(frame, {
      id: slug(`cpu-${tier}`, index),
      title: `CPU, ${oneLine(tier)}`,
      unit: "cores",
      description: describePeaks(lines, formatNumber),
      y: linearScale(0, Math.max(top(lines), typeof allotment === "number" ? allotment : 0), 3),
      formatValue: formatTick,
      lines,
      height: 84,
      ...(typeof allotment === "number"
        ? {
            level: {
              value: allotment,
              label: `allotment ${formatPlain(allotment)} ${allotment === 1 ? "core" : "cores"}${enforced}`,
            },
          }
        : {}),
      ...droppedNote(series),
    });
  });
}

export function hitRatioPanel(data: ReportData, frame: TimeFrame): SafeHtml {
  const series = seriesOf(data, "hit-ratio");
  if (series.length === 0) return quiet("Edge and cache hit ratio");
  const lines = series
    .slice(0, MAX_LINES)
    .map((one, index) => line(one, index, one.source === one.tier ? one.tier : `${one.tier} ${one.source}`));
  return timePanel(frame, {
    id: "hit-ratio",
    title: "Hit ratio, edge and cache",
    unit: "share of look-ups",
    description: describePeaks(lines, formatPercent),
    y: linearScale(0, 1, 2),
    formatValue: formatPercent,
    lines,
    height: 84,
    ...droppedNote(series),
  });
}

/** In time as the primary sees it and, where it is recorded, in bytes of log. */
export function replicaLagPanels(data: ReportData, frame: TimeFrame): readonly SafeHtml[] {
  const inTime = seriesOf(data, "replica-lag-time");
  const inLog = seriesOf(data, "replica-lag-log");
  if (inTime.length === 0 && inLog.length === 0) return [quiet("Replica lag")];
  const panel = (
    series: readonly TierSeries[],
    id: string,
    unit: string,
    factor: number,
    format: (value: number) => string,
  ): readonly SafeHtml[] => {
    if (series.length === 0) return [];
    const lines = series.slice(0, MAX_LINES).map((one, index) => line(one, index, one.source, factor));
    return [
      timePanel(frame, {
        id,
        title: "Replica lag",
        unit,
        description: describePeaks(lines, format),
        y: linearScale(0, top(lines), 3),
        formatValue: formatTick,
        lines,
        height: 84,
        ...droppedNote(series),
      }),
    ];
  };
  return [
    ...panel(inTime, "replica-lag", "ms", 1, formatMs),
    ...panel(inLog, "replica-lag-log", "KiB of log", 1 / 1024, (value) => `${formatNumber(value)} KiB`),
  ];
}

export function poolPanel(data: ReportData, frame: TimeFrame): SafeHtml {
  const series = seriesOf(data, "pool");
  if (series.length === 0) return quiet("Connection pool");
  const severalSources = new Set(series.map(({ source }) => source)).size > 1;
  const lines = series
    .slice(0, MAX_LINES)
    .map((one, index) =>
      line(
        one,
        index,
        `${severalSources ? `${one.source} ` : ""}${one.metric.replace(/^pool_/, "").replaceAll("_", " ")}`,
      ),
    );
  const { poolSize } = data.manifest.sizing.database;
  return timePanel(frame, {
    id: "pool",
    title: "Connection pool",
    unit: "connections",
    description: describePeaks(lines, formatPlain),
    y: linearScale(0, Math.max(top(lines), poolSize), 3),
    formatValue: formatTick,
    lines,
    level: { value: poolSize, label: `pool size ${formatPlain(poolSize)} a server` },
    height: 84,
    ...droppedNote(series),
  });
}

/** Whatever else the tiers reported, one panel a metric. */
export function otherPanels(data: ReportData, frame: TimeFrame): readonly SafeHtml[] {
  const all = seriesOf(data, "other");
  const keys = [...new Set(all.map(({ tier, metric, unit }) => JSON.stringify([tier, metric, unit])))];
  return keys.map((key, index) => {
    const series = all.filter(({ tier, metric, unit }) => JSON.stringify([tier, metric, unit]) === key);
    const first = series[0];
    const lines = series.slice(0, MAX_LINES).map((one, at) => line(one, at, one.source));
    const isShare = first?.unit === "share";
    const bounds = extent(lines.flatMap(({ readings }) => readings.map(({ value }) => value ?? 0)));
    return timePanel(frame, {
      id: slug(`other-${first?.metric ?? ""}`, index),
      title: `${oneLine(first?.tier ?? "")}: ${oneLine(first?.metric ?? "").replaceAll("_", " ")}`,
      unit: oneLine(first?.unit ?? ""),
      description: describePeaks(lines, isShare ? formatPercent : formatNumber),
      y: isShare ? linearScale(0, 1, 2) : linearScale(Math.min(0, bounds.min), bounds.max, 3),
      formatValue: isShare ? formatPercent : formatTick,
      lines,
      height: 72,
      ...droppedNote(series),
    });
  });
}
