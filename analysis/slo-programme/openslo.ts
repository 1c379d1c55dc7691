import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { ConfigError, type Problem } from "../../core/errors";
import { problemsFromZod } from "../../core/zod-problems";
import type { Budgeting, Indicator, IndicatorQueries, ServiceObjective } from "./objectives";

/**
 * The part of OpenSLO v1 (openslo.com) that is understood: kinds SLO and SLI; indicators `thresholdMetric` with `op: lte | lt` (latency) and
 * `ratioMetric` with good or bad over total (availability); rolling windows in m, h, d, w; budgeting by occurrences or time slices.
 * perfbed counts requests itself, so queries are kept for the export of alert rules only. The journey is
 * `metricSource.spec.journey`, or the label `journey`; without either, all requests count. A latency value is in ms, or in what
 * `metricSource.spec.unit` says (ms, s). A `ratioMetric` of latencies says `metricSource.spec.thresholdMs`.
 */
const API_VERSION = "openslo/v1";
const OTHER_KINDS = [
  "Service",
  "DataSource",
  "AlertPolicy",
  "AlertCondition",
  "AlertNotificationTarget",
] as const;

const source = z.strictObject({
  metricSourceRef: z.string().optional(),
  type: z.string().optional(),
  spec: z
    .looseObject({
      journey: z.string().min(1).optional(),
      unit: z.enum(["ms", "s"]).optional(),
      thresholdMs: z.number().gt(0).optional(),
      query: z.string().optional(),
    })
    .default({}),
});
const metric = z.strictObject({ metricSource: source });
const indicatorSpec = z
  .strictObject({
    description: z.string().optional(),
    thresholdMetric: metric.optional(),
    ratioMetric: z
      .strictObject({
        counter: z.boolean().optional(),
        good: metric.optional(),
        bad: metric.optional(),
        total: metric,
      })
      .refine(({ good, bad }) => (good === undefined) !== (bad === undefined), "exactly one of good and bad")
      .optional(),
  })
  .refine(
    ({ thresholdMetric, ratioMetric }) => (thresholdMetric === undefined) !== (ratioMetric === undefined),
    "exactly one of thresholdMetric and ratioMetric",
  );
const metadata = z.looseObject({
  name: z.string().min(1),
  displayName: z.string().optional(),
  labels: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
});
const sli = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("SLI"),
  metadata,
  spec: indicatorSpec,
});
const objective = z.strictObject({
  displayName: z.string().optional(),
  op: z.enum(["lte", "lt"]).optional(),
  value: z.number().gt(0).optional(),
  target: z.number().gt(0).lt(1).optional(),
  targetPercent: z.number().gt(0).lt(100).optional(),
  timeSliceTarget: z.number().gt(0).max(1).optional(),
  timeSliceWindow: z.union([z.number().gt(0), z.string()]).optional(),
});
const slo = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("SLO"),
  metadata,
  spec: z.strictObject({
    description: z.string().optional(),
    service: z.string().min(1),
    indicator: z.strictObject({ metadata: metadata.optional(), spec: indicatorSpec }).optional(),
    indicatorRef: z.string().optional(),
    timeWindow: z
      .array(z.looseObject({ duration: z.string(), isRolling: z.boolean().optional() }))
      .length(1)
      .optional(),
    budgetingMethod: z.enum(["Occurrences", "Timeslices"]).default("Occurrences"),
    objectives: z.array(objective).min(1),
    alertPolicies: z.array(z.unknown()).optional(),
  }),
});

type Slo = z.output<typeof slo>;
type Sli = z.output<typeof indicatorSpec>;

const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };

/** The period where the objective names none: 30 days, as in the SRE workbook. */
export const DEFAULT_PERIOD_MINUTES = 30 * 1440;

/** `5m`, `1h`, `30d`, `4w` in minutes; null for anything else (calendar months have no fixed length). */
export function durationMinutes(text: string): number | null {
  const [, count, unit = ""] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const minutes = Number(count) * (MINUTES[unit] ?? Number.NaN);
  return minutes > 0 ? minutes : null;
}

export interface OpenSloFile {
  readonly objectives: readonly ServiceObjective[];
  /** Kinds and names of objects that are read and have no bearing here: `AlertPolicy fast-burn`. */
  readonly ignored: readonly string[];
}

/**
 * Objectives from OpenSLO YAML (one or more documents).
 * @throws ConfigError with every problem of the file
 */
export function parseOpenSlo(text: string, fileName = "OpenSLO"): OpenSloFile {
  const problems: Problem[] = [];
  const ignored: string[] = [];
  const indicators = new Map<string, Sli>();
  const found: { readonly at: string; readonly slo: Slo }[] = [];
  parseAllDocuments(text).forEach((document, index) => {
    const at = `document ${index + 1}`;
    for (const error of document.errors) {
      problems.push({
        field: at,
        allowed: "YAML",
        hint: (error.message.split("\n")[0] ?? "").replace(/:$/, ""),
      });
    }
    if (document.errors.length > 0) return;
    const value: unknown = document.toJS();
    if (value === null || value === undefined) return;
    const kind: unknown = typeof value === "object" ? Reflect.get(value, "kind") : undefined;
    if (OTHER_KINDS.some((other) => other === kind)) {
      const parsed = z.looseObject({ metadata }).safeParse(value);
      ignored.push(`${kind} ${parsed.success ? parsed.data.metadata.name : ""}`.trim());
    } else if (kind === "SLI") {
      const parsed = sli.safeParse(value);
      if (parsed.success) indicators.set(parsed.data.metadata.name, parsed.data.spec);
      else problems.push(...problemsFromZod(parsed.error, value, sli, at));
    } else if (kind === "SLO") {
      const parsed = slo.safeParse(value);
      if (parsed.success) found.push({ at, slo: parsed.data });
      else problems.push(...problemsFromZod(parsed.error, value, slo, at));
    } else {
      problems.push({ field: `${at}.kind`, value: kind, allowed: ["SLO", "SLI", ...OTHER_KINDS].join(", ") });
    }
  });
  const objectives = found.flatMap(({ at, slo: each }) => objectivesOf(each, at, indicators, problems));
  const names = objectives.map(({ name }) => name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    problems.push({ field: "metadata.name", value: name, allowed: "a name of its own for each objective" });
  }
  if (problems.length === 0 && objectives.length === 0) {
    problems.push({ field: "(the whole file)", allowed: "at least one object of kind SLO" });
  }
  if (problems.length > 0) throw new ConfigError(fileName, problems);
  return { objectives, ignored };
}

function objectivesOf(
  { metadata: own, spec }: Slo,
  at: string,
  indicators: ReadonlyMap<string, Sli>,
  problems: Problem[],
): readonly ServiceObjective[] {
  const indicator = spec.indicator?.spec ?? indicators.get(spec.indicatorRef ?? "");
  if ((spec.indicator === undefined) === (spec.indicatorRef === undefined)) {
    problems.push({ field: `${at}.spec`, allowed: "exactly one of indicator and indicatorRef" });
    return [];
  }
  if (indicator === undefined) {
    const known = [...indicators.keys()].join(", ") || "there is no SLI in the file";
    problems.push({ field: `${at}.spec.indicatorRef`, value: spec.indicatorRef, allowed: known });
    return [];
  }
  const periodMinutes = periodOf(spec, at, problems);
  const labels = own.labels?.journey;
  const counted = indicator.thresholdMetric ?? indicator.ratioMetric?.good ?? indicator.ratioMetric?.bad;
  const journey =
    counted?.metricSource.spec.journey ?? (typeof labels === "string" ? labels : labels?.[0]) ?? null;
  const queries = queriesOf(indicator);
  return spec.objectives.flatMap((each, index) => {
    const where = `${at}.spec.objectives.${index}`;
    const target = targetOf(each, where, problems);
    const kind = indicatorOf(indicator, each, where, problems);
    const budgeting = budgetingOf(spec.budgetingMethod, each, where, problems);
    if (target === null || kind === null || budgeting === null || periodMinutes === null) return [];
    const suffix = spec.objectives.length === 1 ? "" : `/${each.displayName ?? index + 1}`;
    return [
      {
        name: `${own.name}${suffix}`,
        service: spec.service,
        description: spec.description ?? own.displayName ?? "",
        journey,
        indicator: kind,
        target,
        periodMinutes,
        budgeting,
        ...(queries === undefined ? {} : { queries }),
      },
    ];
  });
}

function periodOf({ timeWindow }: Slo["spec"], at: string, problems: Problem[]): number | null {
  const [window] = timeWindow ?? [];
  if (window === undefined) return DEFAULT_PERIOD_MINUTES;
  const field = `${at}.spec.timeWindow.0`;
  const minutes = durationMinutes(window.duration);
  if (minutes === null) {
    problems.push({
      field: `${field}.duration`,
      value: window.duration,
      allowed: "a whole number of m, h, d or w, such as 30d",
    });
  }
  if (window.isRolling === false || window.calendar !== undefined) {
    problems.push({
      field,
      allowed: "a rolling window (isRolling: true)",
      hint: "Calendar windows are not supported",
    });
    return null;
  }
  return minutes;
}

function targetOf(each: z.output<typeof objective>, where: string, problems: Problem[]): number | null {
  const { target, targetPercent } = each;
  if ((target === undefined) === (targetPercent === undefined)) {
    problems.push({ field: where, allowed: "exactly one of target and targetPercent" });
    return null;
  }
  // 99.9 / 100 is 0.9990000000000001 in binary.
  return target ?? Number(((targetPercent ?? 0) / 100).toPrecision(12));
}

function indicatorOf(
  { thresholdMetric, ratioMetric }: Sli,
  { op, value }: z.output<typeof objective>,
  where: string,
  problems: Problem[],
): Indicator | null {
  if (thresholdMetric === undefined) {
    const thresholdMs = (ratioMetric?.good ?? ratioMetric?.bad)?.metricSource.spec.thresholdMs;
    return thresholdMs === undefined ? { kind: "availability" } : { kind: "latency", thresholdMs };
  }
  if (op === undefined) problems.push({ field: `${where}.op`, allowed: "lte, lt (thresholdMetric)" });
  if (value === undefined) problems.push({ field: `${where}.value`, allowed: "a latency (thresholdMetric)" });
  if (op === undefined || value === undefined) return null;
  const factor = thresholdMetric.metricSource.spec.unit === "s" ? 1000 : 1;
  return { kind: "latency", thresholdMs: value * factor };
}

function budgetingOf(
  method: Slo["spec"]["budgetingMethod"],
  { timeSliceTarget, timeSliceWindow }: z.output<typeof objective>,
  where: string,
  problems: Problem[],
): Budgeting | null {
  if (method === "Occurrences") return { method: "occurrences" };
  const sliceMinutes =
    typeof timeSliceWindow === "number" ? timeSliceWindow : durationMinutes(timeSliceWindow ?? "");
  if (sliceMinutes === null) {
    problems.push({
      field: `${where}.timeSliceWindow`,
      value: timeSliceWindow,
      allowed: "minutes, or such as 5m (Timeslices)",
    });
  }
  if (timeSliceTarget === undefined) {
    problems.push({
      field: `${where}.timeSliceTarget`,
      allowed: "a share of good requests in a slice (Timeslices)",
    });
  }
  return sliceMinutes === null || timeSliceTarget === undefined
    ? null
    : { method: "timeslices", sliceMinutes, sliceTarget: timeSliceTarget };
}

function queriesOf({ ratioMetric }: Sli): IndicatorQueries | undefined {
  if (ratioMetric === undefined) return undefined;
  const counted = ratioMetric.good ?? ratioMetric.bad;
  const query = counted?.metricSource.spec.query;
  const total = ratioMetric.total.metricSource.spec.query;
  if (query === undefined || total === undefined) return undefined;
  return {
    source: counted?.metricSource.type ?? "",
    kind: ratioMetric.good === undefined ? "bad" : "good",
    counted: query,
    total,
  };
}
