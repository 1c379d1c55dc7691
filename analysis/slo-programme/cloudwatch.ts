import { ConfigError, type Problem } from "../../core/errors";
import { type BurnRateRule, burnRatePolicy } from "./burn-rate";
import { budgetShare } from "./error-budget";
import type { ServiceObjective } from "./objectives";
import { prometheusDuration } from "./prometheus";

/** Where the metrics are in production. */
export interface CloudWatchNames {
  /** @default "Application" */
  readonly namespace?: string;
  /** Number of requests, summed. @default "Requests" */
  readonly requests?: string;
  /** Number of failed requests, summed. @default "FailedRequests" */
  readonly failed?: string;
  /** Duration of a request in milliseconds. @default "Duration" */
  readonly duration?: string;
  /** Dimension that holds the journey. @default "Journey" */
  readonly journeyDimension?: string;
  /** ARNs to notify. @default none */
  readonly actions?: readonly string[];
}

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

interface MetricQuery {
  readonly Id: string;
  readonly ReturnData: boolean;
  readonly Label?: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly Dimension[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

/** Input of PutMetricAlarm. */
export interface MetricAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly ActionsEnabled: boolean;
  readonly ComparisonOperator: "GreaterThanThreshold";
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: "notBreaching";
  readonly Metrics: readonly MetricQuery[];
}

/** Input of PutCompositeAlarm. */
export interface CompositeAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly ActionsEnabled: boolean;
  readonly AlarmActions: readonly string[];
  readonly AlarmRule: string;
}

export interface CloudWatchAlarms {
  readonly MetricAlarms: readonly MetricAlarm[];
  readonly CompositeAlarms: readonly CompositeAlarm[];
}

/** The longest period of a metric in an alarm, and the longest time an alarm may look back (both limits of CloudWatch). */
const LONGEST_PERIOD_MINUTES = 1440;
const LONGEST_WINDOW_MINUTES = 7 * 1440;

/** Share of bad requests as metric maths; `burn` is what the alarm looks at. */
function queriesFor(
  objective: ServiceObjective,
  periodSeconds: number,
  names: CloudWatchNames,
): readonly MetricQuery[] {
  const dimensions =
    objective.journey === null
      ? []
      : [{ Name: names.journeyDimension ?? "Journey", Value: objective.journey }];
  const metric = (id: string, name: string, stat: string): MetricQuery => ({
    Id: id,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: names.namespace ?? "Application", MetricName: name, Dimensions: dimensions },
      Period: periodSeconds,
      Stat: stat,
    },
  });
  const budget = budgetShare(objective.target);
  const burn = (badShare: string): MetricQuery => ({
    Id: "burn",
    ReturnData: true,
    Label: "Burn rate",
    Expression: `(${badShare}) / ${budget}`,
  });
  if (objective.indicator.kind === "availability") {
    return [
      burn("FILL(failed, 0) / requests"),
      metric("requests", names.requests ?? "Requests", "Sum"),
      metric("failed", names.failed ?? "FailedRequests", "Sum"),
    ];
  }
  // PR(:x) is the percentage of values up to x.
  return [
    burn("1 - within / 100"),
    metric("within", names.duration ?? "Duration", `PR(:${objective.indicator.thresholdMs})`),
  ];
}

function metricAlarm(
  objective: ServiceObjective,
  rule: BurnRateRule,
  minutes: number,
  names: CloudWatchNames,
): MetricAlarm {
  const periods = Math.ceil(minutes / LONGEST_PERIOD_MINUTES);
  const periodSeconds = Math.max(1, Math.round(minutes / periods)) * 60;
  const window = prometheusDuration(minutes);
  const note =
    periods === 1
      ? ""
      : ` CloudWatch has no periods over a day, so the burn has to be above it in each of ${periods} periods.`;
  return {
    AlarmName: `${objective.service}-${objective.name}-burn-${window}-over-${Number(rule.burnRate.toPrecision(3))}`,
    AlarmDescription: `Error budget of ${objective.name} burns faster than ${Number(rule.burnRate.toPrecision(3))} over ${window}.${note}`,
    // The composite alarm notifies.
    ActionsEnabled: false,
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: rule.burnRate,
    EvaluationPeriods: periods,
    DatapointsToAlarm: periods,
    TreatMissingData: "notBreaching",
    Metrics: queriesFor(objective, periodSeconds, names),
  };
}

/**
 * Alarm definitions for CloudWatch: for each objective and rule an alarm on the long window, one on the short, and a composite alarm that
 * fires when both do. The lists hold the inputs of PutMetricAlarm and PutCompositeAlarm.
 * @throws ConfigError with every objective that cannot be expressed: a budget by time slices, or windows over seven days
 */
export function cloudWatchAlarms(
  objectives: readonly ServiceObjective[],
  names: CloudWatchNames = {},
): CloudWatchAlarms {
  const problems: Problem[] = objectives.flatMap(({ name, budgeting, periodMinutes }): Problem[] => {
    const longest = Math.max(...burnRatePolicy(periodMinutes).map(({ longMinutes }) => longMinutes));
    return [
      ...(budgeting.method === "timeslices"
        ? [
            {
              field: name,
              value: "Timeslices",
              allowed: "budgetingMethod Occurrences",
              hint: "Burn rates are of requests",
            },
          ]
        : []),
      ...(longest > LONGEST_WINDOW_MINUTES
        ? [{ field: name, value: prometheusDuration(longest), allowed: "alert windows of at most 7d" }]
        : []),
    ];
  });
  if (problems.length > 0) throw new ConfigError("CloudWatch alarms", problems);
  const parts = objectives.flatMap((objective) =>
    burnRatePolicy(objective.periodMinutes).map((rule) => {
      const long = metricAlarm(objective, rule, rule.longMinutes, names);
      const short = metricAlarm(objective, rule, rule.shortMinutes, names);
      const composite: CompositeAlarm = {
        AlarmName: `${objective.service}-${objective.name}-${rule.severity}-${prometheusDuration(rule.longMinutes)}`,
        AlarmDescription: `${rule.severity === "page" ? "Wake somebody" : "Open a ticket"}: ${Number((rule.budgetShare * 100).toPrecision(6))} % of the error budget of ${objective.name} gone within ${prometheusDuration(rule.longMinutes)}.`,
        ActionsEnabled: true,
        AlarmActions: names.actions ?? [],
        AlarmRule: `ALARM("${long.AlarmName}") AND ALARM("${short.AlarmName}")`,
      };
      return { metrics: [long, short], composite };
    }),
  );
  return {
    MetricAlarms: parts.flatMap(({ metrics }) => metrics),
    CompositeAlarms: parts.map(({ composite }) => composite),
  };
}

/** The same as JSON text. */
export function cloudWatchAlarmsJson(
  objectives: readonly ServiceObjective[],
  names: CloudWatchNames = {},
): string {
  return `${JSON.stringify(cloudWatchAlarms(objectives, names), null, 2)}\n`;
}
