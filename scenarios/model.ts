import type { Executor } from "./executor";

/**
 * The tool-neutral workload model. Plain data: an adapter renders it to native files of a load tool, so nothing here may be a
 * function. Text fields marked "template" may hold `${name}`: a variable of the journey (feeder, `${table.column}` of a table, extracted
 * value), `${setup.name}` of the set-up, or `${env.NAME}` of the environment perfbed is started in, which is never written anywhere.
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

/** When a feeder's value is drawn: once a visit, anew for each step that uses it, or once for all visits of a virtual user. */
export type FeederScope = "visit" | "step" | "user";

interface FeederBase {
  /** The variable's name; for a table the prefix of its variables. */
  readonly name: string;
  /** @default "visit" */
  readonly per?: FeederScope;
}

export interface RandomIntFeeder extends FeederBase {
  readonly kind: "random-int";
  readonly min: number;
  readonly max: number;
}

/** Integer in [min, max], popularity by Zipf's law with the given exponent: `min` is the most popular. */
export interface ZipfFeeder extends FeederBase {
  readonly kind: "zipf";
  readonly min: number;
  readonly max: number;
  readonly exponent: number;
}

/** One of the values, by weight (equal when absent). */
export interface ChoiceFeeder extends FeederBase {
  readonly kind: "choice";
  readonly values: readonly string[];
  readonly weights?: readonly number[];
}

/** Unique across the whole fleet and across runs: `<prefix><run>-<generator>-<vu>-<iteration>`. */
export interface UniqueIdFeeder extends FeederBase {
  readonly kind: "unique-id";
  readonly prefix: string;
}

/**
 * How rows of a table are given out. `unique`: each row once over the whole fleet; running out ends the run with an error that names the
 * table. `sequential`: row by row over the whole fleet, and from the start again. `random`: seeded, any row at any time. `split`: every
 * generator has rows of its own and goes through them again and again.
 */
export type TableMode = "unique" | "sequential" | "random" | "split";

/** Rows of a CSV or JSON file: `${users.email}` is column `email` of table `users`. Drawn per visit or per user, not per step. */
export interface TableFeeder extends FeederBase {
  readonly kind: "table";
  /**
   * `.csv` with a header line, or `.json` with an array of flat objects. Relative to the scenario file; absolute once the workload is
   * built.
   */
  readonly file: string;
  readonly mode: TableMode;
  /** Filled in when the workload is built. */
  readonly columns?: readonly string[];
  /** Filled in when the workload is built. */
  readonly rowCount?: number;
}

/** Where journey variables come from. Seeded. */
export type Feeder = RandomIntFeeder | ZipfFeeder | ChoiceFeeder | UniqueIdFeeder | TableFeeder;

/** Which of several found values is taken. @default "first" */
export type Pick = "first" | "last" | "random";

/** A value taken from a response. A step whose value is missing has failed, and its visit ends there. */
export type Extraction =
  /** Path into the JSON body, `items.0.id`; `*` stands for every element of an array, `items.*.id`. */
  | { readonly kind: "json"; readonly name: string; readonly path: string; readonly pick?: Pick }
  /** A capture group (the first when `group` is absent) of the regular expression on the body. */
  | {
      readonly kind: "regex";
      readonly name: string;
      readonly pattern: string;
      readonly group?: number;
      readonly pick?: Pick;
    }
  | { readonly kind: "header"; readonly name: string; readonly header: string }
  /** A cookie that the response sets. */
  | { readonly kind: "cookie"; readonly name: string; readonly cookie: string };

/** A request whose checks fail counts as an error even with status 200. */
export type Check =
  | { readonly kind: "status"; readonly statuses: readonly number[] }
  | { readonly kind: "body-contains"; readonly text: string }
  /** The JSON path exists (and equals the value where given). */
  | { readonly kind: "json"; readonly path: string; readonly equals?: string | number | boolean };

/** A part of a multipart/form-data body: a text field or a file. */
export type MultipartPart =
  /** `value` is a template. */
  | { readonly kind: "field"; readonly name: string; readonly value: string }
  | {
      readonly kind: "file";
      readonly name: string;
      /** Relative to the scenario file; absolute once the workload is built. */
      readonly file: string;
      /** @default the file's own name */
      readonly fileName?: string;
      /** @default application/octet-stream */
      readonly contentType?: string;
    };

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Template; starts with "/". */
  readonly path: string;
  /** Template values. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Template; JSON text unless a content-type header says otherwise. */
  readonly body?: string;
  /** In place of `body`. */
  readonly multipart?: readonly MultipartPart[];
  /** @default 10 */
  readonly timeoutSeconds?: number;
}

interface StepBase {
  /** Short, unique within the journey: `product-page`. */
  readonly name: string;
  /** Pause after the step. */
  readonly thinkTime?: ThinkTime;
  /**
   * Name of an endpoint in the configuration's `endpoints`, in place of the environment's entry. Nothing else can be reached: an
   * endpoint that is not in the configuration is refused.
   */
  readonly endpoint?: string;
}

/** One request and its response. */
export interface HttpStep extends StepBase {
  readonly kind?: "http";
  readonly request: HttpRequest;
  /** @default status 200-399 */
  readonly checks?: readonly Check[];
  readonly extract?: readonly Extraction[];
}

/** A message over a WebSocket, and the answer that is waited for. One sample: from sending to the answer. */
export interface SocketExchange {
  /** Template. */
  readonly send: string;
  /** Text that the answer holds, a template; the next message when absent. Other messages are passed over. */
  readonly until?: string;
}

/** A WebSocket connection of its own: opened, each exchange in turn, closed. A sample for opening it, `<step>-open`, and each exchange. */
export interface SocketStep extends StepBase {
  readonly kind: "websocket";
  /** Template; starts with "/". */
  readonly path: string;
  /** Template values. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly exchanges: readonly SocketExchange[];
  /** For opening and for each exchange. @default 10 */
  readonly timeoutSeconds?: number;
}

/** A unary gRPC call. The connection is the virtual user's and stays open. */
export interface GrpcStep extends StepBase {
  readonly kind: "grpc";
  /** Absolute path of the .proto file once the workload is built; relative to the scenario file before. */
  readonly proto: string;
  /** `package.Service/Method`. */
  readonly method: string;
  /** Template; JSON text of the message. */
  readonly message: string;
  /** Template values. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Values of the answer, by JSON path. */
  readonly extract?: readonly Extract<Extraction, { kind: "json" }>[];
  /** @default 10 */
  readonly timeoutSeconds?: number;
}

export type Step = HttpStep | SocketStep | GrpcStep;

/** Most steps are HTTP requests; tools that can do no others use it to tell. */
export const isHttpStep = (step: Step): step is HttpStep => step.kind === undefined || step.kind === "http";

/** Where a visit ends. No step may have this name in a chain. */
export const EXIT = "exit";

/** From a step to the next, or to the visit's end. */
export interface Transition {
  /** A step's name. */
  readonly from: string;
  /** A step's name or `EXIT`. */
  readonly to: string;
  /** 0..1; those of one step add up to 1. */
  readonly probability: number;
  /** Pause before the next step. @default the think time of the step it comes from */
  readonly thinkTime?: ThinkTime;
}

/** A journey as a first-order Markov chain: the steps are its states, in any order. */
export interface Chain {
  /** Share of visits that begin with a step, by its name, 0..1; they add up to 1. */
  readonly entry: Readonly<Record<string, number>>;
  readonly transitions: readonly Transition[];
  /** A visit ends after so many steps at the latest. @default 1000 */
  readonly maxSteps?: number;
}

export interface Journey {
  readonly name: string;
  /** Share of arrivals, relative to the other journeys. */
  readonly weight: number;
  readonly feeders?: readonly Feeder[];
  /** In order, unless there is a chain. */
  readonly steps: readonly Step[];
  /** Which step comes after which, by chance. */
  readonly chain?: Chain;
}

/**
 * Requests that are made before the load, for what the journeys need of them: a token. What they extract is `${setup.name}` in every
 * journey.
 */
export interface Setup {
  /** `generator`: once each, before the start, and not among the samples. `user`: by each virtual user before its first visit. */
  readonly per: "generator" | "user";
  readonly steps: readonly HttpStep[];
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
export const LOAD_TOOLS = ["k6", "locust", "gatling", "jmeter"] as const;
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
  /** With an executor that plans no arrivals: its length, at rate 0, which stands for "not planned". */
  readonly arrival: ArrivalProfile;
  /** Who starts visits, and when. Absent: they arrive at the rate of `warmup` and `arrival`. */
  readonly executor?: Executor;
  readonly journeys: readonly Journey[];
  readonly slos: readonly ServiceLevelObjective[];
  /** Stop the run early (and call it so) once this share of requests of the last 10 s failed. Absent: never. */
  readonly abortErrorRatio?: number;
  /** Cookies last for a visit (each visit is another person) or as long as the virtual user. @default "visit" */
  readonly cookies?: "visit" | "user";
  readonly setup?: Setup;
  readonly script?: NativeScript;
  /** The parameters as given and defaulted, for the manifest. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
