import type { GeneratorSlot } from "../../components/contracts";
import type { SampleFile } from "../../scenarios/adapters/sample-file";
import type { LoadTool, Workload } from "../../scenarios/model";
import type { GeneratorHealth, RunManifest } from "../manifest";

export interface FleetOptions {
  readonly environmentId: string;
  /** One process of the tool each; on the local target folders inside the environment. */
  readonly slots: readonly GeneratorSlot[];
  readonly workload: Workload;
  /** The environment's entry. Only loopback addresses: load goes to the environment and nowhere else. */
  readonly baseUrl: string;
  /** Addresses of the endpoints that steps may go to, by name. Only loopback addresses, as above. @default none */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** The run is stopped after so many requests, warm-up included. @default never */
  readonly maxRequests?: number;
  /** @default "k6" */
  readonly tool?: LoadTool;
  /** Absolute path of the tool's program. */
  readonly toolPath: string;
  /** Unique within the environment: names the folder of the run's files and is part of unique ids. */
  readonly runId: string;
  /** Share of the requests that ask to be traced. @default none */
  readonly traceRatio?: number;
  /** Called about once a second. Must not throw. */
  readonly onProgress?: (progress: FleetProgress) => void;
  /** Ends all generators, then `runFleet` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds a generator may take until it is ready. @default the adapter's: for k6 30000 + 20 a virtual user */
  readonly readyTimeoutMs?: number;
}

export type FleetPhase = "warm-up" | "load" | "ending";

/** What happens right now, from the output files as far as the tool has written them (it does so once a second): a preview, never judged. */
export interface FleetProgress {
  readonly phase: FleetPhase;
  /** Label of the stage of the arrival curve. */
  readonly stage: string;
  readonly elapsedSeconds: number;
  /** Warm-up and measured part. */
  readonly totalSeconds: number;
  /** Journey arrivals per second. */
  readonly plannedRatePerSecond: number;
  readonly achievedRatePerSecond: number;
  readonly requestRatePerSecond: number;
  /** P95 of all generators' requests of the last seconds together; null when there are none. */
  readonly p95Ms: number | null;
  readonly errorRatio: number;
  readonly generatorsRunning: number;
  readonly droppedIterations: number;
}

export interface FleetGenerator {
  readonly name: string;
  /** Every sample of this generator. */
  readonly samples: SampleFile;
  /** Folder of script, output and the tool's log. */
  readonly folder: string;
  /** The rendered script, or the user's own. */
  readonly scriptPath: string;
  /** The tool's own messages, where it writes them to a file of its own (k6: those of level error). */
  readonly logFile?: string;
  /** Requests among the samples, warm-up included. */
  readonly requests: number;
  readonly health: GeneratorHealth;
  /** How far its clock was ahead of the common one, to be taken off its samples, microseconds. @default 0 */
  readonly clockOffsetUs?: number;
}

/** Why a run was stopped before its end. */
export interface FleetAbort {
  readonly kind: "error-ratio" | "generator-lost" | "deadline" | "request-limit";
  /** One sentence. */
  readonly text: string;
}

export interface FleetResult {
  /** The workload as it ran: with a native script's own arrivals filled in. */
  readonly workload: Workload;
  /** True when the samples come from a user's own script. */
  readonly native: boolean;
  /** Instants in microseconds since the epoch, on this machine's clock. */
  readonly window: {
    readonly runStartedAtUs: number;
    readonly measuredFromUs: number;
    /** Planned end, or the instant of the stop for an aborted run. */
    readonly measuredToUs: number;
  };
  /** Journey arrivals of the measured window. Planned is 0 where a script does not say. */
  readonly arrivals: { readonly planned: number; readonly started: number; readonly dropped: number };
  readonly aborted: FleetAbort | null;
  /** What somebody set from outside: milliseconds since the epoch and visits per second. */
  readonly rateChanges?: readonly { readonly atMs: number; readonly ratePerSecond: number }[];
  readonly generators: readonly FleetGenerator[];
  /** From the first process start until all were ready, ms. */
  readonly readyMs: number;
  /** How far the generators' clocks were apart. @default they share this machine's */
  readonly clock?: RunManifest["clock"];
}
