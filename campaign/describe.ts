import { type ApmSettings, TRACING_KINDS } from "../components/apm/model";
import type { Sizing } from "../components/contracts";
import { adapterOf } from "../scenarios/adapters";
import { arrivalsTotal, peakRate, totalSeconds } from "../scenarios/arrival";
import { describeArrivals } from "../scenarios/curve-text";
import { arrivalsArePlanned, describeExecutor } from "../scenarios/executor-plan";
import type { LoadTool } from "../scenarios/model";
import { expectedRequests } from "../scenarios/plan";
import type { CampaignPlan, EnvironmentPlan } from "./plan";
import { describeAwsTiers, describeCost } from "./targets/aws/describe";

const cores = (cpu: number): string => `${cpu} ${cpu === 1 ? "core" : "cores"}`;

/** The environment's plan as it may be printed or stored: the values of the application's variables may be secrets and stay out. */
export function withoutSecrets(plan: EnvironmentPlan): EnvironmentPlan {
  const names = Object.keys(plan.application.environment);
  return {
    ...plan,
    application: {
      ...plan.application,
      environment: Object.fromEntries(names.map((name) => [name, "(not shown)"])),
    },
  };
}

/** One line a tier: what will be made, and how big. */
export function describeTiers(
  sizing: Sizing,
  tool: LoadTool,
): { readonly tier: string; readonly text: string }[] {
  const { app, database, cache, edge, fleet } = sizing;
  const scaling = app.scaling;
  return [
    {
      tier: "edge",
      text: `Varnish, ${cores(edge.cpu)}, ${edge.memoryMiB} MiB`,
    },
    {
      tier: "app",
      text: `HAProxy and ${app.minInstances} to ${app.maxInstances} instances of ${cores(app.cpu)}, ${app.memoryMiB} MiB; ${scaling.type} on ${scaling.metric} at ${scaling.targetValue}`,
    },
    { tier: "cache", text: `Redis, ${cores(cache.cpu)}, ${cache.memoryMiB} MiB` },
    {
      tier: "database",
      text: `PostgreSQL primary and ${database.replicas} streaming ${database.replicas === 1 ? "replica" : "replicas"} of ${cores(database.cpu)}, ${database.memoryMiB} MiB; PgBouncer with ${database.poolSize} server connections each`,
    },
    {
      tier: "fleet",
      text: `${adapterOf(tool).title}, ${fleet.generators} ${fleet.generators === 1 ? "generator" : "generators"}`,
    },
  ];
}

/** The agents with their versions; how much is traced where something is. */
export function describeAgents({ agents }: ApmSettings): string {
  return agents
    .map(({ kind, version, sampleRatio }) => {
      const traced = TRACING_KINDS.includes(kind)
        ? `, ${Math.round(1_000 * sampleRatio) / 10} % of requests traced`
        : "";
      return `${kind} ${version}${traced}`;
    })
    .join("; ");
}

/** The tiers as the plan's target makes them. */
export function describePlannedTiers(
  { sizing, aws }: EnvironmentPlan,
  tool: LoadTool,
): readonly { readonly tier: string; readonly text: string }[] {
  return aws === undefined
    ? describeTiers(sizing, tool)
    : describeAwsTiers(sizing, aws, adapterOf(tool).title);
}

/** Seconds that provisioning and teardown take beside the load; on AWS databases and CDN make it half an hour. */
const overheadSeconds = ({ aws }: EnvironmentPlan): number => (aws === undefined ? 25 : 1_800);

export function describeEnvironment(environment: EnvironmentPlan, tool: LoadTool = "k6"): string {
  const { aws } = environment;
  return [
    `Environment  ${environment.environmentId} on ${environment.target}${aws === undefined ? "" : ` in ${aws.region}`}, until ${environment.expiresAt} at the latest`,
    `Application  ${environment.application.name} ${environment.application.version}: ${environment.application.command.join(" ")}`,
    `Sizing       ${environment.sizing.name}`,
    ...describePlannedTiers(environment, tool).map(({ tier, text }) => `  ${tier.padEnd(10)} ${text}`),
    ...(environment.apm === undefined ? [] : [`  ${"apm".padEnd(10)} ${describeAgents(environment.apm)}`]),
    ...(aws === undefined
      ? []
      : [`Cost         ${describeCost(environment.sizing, aws).replace("\n", "\n             ")}`]),
  ].join("\n");
}

/** What `--dry-run` prints: everything that would be made and done, and how long it takes. */
export function describePlan(plan: CampaignPlan, width: number): string {
  const { workload } = plan;
  const measured = totalSeconds(workload.arrival);
  const warmup = totalSeconds(workload.warmup);
  const arrivals = arrivalsTotal(workload.arrival);
  const weights = workload.journeys.reduce((sum, journey) => sum + journey.weight, 0);
  return [
    describeEnvironment(plan.environment, plan.tool),
    `Scenario     ${workload.scenario}: ${workload.description}`,
    `  parameters ${Object.entries(workload.parameters)
      .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(" ")}`,
    ...(workload.script === undefined
      ? [
          `  journeys   ${workload.journeys.map((journey) => `${journey.name} ${((100 * journey.weight) / weights).toFixed(0)} %`).join(", ")}`,
          ...(arrivalsArePlanned(workload.executor).planned
            ? [
                `  arrivals   ${Math.round(arrivals)} journeys in ${measured} s after ${warmup} s of warm-up; peak ${peakRate(workload.arrival)} a second`,
                `  requests   about ${Math.round(expectedRequests(workload))}`,
                "",
                describeArrivals(workload, width),
                "",
              ]
            : [
                `  visits     ${workload.executor === undefined ? "" : describeExecutor(workload.executor)}; ${measured} s after ${warmup} s of warm-up`,
                `  requests   about ${Math.round(expectedRequests(workload))} (estimated: none are planned)`,
              ]),
        ]
      : [`  script     ${workload.script.file} (its own requests; perfbed judges them)`]),
    ...workload.slos.map(
      (slo) =>
        `  objective  ${slo.journey ?? "every journey"}: ${slo.kind === "latency" ? `P${(slo.quantile ?? 0.95) * 100} at most ${slo.threshold} ms` : `failed requests at most ${slo.threshold * 100} %`}`,
    ),
    ...(plan.coldCache === true ? ["Cache        cold: the edge is emptied after the warm-up"] : []),
    `Length       about ${Math.round(warmup + measured + overheadSeconds(plan.environment))} s with provisioning and teardown`,
    `Results      ${plan.resultsDir}`,
    "Nothing was started.",
  ].join("\n");
}
