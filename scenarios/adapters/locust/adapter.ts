import { join } from "node:path";
import { totalSeconds } from "../../arrival";
import type { ArrivalShare } from "../../arrival-shares";
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
import {
  COMMON_FIELDS,
  emulated,
  native,
  refused,
  type ToolCapabilities,
  unsupported,
} from "../capabilities";
import { MAX_DATA_ROWS } from "../data/journey-data";
import { uploadFiles } from "../data/uploads";
import { givenValues, setupPickProblems, tableProblems, variablesReadme } from "../data/variables";
import { dataFiles, mostShares, shareOfUsers } from "../data/visit-data";
import { endpointVariables } from "../endpoint-name";
import { unsplitScript } from "../own-script";
import { rowIterationsSql, rowSamplesSql } from "../rows/parse";
import { SampleOutput } from "../sample-file";
import { shippedFile } from "../shipped-file";
import { gracefulStopSeconds } from "../step-facts";
import { LOCUST_HELPER_FILES, renderLocustfile } from "./script";

const TITLE = "Locust";
const RECORDER = "perfbed_recorder.py";
const LOCUSTFILE = "locustfile.py";
const DATA = "a row of data/<journey>.csv for each arrival";
const CATCH = native("catch_response");
const [HELPER, PLANS] = LOCUST_HELPER_FILES;
const PLAN = emulated(`a greenlet of ${PLANS} that starts visits; Locust's own users are a closed model`);

const capabilities: ToolCapabilities = {
  ...COMMON_FIELDS,
  tables: {
    unique: emulated(DATA),
    sequential: emulated(DATA),
    random: emulated(DATA),
    split: emulated(DATA),
  },
  arrivals: PLAN,
  executors: {
    "arrival-trace": PLAN,
    "virtual-users": emulated(`users of ${PLANS} that visit again and again, all journeys by their weights`),
    "iterations-per-user": emulated(`users of ${PLANS} that make so many visits`),
    "external-rate": emulated(`${PLANS} reads the rate once a second`),
  },
  scopes: {
    visit: emulated(DATA),
    step: emulated(`${DATA}, with a column for each step`),
    user: emulated("a row of data/<journey>-users.csv for each user"),
  },
  picks: { first: native(), last: native(), random: emulated(DATA) },
  steps: {
    http: native(),
    websocket: refused("FastHttpUser makes HTTP requests alone"),
    grpc: refused("it has no gRPC client of its own"),
  },
  cookies: { visit: emulated("the cookie jar is emptied before each visit"), user: native("cookiejar") },
  setup: {
    generator: emulated("perfbed makes its requests and hands what they gave to each process, as SETUP_…"),
    user: emulated("before the first visit of each user (on_start)"),
  },
  http2: refused("FastHttpUser speaks HTTP/1.1"),
  browser: refused("it has no browser of its own"),
  journey: { ...COMMON_FIELDS.journey, chain: emulated(`the way of each visit in ${DATA}`) },
  feeders: {
    "random-int": emulated(DATA),
    zipf: emulated(DATA),
    choice: emulated(DATA),
    "unique-id": emulated(HELPER),
    table: emulated(DATA),
  },
  extractions: {
    json: native("response.text"),
    regex: native("re"),
    header: native("response.headers"),
    cookie: native("response.headers"),
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

/** Everything beside the locustfile. */
const companions = (
  workload: Workload,
  share: ArrivalShare,
): Readonly<Record<string, string | Uint8Array>> => ({
  ...Object.fromEntries(LOCUST_HELPER_FILES.map((name) => [name, shippedFile("locust", name)])),
  ...dataFiles(workload, share),
  ...uploadFiles(workload),
});

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
          ...companions(workload, share),
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
      ...givenValues(place.environment),
      ...endpointVariables(place.endpoints),
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
    ...setupPickProblems(TITLE, workload),
    ...tableProblems(workload, MAX_DATA_ROWS),
  ],
  generatorsFor: (workload, generators) =>
    Math.min(
      unsplitScript(workload, generators, (text) => /\bLoadTestShape\b/.test(text)),
      mostShares(workload),
    ),
  prepare,
  renderNative: (workload) => ({
    files: {
      [LOCUSTFILE]: renderLocustfile(workload),
      ...companions(workload, { index: 0, count: 1 }),
    },
    readme: [
      "```",
      `locust -f ${LOCUSTFILE} --headless --users 1 --host http://127.0.0.1:8080`,
      "```",
      "",
      "The one user starts the visits when they are due, so that a slow server does not slow the load down. Several processes share",
      "the arrivals exactly: start each with `PERFBED_GENERATOR=1 PERFBED_GENERATORS=2`, `PERFBED_GENERATOR=2 …`.",
      ...(workload.executor === undefined
        ? [
            `\`locust -f ${LOCUSTFILE} <Class>Visit --users 10\` runs one journey as Locust's own, closed model.`,
          ]
        : []),
      ...variablesReadme(workload),
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
