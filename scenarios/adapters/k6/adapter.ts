import { basename } from "node:path";
import type { Workload } from "../../model";
import { planWorkload } from "../../plan";
import {
  type GeneratorPlace,
  type LoadToolAdapter,
  type PreparedWorkload,
  type RenderedGenerator,
  StartControl,
} from "../adapter";
import {
  COMMON_FIELDS,
  emulated,
  native,
  refused,
  type ToolCapabilities,
  unsupported,
} from "../capabilities";
import { K6_HELPER_FILE } from "./helper-script";
import { completeWorkload, k6Message } from "./inspect";
import { k6IterationsSql, k6SamplesSql } from "./parse";
import { renderK6 } from "./render";
import { sampleOutputOf } from "./sample-output";
import { companionFiles, gracefulStopSeconds, renderScript } from "./script";

/** k6's exit code when a threshold of the user's own script was crossed. */
const THRESHOLDS_CROSSED = 99;
const HELPER = `${K6_HELPER_FILE} beside the script`;

const capabilities: ToolCapabilities = {
  ...COMMON_FIELDS,
  arrivals: native("ramping-arrival-rate executor, one scenario a journey"),
  executors: {
    "arrival-trace": emulated(
      "ramping-arrival-rate hands each arrival out early, and it waits for its instant",
    ),
    "virtual-users": native("ramping-vus executor"),
    "iterations-per-user": native("per-vu-iterations executor"),
    "external-rate": emulated(
      "externally-controlled executor, whose users begin a visit every so many seconds",
    ),
  },
  tables: {
    unique: emulated("row by the number of the iteration over all generators"),
    sequential: emulated("row by the number of the iteration over all generators"),
    random: emulated(HELPER),
    split: emulated("row by the number of the iteration of this generator"),
  },
  scopes: { visit: native(), step: native(), user: emulated("kept in the virtual user's own module") },
  picks: { first: native(), last: emulated(HELPER), random: emulated(HELPER) },
  steps: { http: native(), websocket: native("k6/websockets"), grpc: native("k6/net/grpc") },
  cookies: { visit: native("the jar of an iteration"), user: native("noCookiesReset") },
  setup: {
    generator: native("setup(), whose requests perfbed makes itself before the common start"),
    user: emulated("before the first visit of each virtual user"),
  },
  journey: { ...COMMON_FIELDS.journey, chain: emulated(HELPER) },
  step: { ...COMMON_FIELDS.step, endpoint: native("a variable beside BASE_URL") },
  request: { ...COMMON_FIELDS.request, multipart: native("http.file") },
  http2: native("by itself, wherever the server offers it over TLS"),
  browser: refused("give a script of your own that imports k6/browser"),
  feeders: {
    "random-int": emulated(HELPER),
    zipf: emulated(HELPER),
    choice: emulated(HELPER),
    "unique-id": emulated(HELPER),
    table: native("SharedArray"),
  },
  extractions: {
    json: native("response.json"),
    regex: native("RegExp"),
    header: native("response.headers"),
    cookie: native("response.cookies"),
  },
  checks: {
    status: native("expectedStatuses"),
    "body-contains": emulated("one row for each failed check, linked to its request"),
    json: emulated("one row for each failed check, linked to its request"),
  },
  thinkTimes: {
    constant: native("sleep"),
    uniform: emulated(HELPER),
    exponential: emulated(HELPER),
    lognormal: emulated(HELPER),
  },
};

/** Virtual users to initialise before the start, all generators together. */
const preparedUsers = (workload: Workload): number =>
  workload.script === undefined ? planWorkload(workload).users : 0;

async function prepare(workload: Workload, programPath: string): Promise<PreparedWorkload> {
  const [complete, output] = await Promise.all([
    completeWorkload(workload, programPath),
    sampleOutputOf(programPath),
  ]);
  return {
    workload: complete.workload,
    graceSeconds: complete.graceSeconds ?? gracefulStopSeconds(complete.workload.journeys),
    readyTimeoutMs: 30_000 + 20 * preparedUsers(workload),
    render: ({ controlPort, ...place }: GeneratorPlace): RenderedGenerator => {
      const rendered = renderK6(complete.workload, {
        ...place,
        apiPort: controlPort,
        hasThresholds: complete.hasThresholds,
        output,
      });
      return { ...rendered, command: programPath, scriptPath: rendered.args.at(-1) ?? "" };
    },
  };
}

export const k6Adapter: LoadToolAdapter = {
  tool: "k6",
  title: "k6",
  capabilities,
  startControl: StartControl.K6Api,
  startLeadMs: 0,
  goodExitCodes: [0, THRESHOLDS_CROSSED],
  problems: (workload) => unsupported("k6", capabilities, workload),
  generatorsFor: (_, generators) => generators,
  prepare,
  renderNative: (workload) => {
    const script = `${basename(workload.scenario)}.js`;
    return {
      files: { [script]: renderScript(workload, 1), ...companionFiles(workload) },
      readme: [
        "```",
        `BASE_URL=http://127.0.0.1:8080 k6 run ${script}`,
        "```",
        "",
        `\`${K6_HELPER_FILE}\` holds the random streams, the data and the pauses; it does not depend on the scenario.`,
        "Several k6 split the arrivals exactly with `--execution-segment` and `--execution-segment-sequence`.",
      ].join("\n"),
    };
  },
  samplesSql: k6SamplesSql,
  iterationsSql: k6IterationsSql,
  lastError: (log) => {
    const last = log
      .split("\n")
      .filter((line) => line.includes("level=error"))
      .at(-1);
    return last === undefined ? undefined : k6Message(last);
  },
};
