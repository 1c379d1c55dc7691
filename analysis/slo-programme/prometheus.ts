import { stringify } from "yaml";
import { ConfigError, type Problem } from "../../core/errors";
import { type BurnRateRule, burnRatePolicy } from "./burn-rate";
import { budgetShare } from "./error-budget";
import type { ServiceObjective } from "./objectives";

/** Names of the metrics in production, for objectives that bring no queries of their own. */
export interface PrometheusNames {
  /** Counter of requests. @default "http_requests_total" */
  readonly requests?: string;
  /** Matcher of failed ones. @default `code=~"5.."` */
  readonly failedMatcher?: string;
  /** Histogram of durations in seconds, without suffix. @default "http_request_duration_seconds" */
  readonly duration?: string;
  /** Label that holds the journey. @default "journey" */
  readonly journeyLabel?: string;
}

/** `5m`, `6h`, `3d`. */
export function prometheusDuration(minutes: number): string {
  if (minutes % 1440 === 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

const quoted = (value: string): string =>
  `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** `$window` and Sloth's `{{.window}}` stand for the range. */
const WINDOW = /\$window|\{\{\s*\.window\s*\}\}/g;

/** Share of bad requests over a window, as an expression. A counter that has never been bad does not exist: it counts as 0. */
function errorRatio(objective: ServiceObjective, minutes: number, names: PrometheusNames): string {
  const window = prometheusDuration(minutes);
  const { queries, journey, indicator } = objective;
  if (queries !== undefined) {
    const counted = queries.counted.replace(WINDOW, window);
    const total = queries.total.replace(WINDOW, window);
    return queries.kind === "bad"
      ? `((${counted}) or vector(0)) / (${total})`
      : `1 - (${counted}) / (${total})`;
  }
  const label = names.journeyLabel ?? "journey";
  const select = (metric: string, ...matchers: readonly string[]): string => {
    const all = [...(journey === null ? [] : [`${label}=${quoted(journey)}`]), ...matchers];
    return `sum(rate(${metric}${all.length === 0 ? "" : `{${all.join(",")}}`}[${window}]))`;
  };
  if (indicator.kind === "availability") {
    const requests = names.requests ?? "http_requests_total";
    return `(${select(requests, names.failedMatcher ?? 'code=~"5.."')} or vector(0)) / ${select(requests)}`;
  }
  const duration = names.duration ?? "http_request_duration_seconds";
  const bound = `le=${quoted(String(indicator.thresholdMs / 1000))}`;
  return `1 - ${select(`${duration}_bucket`, bound)} / ${select(`${duration}_count`)}`;
}

const recordName = (minutes: number): string => `perfbed:slo_error_ratio:rate${prometheusDuration(minutes)}`;

interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function recordingRules(
  objective: ServiceObjective,
  rules: readonly BurnRateRule[],
  names: PrometheusNames,
): RecordingRule[] {
  const windows = [...new Set(rules.flatMap(({ longMinutes, shortMinutes }) => [longMinutes, shortMinutes]))];
  return windows
    .sort((a, b) => a - b)
    .map((minutes) => ({
      record: recordName(minutes),
      expr: errorRatio(objective, minutes, names),
      labels: { slo: objective.name, service: objective.service },
    }));
}

function alertingRule(objective: ServiceObjective, rule: BurnRateRule): AlertingRule {
  const selector = `{slo=${quoted(objective.name)},service=${quoted(objective.service)}}`;
  const limit = Number((rule.burnRate * budgetShare(objective.target)).toPrecision(12));
  const above = (minutes: number): string => `${recordName(minutes)}${selector} > ${limit}`;
  const long = prometheusDuration(rule.longMinutes);
  const share = `${Number((rule.budgetShare * 100).toPrecision(6))} %`;
  return {
    alert: "ErrorBudgetBurn",
    expr: `${above(rule.longMinutes)} and ${above(rule.shortMinutes)}`,
    labels: { severity: rule.severity, slo: objective.name, service: objective.service, window: long },
    annotations: {
      summary: `${objective.name} burns its error budget at ${Number(rule.burnRate.toPrecision(3))} times the rate it can afford`,
      description: `At this rate ${share} of the budget of ${prometheusDuration(objective.periodMinutes)} is gone within ${long}.`,
    },
  };
}

/**
 * Recording and alerting rules for Prometheus: one group an objective, loadable as they are.
 * @throws ConfigError with every objective that cannot be expressed: a budget by time slices, or queries without a range
 */
export function prometheusRules(
  objectives: readonly ServiceObjective[],
  names: PrometheusNames = {},
): string {
  const problems: Problem[] = [];
  for (const { name, budgeting, queries } of objectives) {
    if (budgeting.method === "timeslices") {
      problems.push({
        field: name,
        value: "Timeslices",
        allowed: "budgetingMethod Occurrences",
        hint: "Burn rates are of requests",
      });
    }
    for (const query of queries === undefined ? [] : [queries.counted, queries.total]) {
      if (query.search(WINDOW) >= 0) continue;
      problems.push({
        field: name,
        value: query,
        allowed: "a query with $window for its range, such as sum(rate(requests_total[$window]))",
      });
    }
  }
  if (problems.length > 0) throw new ConfigError("Prometheus rules", problems);
  const groups = objectives.map((objective) => {
    const rules = burnRatePolicy(objective.periodMinutes);
    return {
      name: `perfbed-slo-${objective.service}-${objective.name}`,
      rules: [
        ...recordingRules(objective, rules, names),
        ...rules.map((rule) => alertingRule(objective, rule)),
      ],
    };
  });
  return stringify({ groups }, { lineWidth: 0 });
}
