/**
 * perfbed: performance test environments as code.
 *
 * For a config file: `defineConfig`. For a scenario of your own: `defineScenario`. For a Pulumi program: `PerformanceEnvironment`
 * and the contracts of its tiers. For a program that runs campaigns itself: `planCampaign` and `runCampaign`.
 */
export { runCampaign } from "./campaign/campaign";
export { defineConfig, type PerfbedConfigInput } from "./campaign/config/schema";
export type { CampaignObserver, LiveProgress, PhaseName } from "./campaign/observer";
export { type CampaignPlan, type PlanOptions, planCampaign } from "./campaign/plan";
export { type ApmAgent, ApmKind, ApmLanguage, type ApmSettings } from "./components/apm/model";
export * from "./components/aws";
export * from "./components/contracts";
export { PerformanceEnvironment } from "./components/environment";
export { createLocalTiers, localSizings } from "./components/local";
export { ConfigError, EnvironmentError, ExitCode, PerfbedError, type Problem } from "./core/errors";
export type { ReportData, TeardownProof, Verdict, VerdictKind } from "./report/model";
export * from "./scenarios/authoring";
export type * from "./scenarios/model";
export { apmFrom, apmSchema } from "./stacks/apm-schema";
export { findLocalTools } from "./stacks/local-tools";
export type { EnvironmentEvent, Sample, TelemetryPoint } from "./storage/schema";
