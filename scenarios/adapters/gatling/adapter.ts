import { dirname, join } from "node:path";
import type { Problem } from "../../../core/errors";
import { totalSeconds } from "../../arrival";
import { isHttpStep, type Workload } from "../../model";
import { wholeProfile } from "../../plan";
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
import { endpointVariables } from "../endpoint-name";
import { JVM_OPTIONS, jvmError, jvmSources } from "../jvm";
import { unsplitScript } from "../own-script";
import { rowIterationsSql, rowSamplesSql } from "../rows/parse";
import { SampleOutput } from "../sample-file";
import { gracefulStopSeconds } from "../step-facts";
import { curveFiles } from "./injection-text";
import { VISITS_SCENARIO } from "./journey-text";
import { renderSimulation, simulationName } from "./script";
import { MOST_CAPTURE_GROUPS } from "./step-text";

const TITLE = "Gatling";
const DATA = emulated("a row of data/<journey>.csv for each arrival");
const CHECK = native("check");
const NO_USERS = refused("what perfbed gives its users is for one visit");
const COOKIE = refused("its checks do not see single cookies");
/** What perfbed adds; compiled together with the simulation. */
const SOURCES = ["PerfbedGatling.java", "Recorder.java", "LogFileDataWriter.java", "DueUsers.java"] as const;
/** Where Gatling's own messages go: warnings only, as one line each. */
const LOGBACK = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%level %logger{0}: %msg%n%ex{1}</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`;

const capabilities: ToolCapabilities = {
  ...COMMON_FIELDS,
  tables: { unique: DATA, sequential: DATA, random: DATA, split: DATA },
  arrivals: native("injectOpen: constantUsersPerSec, rampUsersPerSec, rampUsers"),
  executors: {
    "arrival-trace": emulated(
      "injectOpen: users at the beginning of each second, that wait for their instant",
    ),
    "virtual-users": native("injectClosed: constantConcurrentUsers, rampConcurrentUsers"),
    "iterations-per-user": native("atOnceUsers and repeat"),
    "external-rate": refused("its injection profile is fixed when it starts"),
  },
  scopes: {
    visit: DATA,
    step: emulated("a row of data/<journey>.csv for each arrival, with a column for each step"),
    user: NO_USERS,
  },
  picks: {
    first: native(),
    last: native("findAll"),
    random: emulated("findAll, and a number of the visit's row"),
  },
  steps: {
    http: native(),
    websocket: refused("perfbed has no template for its WebSocket protocol"),
    grpc: refused("its gRPC protocol is a plugin of its own that is not installed"),
  },
  cookies: {
    visit: native("a session has its own"),
    user: native("a session has its own, with visits per user"),
  },
  setup: {
    generator: emulated("perfbed makes its requests and hands what they gave to each process, as SETUP_…"),
    user: NO_USERS,
  },
  http2: refused("perfbed's simulations do not switch it on"),
  browser: refused("it has no browser of its own"),
  journey: {
    ...COMMON_FIELDS.journey,
    chain: emulated("foreach over the visit's way, which is a column of its row, and doSwitch"),
  },
  feeders: {
    "random-int": DATA,
    zipf: DATA,
    choice: DATA,
    "unique-id": native("session.userId"),
    table: DATA,
  },
  extractions: { json: CHECK, regex: CHECK, header: CHECK, cookie: COOKIE },
  checks: { status: CHECK, "body-contains": CHECK, json: CHECK },
  thinkTimes: { constant: native("pause"), uniform: DATA, exponential: DATA, lognormal: DATA },
};

/** A session is a visit, unless users make several. */
function cookieProblems({ cookies, executor }: Workload): readonly Problem[] {
  if (cookies !== "user" || executor?.kind === "iterations-per-user") return [];
  return [
    {
      field: "cookies",
      value: "user",
      allowed: "visit, unless users make a number of visits each",
      hint: `${TITLE}'s users are visits otherwise: nobody comes a second time. k6 can (--tool k6).`,
    },
  ];
}

/** Groups beyond those that Gatling can tell. */
function groupProblems(workload: Workload): readonly Problem[] {
  return workload.journeys.flatMap((journey, j) =>
    journey.steps.flatMap((step, s) =>
      (isHttpStep(step) ? (step.extract ?? []) : []).flatMap((extraction, e) =>
        extraction.kind === "regex" && (extraction.group ?? 1) > MOST_CAPTURE_GROUPS
          ? [
              {
                field: `journeys[${j}].steps[${s}].extract[${e}].group`,
                value: extraction.group,
                allowed: `0..${MOST_CAPTURE_GROUPS}`,
                hint: `${TITLE}'s captureGroups knows no more. Make groups that are not wanted non-capturing: (?:…).`,
              },
            ]
          : [],
      ),
    ),
  );
}

/** Jars of the installation that a start script belongs to. */
const libraries = (programPath: string): string => join(dirname(dirname(programPath)), "lib", "*");

function render(workload: Workload, programPath: string, place: GeneratorPlace): RenderedGenerator {
  const { share, folder, baseUrl } = place;
  const script = workload.script;
  const classes = join(folder, "classes");
  const own = join(folder, "perfbed");
  const simulation = script?.file ?? join(folder, "simulation", `${simulationName(workload)}.java`);
  const samples = {
    path: join(folder, "samples.csv"),
    output: SampleOutput.Rows,
    native: script !== undefined,
  };
  const seconds = totalSeconds(wholeProfile(workload));
  return {
    files: {
      "classes/logback.xml": LOGBACK,
      ...jvmSources("gatling", SOURCES),
      ...(script === undefined
        ? {
            [`simulation/${simulationName(workload)}.java`]: renderSimulation(workload, share),
            ...curveFiles(workload),
            ...dataFiles(workload, share),
            ...uploadFiles(workload),
          }
        : {}),
    },
    command: "java",
    args: [
      ...JVM_OPTIONS,
      // Gatling asks for it in its own start scripts.
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      // Names are looked up once; load goes to this machine.
      "-Djava.net.preferIPv4Stack=true",
      "-Dgatling.data.writers.0=file",
      "-Dgatling.http.warmUpUrl=",
      "-Dgatling.http.requestTimeout=10000",
      // Gatling would tell its makers of each run.
      "-Dgatling.data.enableAnalytics=false",
      "-cp",
      `${classes}:${libraries(programPath)}`,
      join(own, "Launch.java"),
      classes,
      own,
      "PerfbedGatling",
      classes,
      own,
      simulation,
    ],
    env: {
      ...(script?.environment ?? {}),
      ...givenValues(place.environment),
      ...endpointVariables(place.endpoints),
      BASE_URL: baseUrl,
      PERFBED_GENERATOR: String(share.index + 1),
      PERFBED_RUN: place.runId,
      PERFBED_SAMPLES: samples.path,
      PERFBED_START_FILE: join(folder, START_FILE),
      // Users of this scenario may visit several times, and their groups are journeys.
      ...(workload.executor === undefined ? {} : { PERFBED_VISITS: VISITS_SCENARIO }),
      ...(script !== undefined || workload.executor?.kind === "iterations-per-user"
        ? {}
        : { PERFBED_LENGTH_MS: String(Math.round(seconds * 1000)) }),
      ...(script === undefined ? {} : { PERFBED_STOP_AFTER_MS: String(Math.round(seconds * 1000)) }),
    },
    samples,
    scriptPath: simulation,
  };
}

/**
 * Gatling. N generators are N processes, each with a simulation of its own whose injection profiles are its share: users begin when they
 * are due, in turn with those of the others.
 */
export const gatlingAdapter: LoadToolAdapter = {
  tool: "gatling",
  title: TITLE,
  capabilities,
  startControl: StartControl.StartFile,
  // What Gatling still does once it is told is done when the instant comes.
  startLeadMs: 3000,
  // 2: an assertion of the user's own simulation does not hold.
  goodExitCodes: [0, 2],
  problems: (workload) => [
    ...unsupported(TITLE, capabilities, workload),
    ...cookieProblems(workload),
    ...groupProblems(workload),
    ...tableProblems(workload, MAX_DATA_ROWS),
  ],
  generatorsFor: (workload, generators) =>
    Math.min(unsplitScript(workload, generators), mostShares(workload)),
  prepare: async (workload, programPath) => ({
    workload,
    graceSeconds: workload.script === undefined ? gracefulStopSeconds(workload.journeys) : 5,
    // A JVM and a compiler on a busy machine.
    readyTimeoutMs: 180_000,
    render: (place) => render(workload, programPath, place),
  }),
  renderNative: (workload) => ({
    files: {
      [`${simulationName(workload)}.java`]: renderSimulation(workload),
      ...dataFiles(workload, { index: 0, count: 1 }),
      ...uploadFiles(workload),
    },
    readme: [
      `Put \`${simulationName(workload)}.java\` into \`src/test/java\` and \`data\` into \`src/test/resources\` of a Gatling project (Maven or Gradle), then`,
      "",
      "```",
      `BASE_URL=http://127.0.0.1:8080 mvn gatling:test -Dgatling.simulationClass=${simulationName(workload)}`,
      "```",
      "",
      "`perfbed campaign --tool gatling` runs the same with Gatling's jars and the machine's JDK alone.",
      ...variablesReadme(workload),
    ].join("\n"),
  }),
  samplesSql: rowSamplesSql,
  iterationsSql: rowIterationsSql,
  lastError: jvmError,
};
