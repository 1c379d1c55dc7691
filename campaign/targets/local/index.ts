import { Target, TelemetryKind } from "../../../components/contracts";
import { createLocalTiers } from "../../../components/local";
import { refreshInstances } from "../../../components/local/application/instance-refresh";
import {
  EnvironmentState,
  type EnvironmentSummary,
  listEnvironments,
  ownProcess,
  prepareEnvironment,
  sweepEnvironment,
  takeInventory,
} from "../../../components/local/supervisor";
import { emptyCache } from "../../../components/local/varnish/empty-cache";
import { ConfigError, EnvironmentError } from "../../../core/errors";
import { environmentDir } from "../../../core/home";
import { localToolsFrom } from "../../../stacks/local-tools";
import { environmentProgram } from "../../../stacks/program";
import { LOCAL_TARGET_TOOLS, Tool } from "../../../toolchain";
import { openStack } from "../../engine";
import { describeMachine } from "../../machine";
import { componentArgs } from "../../plan";
import { agentTools, ensureCampaignTools, LOAD_PROGRAMS, loadToolPath, programPath } from "../../tools";
import { openUsableStack } from "../stored-stack";
import type { CampaignTarget } from "../target";
import { verifyEnvironment } from "./verify";

/** Real processes on this machine. */
export const localTarget: CampaignTarget = {
  target: Target.Local,
  provisionText: "database with replicas, pool, cache, load balancer, app, edge",
  proveText: "looking at processes, ports, reservations, cgroups and files",
  destroyDeadlineMs: 60_000,
  destroyAfterFailure: false,

  folder: environmentDir,

  prepareTools: (loadTool, observer, signal, plans) =>
    ensureCampaignTools(
      [
        ...LOCAL_TARGET_TOOLS.filter((tool) => tool !== Tool.K6),
        LOAD_PROGRAMS[loadTool],
        ...agentTools(plans),
      ],
      observer,
      signal,
    ),

  environments: async () =>
    (await listEnvironments()).map((environment) => {
      const reason = reasonToSweep(environment);
      return {
        environmentId: environment.environmentId,
        ...(reason === undefined ? {} : { reasonToSweep: reason }),
      };
    }),

  async refuseTakenName(environmentId) {
    // Names are unique on a machine: two environments of one name could not be told apart in the process table.
    const environments = await listEnvironments();
    if (environments.some((environment) => environment.environmentId === environmentId)) {
      throw new ConfigError("The name is taken", [
        {
          field: "--name",
          value: environmentId,
          allowed: "a name that no environment on this machine has",
          hint: `perfbed list shows them; perfbed destroy ${environmentId} removes this one.`,
        },
      ]);
    }
  },

  /** With ledger and watchdog. */
  async prepare(plan, ownedByThisProcess) {
    await prepareEnvironment({
      environmentId: plan.environmentId,
      owner: plan.owner,
      expiresAt: plan.expiresAt,
      ...(ownedByThisProcess ? { ownerProcess: ownProcess() } : {}),
      watchdog: true,
    });
  },

  openStack(plan, tools, onStanding) {
    const tiers = createLocalTiers({ tools: localToolsFrom(tools), prepared: true });
    return openStack({
      environmentId: plan.environmentId,
      folder: environmentDir(plan.environmentId),
      program: environmentProgram(componentArgs(plan), { [Target.Local]: tiers }, onStanding),
      cli: programPath(tools, Tool.Pulumi, "pulumi"),
      variables: engineOwner(plan.environmentId),
    });
  },

  openForDestruction: (environmentId, observer) =>
    openUsableStack(environmentId, environmentDir(environmentId), observer, {
      variables: engineOwner(environmentId),
    }),

  verify: verifyEnvironment,

  refreshApp: ({ environmentId, application }, signal) =>
    refreshInstances(environmentId, application, signal),

  async emptyEdgeCache(_plan, { telemetry }, tools) {
    const edge = telemetry.find(({ kind }) => kind === TelemetryKind.Varnish);
    if (edge === undefined) throw new EnvironmentError("PERFBED_EDGE_UNKNOWN", "The environment has no edge");
    await emptyCache(programPath(tools, Tool.Varnish, "varnishadm"), edge.endpoint);
  },

  // Loaded when a run begins: `perfbed up` measures nothing.
  startTelemetry: async (request) => (await import("./telemetry")).startLocalTelemetry(request),

  async runFleet({ plan: _, access, tools, observer: __, tool, ...request }) {
    const { runFleet } = await import("../../fleet");
    return runFleet({
      environmentId: access.environmentId,
      slots: access.generators,
      baseUrl: access.entryUrl,
      tool,
      toolPath: loadToolPath(tools, tool),
      ...request,
    });
  },

  async inventory({ environmentId }) {
    return (await takeInventory(environmentId)).processes.map((process) => ({
      name: process.name ?? process.command,
      tier: process.tier ?? "engine",
      pid: process.pid,
    }));
  },

  machine: describeMachine,

  async sweep(environmentId) {
    const result = await sweepEnvironment(environmentId);
    return { proved: result.proved, at: new Date().toISOString(), checked: result.checks };
  },
};

/** The engine and its plugins belong to the environment: a sweep finds them after a killed runner. */
const engineOwner = (environmentId: string): Record<string, string> => ({
  PERFBED_ENVIRONMENT_ID: environmentId,
});

/** Why an environment may go without being named: undefined when it stands on purpose. */
function reasonToSweep(environment: EnvironmentSummary): string | undefined {
  if (environment.ownerAlive) return undefined;
  switch (environment.state) {
    case EnvironmentState.Orphaned:
      return "processes without an environment folder";
    case EnvironmentState.Broken:
      return "its environment.json cannot be read";
    case EnvironmentState.Closing:
      return "its teardown did not finish";
    case EnvironmentState.Standing:
      if (environment.owned) return "its runner is gone";
      if (environment.expired) return `expired at ${environment.expiresAt ?? "an unknown time"}`;
      return environment.processCount === 0 ? "no process is left of it" : undefined;
  }
}
