import type { Sizing } from "../components/contracts";
import type { ServiceLevelObjective } from "../scenarios/model";

/** Version of `run.json`. */
export const MANIFEST_SCHEMA_VERSION = 1;

export interface GeneratorHealth {
  readonly generator: string;
  readonly started: boolean;
  readonly exitCode: number | null;
  /** Offset of its start to the planned common start, ms. */
  readonly startSkewMs: number | null;
  readonly plannedIterations: number;
  readonly startedIterations: number;
  readonly droppedIterations: number;
  /** 95th percentile of how late its iterations started against the plan, ms; null or absent where the tool does not say. */
  readonly startDelayP95Ms?: number | null;
  /** The same: the latest of all, ms. */
  readonly startDelayMaxMs?: number | null;
  /** Share of the machine's cores (0..1) used by the generator process, mean and maximum over 1 s periods. */
  readonly cpuMean: number | null;
  readonly cpuMax: number | null;
  readonly memoryMaxMiB: number | null;
  /** Free CPU share (0..1) of the whole machine, smallest 1 s period: how close the machine was to saturation. */
  readonly machineIdleMin: number | null;
  /** Share (0..1) of its machine's CPU that the host gave to others, mean. Absent on the local target: telemetry has it there. */
  readonly stealMean?: number | null;
  /** How far its clock was ahead of the common one; its samples are corrected by it. Null: not measured. Absent: there is one clock. */
  readonly clockOffsetMs?: number | null;
  /** Where it ran: an instance or a task. Absent on the local target. */
  readonly place?: string;
  /** Region that it was in. Absent where the target has none. */
  readonly region?: string;
}

/** How a run began that measures a warm application behind an empty edge. */
export interface ColdCache {
  /** Length of the warm-up before it, which is no part of the run. */
  readonly warmupSeconds: number;
  /** When the edge was empty, microseconds since the epoch, on the runner's clock. */
  readonly emptiedAtUs: number;
}

/** Everything needed to reproduce a run and to distrust it: `run.json`. */
export interface RunManifest {
  readonly schemaVersion: number;
  readonly perfbedVersion: string;
  readonly campaignId: string;
  readonly runId: string;
  readonly environmentId: string;
  readonly target: string;
  readonly side: string;
  readonly replicate: number;
  /** The command line that repeats the run, quoted for a shell. Absent when a library call started it. */
  readonly command?: string;
  readonly application: { readonly name: string; readonly version: string };
  readonly sizing: Sizing;
  /** Agents that were attached; absent when there were none. */
  readonly apm?: {
    readonly agents: readonly {
      readonly kind: string;
      readonly version: string;
      readonly sampleRatio: number;
    }[];
    /** True when spans were to be kept with the run. */
    readonly traces: boolean;
  };
  readonly scenario: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly seed: number;
    readonly tool: string;
    /** Journeys that should run; a native script's are known from its samples only. */
    readonly journeys: readonly string[];
    readonly objectives: readonly ServiceLevelObjective[];
    /** Planned curve at its corners, warm-up included, on the run's axis (0 = start of the measured window). Empty where the tool's own script plans. */
    readonly plannedCurve: readonly {
      readonly atSeconds: number;
      readonly ratePerSecond: number;
      readonly label: string;
    }[];
    readonly warmupSeconds: number;
    readonly measuredSeconds: number;
  };
  /** Absent: the edge was as the warm-up left it. */
  readonly coldCache?: ColdCache;
  /** Microseconds since the epoch, as numbers. */
  readonly window: {
    readonly runStartedAtUs: number;
    /** Start of the measured window (end of warm-up). */
    readonly measuredFromUs: number;
    readonly measuredToUs: number;
  };
  readonly arrivals: {
    /** Journey arrivals planned and achieved in the measured window. */
    readonly planned: number;
    readonly started: number;
    readonly dropped: number;
    /** (started) / planned. */
    readonly achievedRatio: number;
    /** Why no arrivals were planned, one sentence; absent where they were. The check of the arrival rate then does not apply. */
    readonly unplanned?: string;
  };
  /** Absent: a row a request, and percentiles are exact. Else histograms: the largest error of a percentile, as a share of it. */
  readonly histogram?: { readonly relativeError: number; readonly slotSeconds: number };
  readonly generators: readonly GeneratorHealth[];
  /** A rate that was set from outside: each change, on the run's axis (0 = start of the measured window). */
  readonly rateChanges?: readonly { readonly atSeconds: number; readonly ratePerSecond: number }[];
  readonly aborted: string | null;
  readonly abortKind?: "generator-lost" | "error-ratio" | "deadline" | "request-limit";
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: {
    readonly platform: string;
    readonly cpuModel: string;
    readonly cores: number;
    readonly memoryMiB: number;
    readonly cpuQuotas: boolean;
    readonly notes: readonly string[];
  };
  /** Process inventory during the run: name, tier, version-free command name. */
  readonly inventory: readonly { readonly name: string; readonly tier: string; readonly pid: number }[];
  /** Phases with their length in ms. */
  readonly phases: readonly { readonly name: string; readonly durationMs: number }[];
  readonly clock: {
    /** How far apart the clocks may still be after every correction. */
    readonly offsetMs: number;
    readonly method: string;
    /** Generators whose clock could not be measured. @default none */
    readonly unmeasured?: readonly string[];
  };
}
