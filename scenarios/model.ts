/**
 * The tool-neutral workload model. Plain data: an adapter renders it to native files of a load tool, so nothing here may be a
 * function. Text fields marked "template" may hold `${name}`: a variable of the journey (feeder column or extracted value).
 */

/** How long a virtual user pauses, in seconds. */
export interface ThinkTime {
  readonly distribution: "constant" | "uniform" | "exponential" | "lognormal";
  /** Mean for constant, exponential and lognormal; ignored for uniform. */
  readonly meanSeconds?: number;
  readonly minSeconds?: number;
  readonly maxSeconds?: number;
  /** Standard deviation of the logarithm; lognormal only. */
  readonly sigma?: number;
}

/** Where journey variables come from. Drawn once at the start of each journey iteration, seeded. */
export type Feeder =
  /** Uniform integer in [min, max] as variable `name`. */
  | { readonly kind: "random-int"; readonly name: string; readonly min: number; readonly max: number }
  /** Integer in [min, max], popularity by Zipf's law with the given exponent: `min` is the most popular. */
  | {
      readonly kind: "zipf";
      readonly name: string;
      readonly min: number;
      readonly max: number;
      readonly exponent: number;
    }
  /** One of the values, by weight (equal when absent). */
  | {
      readonly kind: "choice";
      readonly name: string;
      readonly values: readonly string[];
      readonly weights?: readonly number[];
    }
  /** Unique across the whole fleet and across runs: `<prefix><run>-<generator>-<vu>-<iteration>`. */
  | { readonly kind: "unique-id"; readonly name: string; readonly prefix: string };

export type Extraction =
  /** Path into the JSON body, `items.0.id`. */
  | { readonly kind: "json"; readonly name: string; readonly path: string }
  /** First capture group of the regular expression on the body. */
  | { readonly kind: "regex"; readonly name: string; readonly pattern: string }
  | { readonly kind: "header"; readonly name: string; readonly header: string };

/** A request whose checks fail counts as an error even with status 200. */
export type Check =
  | { readonly kind: "status"; readonly statuses: readonly number[] }
  | { readonly kind: "body-contains"; readonly text: string }
  /** The JSON path exists (and equals the value where given). */
  | { readonly kind: "json"; readonly path: string; readonly equals?: string | number | boolean };

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Template; starts with "/". */
  readonly path: string;
  /** Template values. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Template; JSON text unless a content-type header says otherwise. */
  readonly body?: string;
  /** @default 10 */
  readonly timeoutSeconds?: number;
}

export interface Step {
  /** Short, unique within the journey: `product-page`. */
  readonly name: string;
  readonly request: HttpRequest;
  /** @default status 200-399 */
  readonly checks?: readonly Check[];
  readonly extract?: readonly Extraction[];
  /** Pause after the step. */
  readonly thinkTime?: ThinkTime;
}

export interface Journey {
  readonly name: string;
  /** Share of arrivals, relative to the other journeys. */
  readonly weight: number;
  readonly feeders?: readonly Feeder[];
  readonly steps: readonly Step[];
}

/** One linear piece of the arrival curve: from the previous rate to `ratePerSecond` over `durationSeconds`. */
export interface ArrivalStage {
  readonly durationSeconds: number;
  /** Journey arrivals per second of the whole fleet at the end of the stage. */
  readonly ratePerSecond: number;
  /** Shown in progress and on the timeline: `ramp`, `hold`, `spike`. */
  readonly label: string;
}

/** Open model: arrivals do not wait for responses. */
export interface ArrivalProfile {
  readonly startRatePerSecond: number;
  readonly stages: readonly ArrivalStage[];
}

/** A service-level objective, judged on the measured window of one run. */
export interface ServiceLevelObjective {
  /** Journey name; absent: every journey. */
  readonly journey?: string;
  /** `latency`: quantile in milliseconds at most `threshold`; `error-ratio`: share of failed requests at most `threshold`. */
  readonly kind: "latency" | "error-ratio";
  /** 0..1, latency only. */
  readonly quantile?: number;
  readonly threshold: number;
}

/** The programs that can make the load. */
export const LOAD_TOOLS = ["k6"] as const;
export type LoadTool = (typeof LOAD_TOOLS)[number];

/** A native script of a load tool instead of journeys: it keeps its own requests; perfbed sets rate, length and judgement. */
export interface NativeScript {
  readonly tool: LoadTool;
  /** Absolute path. */
  readonly file: string;
  /** Environment variables of the script, next to BASE_URL. */
  readonly environment: Readonly<Record<string, string>>;
  /** True: the script's own options say when iterations start. False: the workload's arrival profile does. */
  readonly ownArrivals: boolean;
}

/** What one run does: the result of a scenario with its parameters filled in. */
export interface Workload {
  readonly scenario: string;
  readonly description: string;
  readonly seed: number;
  /** Arrivals before the measured part; these samples never count. */
  readonly warmup: ArrivalProfile;
  readonly arrival: ArrivalProfile;
  readonly journeys: readonly Journey[];
  readonly slos: readonly ServiceLevelObjective[];
  /** Stop the run early (and call it so) once this share of requests of the last 10 s failed. Absent: never. */
  readonly abortErrorRatio?: number;
  readonly script?: NativeScript;
  /** The parameters as given and defaulted, for the manifest. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
