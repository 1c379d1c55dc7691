import type { RequestSlice, ServiceObjective } from "./objectives";

export interface BudgetStatus {
  readonly objective: string;
  readonly journey: string | null;
  readonly target: number;
  /** Requests, or slices with traffic. */
  readonly good: number;
  readonly total: number;
  /** good / total; null without traffic. */
  readonly compliance: number | null;
  /** Share of bad ones over the share allowed: 1 uses the budget up exactly at the end of the period. */
  readonly burnRate: number | null;
  /** Share of the budget of what was counted that is left; negative when overspent. */
  readonly remaining: number | null;
  /** Share of a whole period's budget that the time covered has used, at its traffic: burn rate * covered / period. */
  readonly burnedOfPeriod: number | null;
  /** `broken` when fewer are good than wished. Without traffic nothing is known, which is not `met`. */
  readonly status: "met" | "broken" | "not-enough-data";
}

/** What the budget is counted in, in order of time. */
interface BudgetUnits {
  readonly seconds: number;
  /** Good and all of each unit: requests of a slice, or 0 or 1 time slices. */
  readonly units: readonly RequestSlice[];
}

function sumOf(slices: readonly RequestSlice[]): { readonly good: number; readonly total: number } {
  return {
    good: slices.reduce((sum, { good }) => sum + good, 0),
    total: slices.reduce((sum, { total }) => sum + total, 0),
  };
}

/** Time slices without traffic say nothing: neither good nor bad. */
function unitsOf(
  { budgeting }: ServiceObjective,
  slices: readonly RequestSlice[],
  sliceSeconds: number,
): BudgetUnits {
  if (budgeting.method === "occurrences") return { seconds: sliceSeconds, units: slices };
  const width = Math.max(1, Math.round((budgeting.sliceMinutes * 60) / sliceSeconds));
  const units: RequestSlice[] = [];
  for (let from = 0; from < slices.length; from += width) {
    const { good, total } = sumOf(slices.slice(from, from + width));
    const isGood = total > 0 && good / total >= budgeting.sliceTarget;
    units.push({ atSeconds: slices[from]?.atSeconds ?? 0, good: isGood ? 1 : 0, total: total > 0 ? 1 : 0 });
  }
  return { seconds: width * sliceSeconds, units };
}

/** Compliance and error budget over the slices given. @param sliceSeconds length of each */
export function errorBudget(
  objective: ServiceObjective,
  slices: readonly RequestSlice[],
  sliceSeconds: number,
): BudgetStatus {
  const { good, total } = sumOf(unitsOf(objective, slices, sliceSeconds).units);
  const { name, journey, target, periodMinutes } = objective;
  const base = { objective: name, journey, target, good, total };
  if (total === 0) {
    return {
      ...base,
      compliance: null,
      burnRate: null,
      remaining: null,
      burnedOfPeriod: null,
      status: "not-enough-data",
    };
  }
  // Counted from the bad ones: 1 - 0.999 is not quite 0.001 in binary.
  const budget = budgetShare(target);
  const burnRate = (total - good) / total / budget;
  const covered = (slices.length * sliceSeconds) / (periodMinutes * 60);
  return {
    ...base,
    compliance: good / total,
    burnRate,
    remaining: 1 - burnRate,
    burnedOfPeriod: burnRate * Math.min(1, covered),
    status: burnRate <= 1 + 1e-9 ? "met" : "broken",
  };
}

/** 1 - target without the noise of binary fractions. */
export function budgetShare(target: number): number {
  return Number((1 - target).toPrecision(12));
}

export interface CompliancePoint {
  /** End of the slice. */
  readonly atSeconds: number;
  /** Over the rolling period that ends here, or as much of it as there is. */
  readonly compliance: number | null;
  readonly remaining: number | null;
}

/** Compliance and budget left at the end of each slice (time slice, where the budget counts those), over the rolling period up to it. */
export function complianceOverTime(
  objective: ServiceObjective,
  slices: readonly RequestSlice[],
  sliceSeconds: number,
): readonly CompliancePoint[] {
  const { seconds, units } = unitsOf(objective, slices, sliceSeconds);
  const width = Math.max(1, Math.round((objective.periodMinutes * 60) / seconds));
  const budget = budgetShare(objective.target);
  let good = 0;
  let total = 0;
  return units.map((entering, index) => {
    const leaving = units[index - width];
    good += entering.good - (leaving?.good ?? 0);
    total += entering.total - (leaving?.total ?? 0);
    const compliance = total === 0 ? null : good / total;
    const remaining = total === 0 ? null : 1 - (total - good) / total / budget;
    return { atSeconds: entering.atSeconds + seconds, compliance, remaining };
  });
}

export interface SloGate {
  /** Most of a period's budget that the time covered may use, 0..1. */
  readonly maxBurnedShare: number;
}

export interface SloGateResult {
  readonly verdict: "pass" | "regression" | "inconclusive";
  /** One sentence an objective, failed ones first. */
  readonly reasons: readonly string[];
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;

/** "No SLO breached, and the budget not burned by more than x." No objective, or one without traffic, is no pass. */
export function judgeSloGate(statuses: readonly BudgetStatus[], { maxBurnedShare }: SloGate): SloGateResult {
  const failed: string[] = [];
  const unknown: string[] = [];
  const met: string[] = [];
  for (const { objective, status, compliance, target, burnedOfPeriod } of statuses) {
    if (status === "not-enough-data" || compliance === null || burnedOfPeriod === null) {
      unknown.push(`${objective}: no traffic, nothing is known.`);
      continue;
    }
    const seen = `${objective}: ${percent(compliance)} good of ${percent(target)} wished, ${percent(burnedOfPeriod)} of the period's error budget used`;
    if (status === "broken") failed.push(`${seen}: the objective is broken.`);
    else if (burnedOfPeriod > maxBurnedShare) failed.push(`${seen}: more than ${percent(maxBurnedShare)}.`);
    else met.push(`${seen}.`);
  }
  const verdict =
    failed.length > 0 ? "regression" : unknown.length > 0 || met.length === 0 ? "inconclusive" : "pass";
  return { verdict, reasons: [...failed, ...unknown, ...met] };
}
