import { dirname, join } from "node:path";
import type { Problem } from "../../../core/errors";
import { totalSeconds } from "../../arrival";
import { type ArrivalShare, shareStages } from "../../arrival-shares";
import { type Feeder, isHttpStep, type Workload } from "../../model";
import { journeyProfile, wholeProfile } from "../../plan";
import { readTable } from "../../tables";
import { templateVariables } from "../../templates";
import {
  type GeneratorPlace,
  type LoadToolAdapter,
  type RenderedGenerator,
  START_FILE,
  StartControl,
} from "../adapter";
import { COMMON_FIELDS, emulated, native, type ToolCapabilities, unsupported } from "../capabilities";
import { dataFiles, MAX_DATA_ROWS } from "../data/journey-data";
import { tableProblems, variableProblems } from "../data/variables";
import { JVM_OPTIONS, jvmError } from "../jvm";
import { unsplitScript } from "../own-script";
import { rowIterationsSql, rowSamplesSql } from "../rows/parse";
import { SampleOutput } from "../sample-file";
import { shippedFile } from "../shipped-file";
import { gracefulStopSeconds, isJsonBody } from "../step-facts";
import { renderTestPlan } from "./script";

const TITLE = "JMeter";
const LAUNCHER = "PerfbedJMeter.java";
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

const breaksJson = (value: string): boolean => JSON.stringify(value) !== `"${value}"`;

/** Variables of a feeder of which some value would have to be escaped in JSON. */
function unsafeVariables(feeder: Feeder): readonly string[] {
  if (feeder.kind === "choice") return feeder.values.some(breaksJson) ? [feeder.name] : [];
  if (feeder.kind !== "table") return [];
  const { columns, rows } = readTable(feeder.file);
  return columns
    .filter((column) => rows.some((row) => breaksJson(row[column] ?? "")))
    .map((column) => `${feeder.name}.${column}`);
}

/** JMeter has no function that escapes text for JSON: a value with quotes would break the body. */
function jsonProblems(workload: Workload): readonly Problem[] {
  return workload.journeys.flatMap((journey, j) => {
    const unsafe = new Set((journey.feeders ?? []).flatMap(unsafeVariables));
    return journey.steps.flatMap((step, s) => {
      if (!isHttpStep(step)) return [];
      const { request } = step;
      return request.body !== undefined &&
        isJsonBody(request) &&
        templateVariables(request.body).some((name) => unsafe.has(name))
        ? [
            {
              field: `journeys[${j}].steps[${s}].request.body`,
              value: request.body,
              allowed: "values without quotes, backslashes and line breaks in a JSON body",
              hint: `${TITLE} has no function that escapes text for JSON. k6, Locust and Gatling can (--tool).`,
            },
          ]
        : [];
    });
  });
}

/** Arrivals of all journeys that one generator has to make. */
function arrivalsOf(workload: Workload, share: ArrivalShare): number {
  return workload.journeys.reduce((sum, _, index) => {
    const stages = shareStages(journeyProfile(workload, index), share);
    return sum + stages.reduce((all, stage) => all + stage.arrivals, 0);
  }, 0);
}

function render(workload: Workload, programPath: string, place: GeneratorPlace): RenderedGenerator {
  const { share, folder, baseUrl } = place;
  const home = dirname(dirname(programPath));
  const script = workload.script;
  const plan = script?.file ?? join(folder, `${workload.scenario}.jmx`);
  const { hostname, port } = new URL(baseUrl);
  const seconds = totalSeconds(wholeProfile(workload));
  const samples = {
    path: join(folder, "samples.csv"),
    output: SampleOutput.Rows,
    native: script !== undefined,
  };
  const properties = {
    host: hostname,
    port: port === "" ? "80" : port,
    "perfbed.run": place.runId,
    "perfbed.generator": String(share.index + 1),
    // What a user's own plan may read: __P(BASE_URL) and the variables that were set for it.
    BASE_URL: baseUrl,
    ...(script?.environment ?? {}),
  };
  return {
    files: {
      [LAUNCHER]: shippedFile("jmeter", LAUNCHER),
      "log4j2.xml": LOG4J,
      ...(script === undefined
        ? { [`${workload.scenario}.jmx`]: renderTestPlan(workload, share), ...dataFiles(workload, share) }
        : {}),
    },
    command: "java",
    args: [
      ...JVM_OPTIONS,
      // JMeter asks for a collection between the start and the first arrival.
      "-XX:+DisableExplicitGC",
      "-Djava.awt.headless=true",
      `-Dlog4j2.configurationFile=${join(folder, "log4j2.xml")}`,
      "-cp",
      `${join(home, "lib", "*")}:${join(home, "lib", "ext", "*")}`,
      join(folder, LAUNCHER),
      home,
      plan,
      ...Object.entries(properties).map(([name, value]) => `${name}=${value}`),
    ],
    env: {
      ...(script?.environment ?? {}),
      BASE_URL: baseUrl,
      PERFBED_SAMPLES: samples.path,
      PERFBED_START_FILE: join(folder, START_FILE),
      ...(script === undefined
        ? { PERFBED_ARRIVALS: String(arrivalsOf(workload, share)) }
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
    ...variableProblems(TITLE, workload),
    ...tableProblems(workload, MAX_DATA_ROWS),
    ...jsonProblems(workload),
  ],
  generatorsFor: (workload, generators) => unsplitScript(workload, generators),
  prepare: async (workload, programPath) => ({
    workload,
    graceSeconds: gracefulStopSeconds(workload.journeys) + 10,
    readyTimeoutMs: 180_000,
    render: (place) => render(workload, programPath, place),
  }),
  renderNative: (workload) => ({
    files: {
      [`${workload.scenario}.jmx`]: renderTestPlan(workload),
      ...dataFiles(workload, { index: 0, count: 1 }),
    },
    readme: [
      "```",
      `jmeter -n -t ${workload.scenario}.jmx -l results.jtl -Jhost=127.0.0.1 -Jport=8080`,
      "```",
      "",
      "One Open Model Thread Group a journey: its schedule is the arrival curve, its threads are visits. Open it in JMeter's window to",
      "change it. The data files hold one row for each arrival.",
    ].join("\n"),
  }),
  samplesSql: rowSamplesSql,
  iterationsSql: rowIterationsSql,
  lastError: jvmError,
};
