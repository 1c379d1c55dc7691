import { furtherRegions } from "../../../components/aws/fleet/regions";
import type { AwsSettings } from "../../../components/aws/settings";
import type { TierFactory } from "../../../components/contracts";
import { Target } from "../../../components/contracts";
import { ConfigError } from "../../../core/errors";
import { environmentProgram } from "../../../stacks/program";
import { Tool } from "../../../toolchain";
import { openStack } from "../../engine";
import { componentArgs, type EnvironmentPlan } from "../../plan";
import { ensureCampaignTools, LOAD_PROGRAMS, programPath } from "../../tools";
import { openUsableStack } from "../stored-stack";
import type { CampaignTarget, KnownEnvironment } from "../target";
import type { FleetTimes } from "./fleet/times";
import {
  type AwsLedger,
  awsFolder,
  listLedgers,
  ownerIsAlive,
  ownerIsGone,
  readLedger,
  writeLedger,
} from "./ledger";
import { describeRunner } from "./machine";
import type { TelemetryTimes } from "./telemetry/times";

/** What may stand in for parts of it, in tests and in programs that make their tiers themselves. */
export interface AwsTargetOptions {
  /** @default every tier on AWS, from the plan's settings */
  readonly tiers?: (settings: AwsSettings) => Promise<TierFactory>;
  /** Folder of runs on a generator. @default /var/lib/perfbed/runs, on Fargate /tmp/perfbed/runs */
  readonly remoteRoot?: string;
  readonly fleetTimes?: Partial<FleetTimes>;
  /** Port of k6's API on the first generator; the next one has the next. @default 6565 */
  readonly firstApiPort?: number;
  readonly telemetryTimes?: Partial<TelemetryTimes>;
  /** Milliseconds between two looks of the sweep, at first. @default 2000 */
  readonly sweepPauseMs?: number;
}

/** CloudFront and RDS take their time. */
const DESTROY_DEADLINE_MS = 60 * 60_000;

export const settingsOf = (plan: EnvironmentPlan): AwsSettings => {
  if (plan.aws !== undefined) return plan.aws;
  throw new ConfigError("The plan is not one for AWS", [
    { field: "target", value: plan.target, allowed: "a plan with settings of AWS" },
  ]);
};

function known(ledger: AwsLedger): KnownEnvironment {
  const { environmentId, expiresAt } = ledger;
  const expired = !ownerIsAlive(ledger) && Date.parse(expiresAt) < Date.now();
  const reason = ownerIsGone(ledger) ? "its runner is gone" : expired ? `expired at ${expiresAt}` : undefined;
  return { environmentId, ...(reason === undefined ? {} : { reasonToSweep: reason }) };
}

/** Credentials come by the SDK's own chain, for the engine's provider and for perfbed alike. */
const engineRegion = (region: string): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
});

/** Environments on AWS. Its libraries are loaded when they are needed: to look at the ledgers takes none of them. */
export function createAwsTarget(options: AwsTargetOptions = {}): CampaignTarget {
  const tiersOf =
    options.tiers ??
    (async (settings) => (await import("../../../components/aws")).createAwsTiers({ settings }));
  return {
    target: Target.Aws,
    provisionText: "network, database with replicas, cache, load balancer, app, CDN and generators on AWS",
    proveText: "asking AWS what carries the environment's tag, and listing what tags do not tell",
    destroyDeadlineMs: DESTROY_DEADLINE_MS,
    destroyAfterFailure: true,

    folder: awsFolder,

    prepareTools: (loadTool, observer, signal) =>
      ensureCampaignTools([Tool.Pulumi, LOAD_PROGRAMS[loadTool]], observer, signal),

    environments: async () => listLedgers().map(known),

    async refuseTakenName(environmentId) {
      if (readLedger(environmentId) === undefined) return;
      throw new ConfigError("The name is taken", [
        {
          field: "--name",
          value: environmentId,
          allowed: "a name that no environment of this machine has",
          hint: `perfbed list shows them; perfbed destroy ${environmentId} removes this one.`,
        },
      ]);
    },

    /** AWS is asked first who we are: without credentials nothing is begun. */
    async prepare(plan, ownedByThisProcess) {
      const settings = settingsOf(plan);
      const { region } = settings;
      const { checkAccount } = await import("./account");
      await checkAccount(plan.environmentId, region);
      writeLedger(plan, { region, furtherRegions: [...furtherRegions(settings)] }, ownedByThisProcess);
    },

    async openStack(plan, tools, onStanding) {
      const settings = settingsOf(plan);
      const tiers = await tiersOf(settings);
      return openStack({
        environmentId: plan.environmentId,
        folder: awsFolder(plan.environmentId),
        program: environmentProgram(componentArgs(plan), { [Target.Aws]: tiers }, onStanding),
        cli: programPath(tools, Tool.Pulumi, "pulumi"),
        variables: engineRegion(settings.region),
      });
    },

    async openForDestruction(environmentId, observer) {
      const region = readLedger(environmentId)?.region;
      return openUsableStack(environmentId, awsFolder(environmentId), observer, {
        variables: region === undefined ? {} : engineRegion(region),
      });
    },

    async beforeDestroy(environmentId, observer) {
      const region = readLedger(environmentId)?.region;
      if (region === undefined) return;
      const [{ withClients }, { clearScaledReaders }] = await Promise.all([
        import("./clients"),
        import("./scaled-readers"),
      ]);
      const removed = await withClients(region, (clients) => clearScaledReaders(environmentId, clients));
      if (removed > 0) observer.note(`Removed ${removed} readers that autoscaling had added`);
    },

    verify: async (plan, access, signal) =>
      (await import("./verify")).verifyOnAws(plan, access, settingsOf(plan), signal),

    emptyEdgeCache: async (plan, { entryUrl }, _tools, signal) =>
      (await import("./edge")).emptyDistribution(entryUrl, settingsOf(plan).region, signal),

    startTelemetry: async (request) =>
      (await import("./telemetry")).startAwsTelemetry(
        request,
        settingsOf(request.plan),
        options.telemetryTimes,
      ),

    runFleet: async (request) =>
      (await import("./fleet/run-fleet")).runAwsFleet(request, {
        settings: settingsOf(request.plan),
        folder: awsFolder(request.access.environmentId),
        ...(options.remoteRoot === undefined ? {} : { remoteRoot: options.remoteRoot }),
        ...(options.fleetTimes === undefined ? {} : { times: options.fleetTimes }),
        ...(options.firstApiPort === undefined ? {} : { firstApiPort: options.firstApiPort }),
      }),

    // What stands is in the environment's stack and in CloudWatch; there are no processes of it here.
    inventory: async () => [],

    machine: describeRunner,

    sweep: async (environmentId) =>
      (await import("./sweep")).sweepEnvironmentOnAws(environmentId, {
        ...(options.sweepPauseMs === undefined ? {} : { firstPauseMs: options.sweepPauseMs }),
      }),
  };
}

export const awsTarget: CampaignTarget = createAwsTarget();
