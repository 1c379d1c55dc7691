import { dirname, join } from "node:path";
import { totalSeconds } from "../../arrival";
import { type ArrivalShare, shareStages } from "../../arrival-shares";
import type { Workload } from "../../model";
import { journeyProfile, wholeProfile } from "../../plan";
import {
  type GeneratorPlace,
  type LoadToolAdapter,
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
import { givenValues, tableProblems, variablesReadme } from "../data/variables";
import { dataFiles, mostShares } from "../data/visit-data";
import { JVM_OPTIONS, jvmError, jvmSources } from "../jvm";
import { unsplitScript } from "../own-script";
import { rowIterationsSql, rowSamplesSql } from "../rows/parse";
import { SampleOutput } from "../sample-file";
import { gracefulStopSeconds } from "../step-facts";
import { usersCsv } from "./group-elements";
import { jsonProblems, placeProblems } from "./problems";
import { traceArrivals } from "./schedule-text";
import { renderTestPlan } from "./script";
import { VISITS_GROUP } from "./variables-text";

const TITLE = "JMeter";
/** What perfbed adds. */
const SOURCES = ["PerfbedJMeter.java"] as const;
const DATA = emulated("a row of data/<journey>.csv for each arrival (CSV Data Set Config)");

/** JMeter's own messages: warnings only, to its output. */
const LOG4J = `<Configuration status="ERROR">
  <Appenders><Console name="out" target="SYSTEM_OUT"><PatternLayout pattern="%p %c{1}: %m%n%ex{short}"/></Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`;

const capabilities: ToolCapabilities = {
  ...COMMON_FIELDS,
  tables: { unique: DATA, sequential: DATA, random: DATA, split: DATA },
  arrivals: native("Open Model Thread Group, even_arrivals"),
  executors: {
    "arrival-trace": emulated("Open Model Thread Group, whose threads come early and wait for their instant"),
    "virtual-users": native("Thread Group; with a changing number, a row of data/users.csv for each user"),
    "iterations-per-user": native("Thread Group with so many loops"),
    "external-rate": refused("the schedule of its thread group is fixed when it starts"),
  },
  scopes: {
    visit: DATA,
    step: emulated("a row of data/<journey>.csv for each arrival, with a column for each step"),
    user: refused("its data sets give a row to each visit"),
  },
  picks: { first: native(), last: native("match number -1"), random: native("match number 0, not seeded") },
  steps: {
    http: native(),
    websocket: refused("its WebSocket samplers are a plugin that is not installed"),
    grpc: refused("its gRPC sampler is a plugin that is not installed"),
  },
  cookies: { visit: native("HTTP Cookie Manager"), user: native("HTTP Cookie Manager, with virtual users") },
  setup: {
    generator: emulated("perfbed makes its requests and hands what they gave to each process, as SETUP_…"),
    user: refused("perfbed's test plans have no requests before a thread's first visit"),
  },
  http2: refused("its HTTP samplers speak HTTP/1.1"),
  browser: refused("its WebDriver sampler is a plugin that is not installed"),
  journey: {
    ...COMMON_FIELDS.journey,
    chain: emulated("ForEach and Switch Controller over the visit's way, which is a column of its row"),
  },
  feeders: {
    "random-int": DATA,
    zipf: DATA,
    choice: DATA,
    "unique-id": native("__P and __threadNum"),
    table: DATA,
  },
  extractions: {
    json: native("JSON Extractor"),
    regex: native("Regular Expression Extractor"),
    header: native("Regular Expression Extractor"),
    cookie: native("Regular Expression Extractor"),
  },
  checks: {
    status: native("Response Assertion"),
    "body-contains": native("Response Assertion"),
    json: native("JSON Assertion"),
  },
  thinkTimes: { constant: native("Flow Control Action"), uniform: DATA, exponential: DATA, lognormal: DATA },
};

/** Everything beside the test plan. */
const companions = (
  workload: Workload,
  share: ArrivalShare,
): Readonly<Record<string, string | Uint8Array>> => ({
  ...dataFiles(workload, share),
  ...usersCsv(workload, share),
  ...uploadFiles(workload),
});

/** Arrivals that one generator has to make; undefined where threads go round. */
function arrivalsOf(workload: Workload, share: ArrivalShare): number | undefined {
  const { executor } = workload;
  if (executor !== undefined) {
    return executor.kind === "arrival-trace" ? traceArrivals(executor, share) : undefined;
  }
  return workload.journeys.reduce((sum, _, index) => {
    const stages = shareStages(journeyProfile(workload, index), share);
    return sum + stages.reduce((all, stage) => all + stage.arrivals, 0);
  }, 0);
}

/** The parts of an address as properties: a sampler wants them one by one. */
function addressProperties(prefix: string, address: string): Readonly<Record<string, string>> {
  const { protocol, hostname, port } = new URL(address);
  return {
    [`${prefix}protocol`]: protocol.replace(":", ""),
    [`${prefix}host`]: hostname,
    [`${prefix}port`]: port !== "" ? port : protocol === "https:" ? "443" : "80",
  };
}

function render(workload: Workload, programPath: string, place: GeneratorPlace): RenderedGenerator {
  const { share, folder, baseUrl } = place;
  const home = dirname(dirname(programPath));
  const classes = join(folder, "classes");
  const own = join(folder, "perfbed");
  const script = workload.script;
  const plan = script?.file ?? join(folder, `${workload.scenario}.jmx`);
  const seconds = totalSeconds(wholeProfile(workload));
  const arrivals = script === undefined ? arrivalsOf(workload, share) : undefined;
  const samples = {
    path: join(folder, "samples.csv"),
    output: SampleOutput.Rows,
    native: script !== undefined,
  };
  const properties = {
    ...addressProperties("", baseUrl),
    ...Object.assign(
      {},
      ...Object.entries(place.endpoints ?? {}).map(([name, url]) => addressProperties(`${name}.`, url)),
    ),
    "perfbed.run": place.runId,
    "perfbed.generator": String(share.index + 1),
    // What a user's own plan may read: __P(BASE_URL) and the variables that were set for it.
    BASE_URL: baseUrl,
    ...(script?.environment ?? {}),
  };
  return {
    files: {
      ...jvmSources("jmeter", SOURCES),
      "classes/log4j2.xml": LOG4J,
      ...(script === undefined
        ? { [`${workload.scenario}.jmx`]: renderTestPlan(workload, share), ...companions(workload, share) }
        : {}),
    },
    command: "java",
    args: [
      ...JVM_OPTIONS,
      // JMeter asks for a collection between the start and the first arrival.
      "-XX:+DisableExplicitGC",
      "-Djava.awt.headless=true",
      `-Dlog4j2.configurationFile=${join(classes, "log4j2.xml")}`,
      "-cp",
      `${classes}:${join(home, "lib", "*")}:${join(home, "lib", "ext", "*")}`,
      join(own, "Launch.java"),
      classes,
      own,
      "PerfbedJMeter",
      home,
      plan,
      ...Object.entries(properties).map(([name, value]) => `${name}=${value}`),
    ],
    env: {
      ...(script?.environment ?? {}),
      ...givenValues(place.environment),
      BASE_URL: baseUrl,
      PERFBED_SAMPLES: samples.path,
      PERFBED_START_FILE: join(folder, START_FILE),
      ...(script === undefined
        ? {
            ...(arrivals === undefined ? {} : { PERFBED_ARRIVALS: String(arrivals) }),
            ...(workload.executor?.kind === "iterations-per-user"
              ? {}
              : { PERFBED_LENGTH_MS: String(Math.round(seconds * 1000)) }),
            // The visits' rows say whose they are.
            ...(workload.executor === undefined ? {} : { PERFBED_VISITS: VISITS_GROUP }),
          }
        : { PERFBED_STOP_AFTER_MS: String(Math.round(seconds * 1000)) }),
    },
    samples,
    scriptPath: plan,
  };
}

/**
 * JMeter. N generators are N processes, each with a test plan of its own whose schedules are its share: whole numbers of arrivals a
 * stage that add up to what is due. JMeter's own remote testing runs the whole plan on every server.
 */
export const jmeterAdapter: LoadToolAdapter = {
  tool: "jmeter",
  title: TITLE,
  capabilities,
  startControl: StartControl.StartFile,
  startLeadMs: 400,
  goodExitCodes: [0],
  problems: (workload) => [
    ...unsupported(TITLE, capabilities, workload),
    ...placeProblems(workload),
    ...tableProblems(workload, MAX_DATA_ROWS),
    ...jsonProblems(workload),
  ],
  generatorsFor: (workload, generators) =>
    Math.min(unsplitScript(workload, generators), mostShares(workload)),
  prepare: async (workload, programPath) => ({
    workload,
    graceSeconds: gracefulStopSeconds(workload.journeys) + 10,
    readyTimeoutMs: 180_000,
    render: (place) => render(workload, programPath, place),
  }),
  renderNative: (workload) => ({
    files: {
      [`${workload.scenario}.jmx`]: renderTestPlan(workload),
      ...companions(workload, { index: 0, count: 1 }),
    },
    readme: [
      "```",
      `jmeter -n -t ${workload.scenario}.jmx -l results.jtl -Jhost=127.0.0.1 -Jport=8080`,
      "```",
      "",
      ...(workload.executor === undefined
        ? [
            "One Open Model Thread Group a journey: its schedule is the arrival curve, its threads are visits. Open it in JMeter's window to",
            "change it. The data files hold one row for each arrival.",
          ]
        : [
            "One thread group makes the visits of all journeys, each a row of `data/visits.csv`. Open it in JMeter's window to change it.",
          ]),
      ...variablesReadme(workload),
    ].join("\n"),
  }),
  samplesSql: rowSamplesSql,
  iterationsSql: rowIterationsSql,
  lastError: jvmError,
};
