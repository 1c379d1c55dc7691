/** Service-level objectives over days and weeks: compliance, error budgets, burn-rate alerts, and their export. Pure. */
export { type AlertEpisode, type BurnRateRule, burnRatePolicy, simulateAlerts } from "./burn-rate";
export * from "./cloudwatch";
export {
  type BudgetStatus,
  type CompliancePoint,
  complianceOverTime,
  errorBudget,
  judgeSloGate,
  type SloGate,
  type SloGateResult,
} from "./error-budget";
export type * from "./objectives";
export { DEFAULT_PERIOD_MINUTES, durationMinutes, type OpenSloFile, parseOpenSlo } from "./openslo";
export { type PrometheusNames, prometheusRules } from "./prometheus";
