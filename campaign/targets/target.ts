import type { EnvironmentAccess, Sizing, Target } from "../../components/contracts";
import type { TeardownProof } from "../../report/model";
import type { LoadTool } from "../../scenarios/model";
import type { EnvironmentEvent } from "../../storage/schema";
import type { ResolvedTool, Tool } from "../../toolchain";
import type { EngineStack } from "../engine";
import type { FleetOptions, FleetResult } from "../fleet";
import type { RunManifest } from "../manifest";
import type { CampaignObserver } from "../observer";
import type { EnvironmentPlan } from "../plan";
import type { MetricName } from "../telemetry";

/** Outside programs by name, as the toolchain found them. */
export type Tools = ReadonlyMap<Tool, ResolvedTool>;

/** What the tiers of an environment report while a run goes on. */
export interface RunTelemetry {
  /** Latest value of a figure, for the live line; undefined where it is not known yet, or only after the run. */
  latest(source: string, metric: MetricName): number | undefined;
  /** Ends the reading. May be called again; never throws because a source is gone. */
  stop(): Promise<void>;
  /**
   * After `stop`, once the load is over: completes the spool file with what is known only now, and returns what happened in the
   * environment, in time order.
   */
  finish(window: FleetResult["window"]): Promise<readonly EnvironmentEvent[]>;
}

export interface TelemetryRequest {
  readonly plan: EnvironmentPlan;
  readonly access: EnvironmentAccess;
  readonly tools: Tools;
  /** CSV file the points go to. */
  readonly spoolFile: string;
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
}

/** What a campaign asks of the fleet, whatever machines it runs on. */
export type FleetRequest = Pick<
  FleetOptions,
  "workload" | "runId" | "onProgress" | "endpoints" | "maxRequests" | "traceRatio"
> & {
  readonly tool: LoadTool;
  readonly plan: EnvironmentPlan;
  readonly access: EnvironmentAccess;
  readonly tools: Tools;
  readonly signal: AbortSignal;
  readonly observer: CampaignObserver;
};

export interface KnownEnvironment {
  readonly environmentId: string;
  /** Why a sweep takes it without being told its name; absent: it stands on purpose or is in use. */
  readonly reasonToSweep?: string;
}

/**
 * Everything about a campaign that differs by where its environment runs. The phases, the judgement and the reports are the same for
 * all of them; adding a target is adding a folder.
 */
export interface CampaignTarget {
  readonly target: Target;
  /** What `provision` brings up, for the progress line. */
  readonly provisionText: string;
  /** What `prove` looks at. */
  readonly proveText: string;
  /** Folder on this machine with the Pulumi state, the plan and the logs of the environment, as long as it stands. */
  folder(environmentId: string): string;
  /** Finds or installs the outside programs, with the one that makes the load. */
  prepareTools(
    loadTool: LoadTool,
    observer: CampaignObserver,
    signal: AbortSignal,
    plans: readonly Pick<EnvironmentPlan, "apm">[],
  ): Promise<Tools>;
  /** The environments that this machine knows of. */
  environments(): Promise<readonly KnownEnvironment[]>;
  /** @throws ConfigError when an environment of that name exists already */
  refuseTakenName(environmentId: string): Promise<void>;
  /**
   * Makes the folder and the ledger; from here on a killed process leaves something to sweep.
   * @param ownedByThisProcess true: the environment ends with this process (a campaign); false: it stands until destroyed or expired
   */
  prepare(plan: EnvironmentPlan, ownedByThisProcess: boolean): Promise<void>;
  /** The environment's stack, ready to be brought up, read or destroyed. */
  openStack(
    plan: EnvironmentPlan,
    tools: Tools,
    onStanding?: (access: EnvironmentAccess) => void,
  ): Promise<EngineStack>;
  /** The stack of an environment that stands, for nothing but its destruction; undefined without a state that can be used. */
  openForDestruction(environmentId: string, observer: CampaignObserver): Promise<EngineStack | undefined>;
  /**
   * Removes what no stack knows of and what would keep Pulumi from destroying one. Absent where there is nothing of the kind. What it throws
   * is told and stops nothing: the sweep removes the same.
   */
  beforeDestroy?(environmentId: string, observer: CampaignObserver): Promise<void>;
  /**
   * Replaces the app instances by new ones and resolves when the old ones are gone. Absent where it takes minutes.
   * @throws EnvironmentError PERFBED_APP_NOT_REFRESHED
   */
  refreshApp?(plan: EnvironmentPlan, signal: AbortSignal): Promise<void>;
  /** Asks every tier to do its work once. @returns how many checks passed @throws EnvironmentError naming every one that failed */
  verify(plan: EnvironmentPlan, access: EnvironmentAccess, signal: AbortSignal): Promise<number>;
  /** Drops all that the edge holds, and resolves when no request is answered from it any more. @throws EnvironmentError */
  emptyEdgeCache(
    plan: EnvironmentPlan,
    access: EnvironmentAccess,
    tools: Tools,
    signal: AbortSignal,
  ): Promise<void>;
  startTelemetry(request: TelemetryRequest): Promise<RunTelemetry>;
  /** See `runFleet` of the local target for what is thrown, and what a lost generator or a flood of errors comes to. */
  runFleet(request: FleetRequest): Promise<FleetResult>;
  /** What ran during the load, for the manifest. */
  inventory(access: EnvironmentAccess): Promise<RunManifest["inventory"]>;
  /** What the load was generated on. */
  machine(sizing: Sizing): RunManifest["machine"];
  /** Pulumi gets this long to destroy a stack; the sweep removes what is left then. */
  readonly destroyDeadlineMs: number;
  /** Whether Pulumi is asked also after a failure or an interruption. False where the sweep is as thorough and faster. */
  readonly destroyAfterFailure: boolean;
  /** Removes what Pulumi did not, and proves from the world that nothing is left. Never throws because something is. */
  sweep(environmentId: string): Promise<TeardownProof>;
}
