import { budgetShare } from "./error-budget";
import type { RequestSlice, ServiceObjective } from "./objectives";

/** One alert: the budget burns at `burnRate` or faster, over the long window and still over the short one. */
export interface BurnRateRule {
  /** `page` wakes somebody; `ticket` waits for the morning. */
  readonly severity: "page" | "ticket";
  readonly longMinutes: number;
  readonly shortMinutes: number;
  readonly burnRate: number;
  /** Share of the period's budget gone when the long window has burned at that rate. */
  readonly budgetShare: number;
}

/** Google, The Site Reliability Workbook (2018), chapter 5, "Multiwindow, multi-burn-rate alerts", for 30 days. */
const WORKBOOK_PERIOD_MINUTES = 30 * 1440;
const WORKBOOK_RULES: readonly Pick<BurnRateRule, "severity" | "longMinutes" | "budgetShare">[] = [
  { severity: "page", longMinutes: 60, budgetShare: 0.02 },
  { severity: "page", longMinutes: 360, budgetShare: 0.05 },
  { severity: "ticket", longMinutes: 1440, budgetShare: 0.1 },
  { severity: "ticket", longMinutes: 4320, budgetShare: 0.1 },
];

/** The short window is a twelfth of the long one: the alert ends soon after the trouble does. */
const SHORT_WINDOW_PART = 12;

/** Below this, an alert would fire on a burn that never uses up the budget by much. */
const LEAST_BURN_RATE = 0.9;

/**
 * The four rules for a period: 14.4, 6, 3 and 1 for 30 days. For other periods the budget shares stay. Where the period is about as long
 * or longer the windows stay too, and the rates follow: rate = share * period / window. For much shorter ones (under 27 days) these rates
 * would fall below 1, alarms about nothing; there the rates stay and the windows shrink with the period, to a minute at least.
 */
export function burnRatePolicy(periodMinutes: number): readonly BurnRateRule[] {
  if (!(periodMinutes > 0)) throw new RangeError(`period of ${periodMinutes} minutes`);
  const exact = (value: number): number => Number(value.toPrecision(12));
  const keepWindows = WORKBOOK_RULES.every(
    (rule) => (rule.budgetShare * periodMinutes) / rule.longMinutes >= LEAST_BURN_RATE,
  );
  return WORKBOOK_RULES.map((rule) => {
    const scale = keepWindows ? 1 : periodMinutes / WORKBOOK_PERIOD_MINUTES;
    const longMinutes = Math.max(1, Math.round(rule.longMinutes * scale));
    const shortMinutes = Math.max(1, Math.round(longMinutes / SHORT_WINDOW_PART));
    const burnRate = exact((rule.budgetShare * periodMinutes) / longMinutes);
    return { severity: rule.severity, longMinutes, shortMinutes, burnRate, budgetShare: rule.budgetShare };
  });
}

export interface AlertEpisode {
  readonly rule: BurnRateRule;
  /** End of the slice at which it began to fire. */
  readonly fromSeconds: number;
  /** End of the last slice at which it fired. */
  readonly toSeconds: number;
  /** Highest burn over the long window meanwhile. */
  readonly peakBurnRate: number;
}

/**
 * The alerts that would have fired on a series of counts, judged at the end of every slice, as Prometheus would: at the beginning over
 * as much of a window as there is, and not at all where a window has no traffic. Budgets by time slices alert on requests, too.
 * @returns episodes in order of their start
 */
export function simulateAlerts(
  objective: ServiceObjective,
  slices: readonly RequestSlice[],
  sliceSeconds: number,
  rules: readonly BurnRateRule[] = burnRatePolicy(objective.periodMinutes),
): readonly AlertEpisode[] {
  const budget = budgetShare(objective.target);
  const bad = [0];
  const total = [0];
  slices.forEach((slice, index) => {
    bad.push((bad[index] ?? 0) + slice.total - slice.good);
    total.push((total[index] ?? 0) + slice.total);
  });
  const burnUntil = (end: number, minutes: number): number => {
    const start = Math.max(0, end - Math.max(1, Math.round((minutes * 60) / sliceSeconds)));
    const requests = (total[end] ?? 0) - (total[start] ?? 0);
    return requests === 0 ? 0 : ((bad[end] ?? 0) - (bad[start] ?? 0)) / requests / budget;
  };
  const episodes = rules.flatMap((rule) => {
    const found: AlertEpisode[] = [];
    let open: AlertEpisode | undefined;
    slices.forEach(({ atSeconds }, index) => {
      const long = burnUntil(index + 1, rule.longMinutes);
      const fires = long > rule.burnRate && burnUntil(index + 1, rule.shortMinutes) > rule.burnRate;
      const at = atSeconds + sliceSeconds;
      if (!fires) {
        if (open !== undefined) found.push(open);
        open = undefined;
        return;
      }
      open =
        open === undefined
          ? { rule, fromSeconds: at, toSeconds: at, peakBurnRate: long }
          : { ...open, toSeconds: at, peakBurnRate: Math.max(open.peakBurnRate, long) };
    });
    return open === undefined ? found : [...found, open];
  });
  return episodes.sort((a, b) => a.fromSeconds - b.fromSeconds);
}
