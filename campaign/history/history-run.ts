import { createHash } from "node:crypto";
import type { LatencySummary } from "../../analysis/model";
import type { ReportData } from "../../report/model";
import { ALL_JOURNEYS, type HistoryFigure, type HistoryMetric, type HistoryRun } from "../../storage/history";

const QUANTILES: readonly (readonly [HistoryMetric, number])[] = [
  ["p50_ms", 0.5],
  ["p95_ms", 0.95],
  ["p99_ms", 0.99],
  ["p999_ms", 0.999],
];

/** Keys in a fixed order, so that equal parameters have equal text. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, entry]) => [key, canonical(entry)]));
}

/** Twelve hexadecimal digits that stand for a scenario's parameters, whatever order they were given in. */
export function parametersHash(parameters: Readonly<Record<string, unknown>>): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(parameters)))
    .digest("hex")
    .slice(0, 12);
}

function figuresOf(journey: string, summary: LatencySummary): readonly HistoryFigure[] {
  const { requests } = summary;
  const latencies = QUANTILES.flatMap(([metric, probability]) => {
    const value = summary.quantiles.find((quantile) => quantile.probability === probability)?.valueMs;
    // Too few samples: no row. A gap in a series is honest, a zero is not.
    return value === undefined || value === null ? [] : [{ journey, metric, value, requests }];
  });
  return [
    ...latencies,
    { journey, metric: "error_ratio", value: summary.errorRatio, requests },
    { journey, metric: "rate_per_second", value: summary.ratePerSecond, requests },
  ];
}

/** What the history keeps of a judged run. */
export function historyRun(report: ReportData): HistoryRun {
  const { manifest, verdict } = report;
  return {
    campaign: manifest.campaignId,
    run: manifest.runId,
    side: manifest.side,
    replicate: manifest.replicate,
    atUs: manifest.window.measuredFromUs,
    application: manifest.application.name,
    version: manifest.application.version,
    target: manifest.target,
    sizing: manifest.sizing.name,
    scenario: manifest.scenario.name,
    parametersHash: parametersHash(manifest.scenario.parameters),
    verdict: verdict.kind,
    valid: verdict.kind !== "invalid",
    manifest,
    figures: [
      ...figuresOf(ALL_JOURNEYS, report.overall),
      ...report.journeys.flatMap((journey) => figuresOf(journey.journey, journey)),
    ],
  };
}
