import type { Problem } from "../../core/errors";
import type { LoadTool, Workload } from "../model";
import type { ToolCapabilities } from "./capabilities";
import type { SampleContext, SampleFile } from "./sample-file";

/** One generator's part of the fleet. */
export interface GeneratorShare {
  /** `generator-1` … */
  readonly name: string;
  /** 0 … count - 1. */
  readonly index: number;
  readonly count: number;
}

/** Where and as what one generator runs. */
export interface GeneratorPlace {
  readonly baseUrl: string;
  readonly share: GeneratorShare;
  /** Absolute folder the files are written to and the tool runs in. */
  readonly folder: string;
  /** Part of unique ids, so that no id comes twice on one environment. */
  readonly runId: string;
  /** A free port on 127.0.0.1 for the tool's own control; unused by tools that start by file. */
  readonly controlPort: number;
  /** Addresses of the endpoints that steps go to, by name. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Variables for the tool alone: values of `${env.NAME}`, and what the set-up has given as JSON (`PERFBED_SETUP`). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Share of the requests that ask to be traced (W3C trace context), where the tool can. @default none */
  readonly traceRatio?: number;
}

/** How a generator that is ready is told to start. */
export enum StartControl {
  /** k6's REST API: it stands paused, and goes on at once when it is told to. */
  K6Api = "k6-api",
  /**
   * It prints READY_TEXT, then waits for START_FILE in its folder, which holds the common start instant in ms since the epoch, and
   * starts at that instant.
   */
  StartFile = "start-file",
}

export const READY_TEXT = "perfbed: ready";
export const START_FILE = "start";

/** Everything to start one generator: a process that makes itself ready and then waits for its start. */
export interface RenderedGenerator {
  /** Content by file name in the folder; a name may have folders of its own. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Absolute path of the program. */
  readonly command: string;
  /** No secrets: they are for everyone to see in the process table. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Every sample of the run; its path is absolute. */
  readonly samples: SampleFile;
  /** Absolute. The tool's own messages; absent where they go to its output. */
  readonly logFile?: string;
  /** Absolute: the script that runs, rendered or the user's own. */
  readonly scriptPath: string;
}

/** A workload that the tool has agreed to run. */
export interface PreparedWorkload {
  /** With a script's own arrivals filled in, where it tells them. */
  readonly workload: Workload;
  /** Longest time the iterations under way get at the end, seconds. */
  readonly graceSeconds: number;
  /** Milliseconds that a generator may take until it is ready. */
  readonly readyTimeoutMs: number;
  render(place: GeneratorPlace): RenderedGenerator;
}

/** The native files of a workload, for people: what `perfbed scenarios render` writes. */
export interface NativeFiles {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** How to run them with nothing but the tool, as Markdown. */
  readonly readme: string;
}

/**
 * What a load tool must be able to do for perfbed: take the tool-neutral workload (or a script of its own kind), run its share of it
 * on a common start, and tell of every request. An adapter knows nothing of processes; the fleet starts them.
 */
export interface LoadToolAdapter {
  readonly tool: LoadTool;
  /** As its makers write it. */
  readonly title: string;
  readonly capabilities: ToolCapabilities;
  readonly startControl: StartControl;
  /** Milliseconds that the common start must lie ahead when a start file is written. */
  readonly startLeadMs: number;
  /** Exit codes that do not mean that the generator was lost. */
  readonly goodExitCodes: readonly number[];
  /** Everything of the workload that this tool cannot do, by field. Empty: it can run it. */
  problems(workload: Workload): readonly Problem[];
  /** How many of the fleet's generators can share the workload: one where a user's own script cannot be split from outside. */
  generatorsFor(workload: Workload, generators: number): number;
  /**
   * Asks the tool about a user's own script; otherwise only settles how it is to run.
   * @throws ConfigError with the tool's own message when it cannot load the script
   */
  prepare(workload: Workload, programPath: string, generators: number): Promise<PreparedWorkload>;
  /** The workload as files a user of the tool would keep. Not for native scripts. */
  renderNative(workload: Workload): NativeFiles;
  /** A SELECT of one row a request, in the order of SAMPLE_COLUMNS. */
  samplesSql(file: SampleFile, context: SampleContext): string;
  /** A SELECT of arrivals by journey and second, in the order of ITERATION_COLUMNS. */
  iterationsSql(file: SampleFile, context: SampleContext): string;
  /** The telling line of the tool's messages; undefined when it has nothing to say. */
  lastError(log: string): string | undefined;
}
