import { join } from "node:path";
import { totalSeconds } from "../../arrival";
import type { Workload } from "../../model";
import { wholeProfile } from "../../plan";
import {
  type GeneratorPlace,
  type LoadToolAdapter,
  type PreparedWorkload,
  type RenderedGenerator,
  START_FILE,
  StartControl,
} from "../adapter";
import { COMMON_FIELDS, emulated, native, type ToolCapabilities, unsupported } from "../capabilities";
import { dataFiles, MAX_DATA_ROWS } from "../data/journey-data";
import { tableProblems, variableProblems } from "../data/variables";
import { unsplitScript } from "../own-script";
import { rowIterationsSql, rowSamplesSql } from "../rows/parse";
import { SampleOutput } from "../sample-file";
import { shippedFile } from "../shipped-file";
import { gracefulStopSeconds } from "../step-facts";
import { LOCUST_HELPER_FILE, renderLocustfile } from "./script";

const TITLE = "Locust";
const RECORDER = "perfbed_recorder.py";
const LOCUSTFILE = "locustfile.py";
const DATA = "a row of data/<journey>.csv for each arrival";
const CATCH = native("catch_response");

const capabilities: ToolCapabilities = {
  ...COMMON_FIELDS,
  tables: {
    unique: emulated(DATA),
    sequential: emulated(DATA),
    random: emulated(DATA),
    split: emulated(DATA),
  },
  arrivals: emulated(
    "a greenlet that starts visits at their instants; Locust's own users are a closed model",
  ),
  feeders: {
    "random-int": emulated(DATA),
    zipf: emulated(DATA),
    choice: emulated(DATA),
    "unique-id": emulated(LOCUST_HELPER_FILE),
    table: emulated(DATA),
  },
  extractions: {
    json: native("response.text"),
    regex: native("re"),
    header: native("response.headers"),
    cookie: native("cookiejar"),
  },
  checks: { status: CATCH, "body-contains": CATCH, json: CATCH },
  thinkTimes: {
    constant: native("gevent.sleep"),
    uniform: emulated(DATA),
    exponential: emulated(DATA),
    lognormal: emulated(DATA),
  },
  request: {
    ...COMMON_FIELDS.request,
    timeoutSeconds: emulated(
      "the longest of a journey, between two bytes of a response: FastHttpUser has no other",
    ),
  },
};

/** A user's own users, split: the first generators get one more where it does not come out even. */
export function shareOfUsers(users: number, index: number, count: number): number {
  return Math.floor(users / count) + (index < users % count ? 1 : 0);
}

const numberParameter = (workload: Workload, name: string): number => {
  const value = workload.parameters[name];
  return typeof value === "number" ? value : 0;
};

function render(workload: Workload, programPath: string, place: GeneratorPlace): RenderedGenerator {
  const { share, folder, baseUrl } = place;
  const script = workload.script;
  const seconds = totalSeconds(wholeProfile(workload));
  const scriptPath = script?.file ?? join(folder, LOCUSTFILE);
  const samples = {
    path: join(folder, "samples.csv"),
    output: SampleOutput.Rows,
    native: script !== undefined,
  };
  const files = {
    [RECORDER]: shippedFile("locust", RECORDER),
    ...(script === undefined
      ? {
          [LOCUSTFILE]: renderLocustfile(workload),
          [LOCUST_HELPER_FILE]: shippedFile("locust", LOCUST_HELPER_FILE),
          ...dataFiles(workload, share),
        }
      : {}),
  };
  const users = shareOfUsers(numberParameter(workload, "users"), share.index, share.count);
  const load =
    script === undefined
      ? ["--users=1", "--spawn-rate=1"]
      : [
          `--users=${Math.max(1, users)}`,
          `--spawn-rate=${Math.max(0.01, numberParameter(workload, "spawnRate") / share.count)}`,
          `--run-time=${Math.ceil(seconds)}s`,
          "--stop-timeout=10",
        ];
  return {
    files,
    command: programPath,
    args: [
      `--locustfile=${scriptPath},${join(folder, RECORDER)}`,
      "--headless",
      ...load,
      `--host=${baseUrl}`,
      "--only-summary",
      "--loglevel=WARNING",
      "--exit-code-on-error=0",
    ],
    env: {
      ...(script?.environment ?? {}),
      BASE_URL: baseUrl,
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      PERFBED_GENERATOR: String(share.index + 1),
      PERFBED_GENERATORS: String(share.count),
      PERFBED_RUN: place.runId,
      PERFBED_SAMPLES: samples.path,
      PERFBED_START_FILE: join(folder, START_FILE),
    },
    samples,
    scriptPath,
  };
}

async function prepare(workload: Workload, programPath: string): Promise<PreparedWorkload> {
  return {
    workload,
    graceSeconds: workload.script === undefined ? gracefulStopSeconds(workload.journeys) : 15,
    readyTimeoutMs: 60_000,
    render: (place) => render(workload, programPath, place),
  };
}

/**
 * Locust. N generators are N independent processes, each with its own arrivals of the plan, rather than a master with workers: the
 * split is exact to the arrival, the start does not wait for messages, and a lost process is seen as one.
 */
export const locustAdapter: LoadToolAdapter = {
  tool: "locust",
  title: TITLE,
  capabilities,
  startControl: StartControl.StartFile,
  startLeadMs: 400,
  goodExitCodes: [0],
  problems: (workload) => [
    ...unsupported(TITLE, capabilities, workload),
    ...variableProblems(TITLE, workload),
    ...tableProblems(workload, MAX_DATA_ROWS),
  ],
  generatorsFor: (workload, generators) =>
    unsplitScript(workload, generators, (text) => /\bLoadTestShape\b/.test(text)),
  prepare,
  renderNative: (workload) => ({
    files: {
      [LOCUSTFILE]: renderLocustfile(workload),
      [LOCUST_HELPER_FILE]: shippedFile("locust", LOCUST_HELPER_FILE),
      ...dataFiles(workload, { index: 0, count: 1 }),
    },
    readme: [
      "```",
      `locust -f ${LOCUSTFILE} --headless --users 1 --host http://127.0.0.1:8080`,
      "```",
      "",
      "The one user starts the visits when they are due, so that a slow server does not slow the load down. Several processes share",
      "the arrivals exactly: start each with `PERFBED_GENERATOR=1 PERFBED_GENERATORS=2`, `PERFBED_GENERATOR=2 …`.",
      `\`locust -f ${LOCUSTFILE} <Class>Visit --users 10\` runs one journey as Locust's own, closed model.`,
    ].join("\n"),
  }),
  samplesSql: rowSamplesSql,
  iterationsSql: rowIterationsSql,
  lastError: (log) => {
    const lines = log
      .split("\n")
      .filter((line) => /(^\w*(Error|Exception)\b|\/(ERROR|CRITICAL)\/)/.test(line));
    return lines
      .at(-1)
      ?.replace(/^.*\/(ERROR|CRITICAL)\/[^:]*:\s*/, "")
      .trim();
  },
};
