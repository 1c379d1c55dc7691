import { join } from "node:path";
import type { Workload } from "../../model";
import { planWorkload } from "../../plan";
import type { GeneratorShare } from "../adapter";
import { endpointVariables } from "../endpoint-name";
import { type SampleFile, SampleOutput } from "../sample-file";
import { renderNativeWrapper } from "./native-wrapper";
import { companionFiles, renderScript } from "./script";

export interface RenderOptions {
  readonly baseUrl: string;
  readonly share: GeneratorShare;
  /** Absolute folder the files are written to and k6 runs in. */
  readonly folder: string;
  /** Part of unique ids, so that no id comes twice on one environment. */
  readonly runId: string;
  /** Port of k6's REST API on 127.0.0.1. */
  readonly apiPort: number;
  /** True when the script sets thresholds. Without any, k6 is spared the aggregation of every sample. @default true for a native script */
  readonly hasThresholds?: boolean;
  /** Addresses of the endpoints that steps go to, by name. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Variables for the script alone: secrets, and what the set-up has given. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the k6 that is to run can write. @default SampleOutput.Csv, which any k6 can */
  readonly output?: SampleOutput;
  /** Share of the requests that carry a trace context which asks for a trace; a user's own script brings its own. @default none */
  readonly traceRatio?: number;
}

/** Everything to start one k6 process: paused, waiting for its start over the REST API. */
export interface RenderedK6 {
  /** Content by file name in the folder. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Arguments of k6. No secrets: they are for everyone to see in the process table. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Every sample of the run; its path is absolute. */
  readonly samples: SampleFile;
  /** Absolute. k6's own messages of level error. */
  readonly logFile: string;
}

const CSV_FILE = "samples.csv";
const LOG_FILE = "k6.log";
const CONFIG_FILE = "k6-config.json";

/** Segment i of n equal ones, and the whole sequence: k6 then splits every arrival to exactly one generator. */
export function executionSegment(index: number, count: number): { segment: string; sequence: string } {
  const cut = (at: number): string => (at === 0 || at === count ? String(at / count) : `${at}/${count}`);
  return {
    segment: `${cut(index)}:${cut(index + 1)}`,
    sequence: Array.from({ length: count + 1 }, (_, at) => cut(at)).join(","),
  };
}

/** Memory, in MiB, that one k6 may use on top of what it needs, for a garbage collector that runs less often. */
const SPARE_MEMORY_MIB = 300;

/**
 * Go's GOGC for one generator. Writing every sample costs k6 about a fifth more CPU a request; with its small heap most of that is
 * garbage collection, and collecting less often wins it back (measured with k6 1.8.1: 47 µs a request bare, 58 µs with CSV, 42 to 48 µs
 * with CSV and GOGC at 400 to 800; perfbed's output and GOGC together cost less than k6 bare). Large heaps keep Go's own setting.
 */
export function gcPercent(virtualUsers: number): number {
  const heapMiB = 25 + 0.4 * virtualUsers;
  return Math.round(Math.min(800, Math.max(100, (100 * SPARE_MEMORY_MIB) / heapMiB)));
}

/** Virtual users of one generator at the start; for a script with its own arrivals nobody knows before it runs. */
function virtualUsers(workload: Workload, generators: number): number {
  const plan = planWorkload(workload);
  return (workload.script === undefined ? plan.users : 2 * plan.peakArrivalsPerSecond) / generators;
}

/**
 * The files, arguments and variables of one generator's k6. A workload with journeys becomes a script; a user's own script runs as it
 * is, or through a small wrapper when the arrivals are perfbed's.
 */
export function renderK6(workload: Workload, options: RenderOptions): RenderedK6 {
  const { share, folder } = options;
  const native = workload.script;
  const own = native?.ownArrivals === true;
  const scriptName = `${workload.scenario}.js`;
  const files: Record<string, string | Uint8Array> = {
    // Without it k6 would read the user's own configuration file.
    [CONFIG_FILE]: "{}\n",
  };
  if (native === undefined) {
    files[scriptName] = renderScript(workload, share.count, options.traceRatio);
    Object.assign(files, companionFiles(workload));
  } else if (!own) {
    files[scriptName] = renderNativeWrapper(workload, native.file, share.count);
  }
  const { segment, sequence } = executionSegment(share.index, share.count);
  const logFile = join(folder, LOG_FILE);
  const samples: SampleFile = {
    path: join(folder, CSV_FILE),
    output: options.output ?? SampleOutput.Csv,
    native: native !== undefined,
  };
  return {
    files,
    samples,
    logFile,
    args: [
      "run",
      "--quiet",
      "--no-color",
      "--no-usage-report",
      "--summary-mode=disabled",
      `--config=${join(folder, CONFIG_FILE)}`,
      // Failed requests are rows of the output; as warnings they would flood the log.
      `--log-output=file=${logFile},level=error`,
      "--paused",
      `--address=127.0.0.1:${options.apiPort}`,
      ...(share.count === 1
        ? []
        : [`--execution-segment=${segment}`, `--execution-segment-sequence=${sequence}`]),
      // A user's script keeps its thresholds.
      ...((options.hasThresholds ?? native !== undefined) ? [] : ["--no-thresholds"]),
      // Virtual user and iteration tell which request a failed check of a user's script belongs to.
      ...(native === undefined ? [] : ["--system-tags=name,scenario,status,error_code,check,vu,iter"]),
      `--out=${samples.output}=${samples.path}`,
      native !== undefined && own ? native.file : join(folder, scriptName),
    ],
    env: {
      ...(native?.environment ?? {}),
      ...(options.environment ?? {}),
      ...endpointVariables(options.endpoints),
      BASE_URL: options.baseUrl,
      GOGC: String(gcPercent(virtualUsers(workload, share.count))),
      ...(samples.output === SampleOutput.Csv
        ? { K6_CSV_TIME_FORMAT: "unix_micro", K6_CSV_SAVE_INTERVAL: "1s" }
        : {}),
      PERFBED_GENERATOR: String(share.index + 1),
      PERFBED_GENERATORS: String(share.count),
      PERFBED_RUN: options.runId,
    },
  };
}
