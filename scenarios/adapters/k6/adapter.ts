import { basename } from "node:path";
import type { Workload } from "../../model";
import { planWorkload, virtualUsersFor } from "../../plan";
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
import { K6_HELPER_FILE, K6_HELPER_SOURCE } from "./helper-script";
import { completeWorkload, k6Message } from "./inspect";
import { k6IterationsSql, k6SamplesSql } from "./parse";
import { renderK6 } from "./render";
import { sampleOutputOf } from "./sample-output";
import { gracefulStopSeconds, renderScript } from "./script";

/** k6's exit code when a threshold of the user's own script was crossed. */
const THRESHOLDS_CROSSED = 99;
const HELPER = `${K6_HELPER_FILE} beside the script`;

const capabilities: ToolCapabilities = {
  ...COMMON_FIELDS,
  arrivals: native("ramping-arrival-rate executor, one scenario a journey"),
  feeders: {
    "random-int": emulated(HELPER),
    zipf: emulated(HELPER),
    choice: emulated(HELPER),
    "unique-id": emulated(HELPER),
    table: refused("perfbed does not render it for this tool"),
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
function preparedUsers(workload: Workload, generators: number): number {
  const plan = planWorkload(workload);
  return workload.journeys.reduce(
    (sum, journey, index) =>
      sum +
      virtualUsersFor(journey, plan.journeys[index]?.peakArrivalsPerSecond ?? 0, generators).preAllocated,
    0,
  );
}

async function prepare(
  workload: Workload,
  programPath: string,
  generators: number,
): Promise<PreparedWorkload> {
  const [complete, output] = await Promise.all([
    completeWorkload(workload, programPath),
    sampleOutputOf(programPath),
  ]);
  return {
    workload: complete.workload,
    graceSeconds: complete.graceSeconds ?? gracefulStopSeconds(complete.workload.journeys),
    readyTimeoutMs: 30_000 + 20 * preparedUsers(workload, generators),
    render: ({ baseUrl, share, folder, runId, controlPort }: GeneratorPlace): RenderedGenerator => {
      const rendered = renderK6(complete.workload, {
        baseUrl,
        share,
        folder,
        runId,
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
  goodExitCodes: [0, THRESHOLDS_CROSSED],
  problems: (workload) => unsupported("k6", capabilities, workload),
  prepare,
  renderNative: (workload) => {
    const script = `${basename(workload.scenario)}.js`;
    return {
      files: { [script]: renderScript(workload, 1), [K6_HELPER_FILE]: K6_HELPER_SOURCE },
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
