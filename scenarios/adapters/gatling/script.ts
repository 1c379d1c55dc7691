import { totalSeconds } from "../../arrival";
import { type ArrivalShare, type ShareStage, shareStages, writtenStages } from "../../arrival-shares";
import type { Check, Extraction, HttpStep, Journey, Workload } from "../../model";
import { journeyProfile, wholeProfile } from "../../plan";
import { dataColumns, dataFileName, integerVariables, pauseColumn } from "../data/journey-data";
import { constantPause } from "../data/random";
import { flatVariables } from "../data/variables";
import { jsonPathOf } from "../json-path";
import {
  DEFAULT_TIMEOUT_SECONDS,
  expectedStatuses,
  gracefulStopSeconds,
  headersOf,
  httpSteps,
  isJsonBody,
  oneLine,
  pascalCase,
} from "../step-facts";
import { javaDuration, javaName, javaTemplate, javaText } from "./java-text";

/** Name of the simulation's class, and of its file. */
export const simulationName = (workload: Workload): string => `${pascalCase(workload.scenario)}Simulation`;

function extractionText(extraction: Extraction): string {
  const name = javaText(extraction.name);
  switch (extraction.kind) {
    case "json":
      return `jsonPath(${javaText(jsonPathOf(extraction.path))}).notNull().saveAs(${name})`;
    case "regex":
      return `regex(${javaText(extraction.pattern)}).saveAs(${name})`;
    case "header":
      return `header(${javaText(extraction.header)}).saveAs(${name})`;
    case "cookie":
      // Refused before.
      return `header("set-cookie").saveAs(${name})`;
  }
}

function checkText(check: Check): readonly string[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [`substring(${javaText(check.text.replaceAll("#{", "##{"))}).exists()`];
    case "json": {
      const path = `jsonPath(${javaText(jsonPathOf(check.path))})`;
      switch (typeof check.equals) {
        case "undefined":
          return [`${path}.notNull()`];
        case "string":
          return [`${path}.is(${javaText(check.equals)})`];
        case "number":
          return [
            `${path}.ofDouble().is(${Number.isInteger(check.equals) ? `${check.equals}.0` : check.equals})`,
          ];
        case "boolean":
          return [`${path}.ofBoolean().is(${check.equals})`];
      }
    }
  }
}

/** Variables whose values need no escaping: integers, and ids that perfbed makes. */
function plainVariables(journey: Journey): ReadonlySet<string> {
  const safe = (journey.feeders ?? []).flatMap((feeder) =>
    feeder.kind === "unique-id" && /^[\w.-]*$/.test(feeder.prefix) ? [feeder.name] : [],
  );
  return new Set([...integerVariables(journey), ...safe]);
}

function stepLines(step: HttpStep, plain: ReadonlySet<string>): readonly string[] {
  const { method, path, body, timeoutSeconds } = step.request;
  const statuses = expectedStatuses(step.checks ?? []);
  const checks = [
    statuses === undefined ? "status().lt(400)" : `status().in(${statuses.join(", ")})`,
    ...(step.checks ?? []).flatMap(checkText),
    ...(step.extract ?? []).map(extractionText),
  ];
  const extractions = step.extract ?? [];
  const seconds = constantPause(step.thinkTime);
  const random = step.thinkTime !== undefined && step.thinkTime.distribution !== "constant";
  return [
    `.exec(http(${javaText(step.name)})`,
    `  .${method.toLowerCase()}(${javaTemplate(path, "path", plain)})`,
    ...Object.entries(headersOf(step.request)).map(
      ([name, value]) => `  .header(${javaText(name)}, ${javaTemplate(value, "none", plain)})`,
    ),
    ...(body === undefined
      ? []
      : [`  .body(StringBody(${javaTemplate(body, isJsonBody(step.request) ? "json" : "none", plain)}))`]),
    ...(timeoutSeconds === undefined || timeoutSeconds === DEFAULT_TIMEOUT_SECONDS
      ? []
      : [`  .requestTimeout(${javaDuration(timeoutSeconds)})`]),
    `  .check(${checks.join(", ")}))`,
    ...(extractions.length === 0
      ? []
      : [
          `.exec(exitHereIf(session -> ${extractions.map(({ name }) => `!session.contains(${javaText(name)})`).join(" || ")})) // nothing to go on with`,
        ]),
    ...(random ? [`.pause(session -> pauseOf(session, ${javaText(pauseColumn(step))}))`] : []),
    ...(seconds > 0 ? [`.pause(${javaDuration(seconds)})`] : []),
  ];
}

function journeyLines(journey: Journey): readonly string[] {
  const plain = plainVariables(journey);
  const ids = (journey.feeders ?? []).flatMap((feeder) =>
    feeder.kind === "unique-id"
      ? [
          `.exec(session -> session.set(${javaText(feeder.name)}, ${javaText(feeder.prefix)} + RUN + "-" + GENERATOR + "-" + session.userId()))`,
        ]
      : [],
  );
  const lines = [
    ...(dataColumns(journey).length === 0
      ? []
      : [`.feed(csv(${javaText(dataFileName(journey))}).circular())`]),
    ...ids,
    ...httpSteps(journey).flatMap((step) => stepLines(step, plain)),
  ];
  return [
    `private final ScenarioBuilder ${javaName(journey.name)} = scenario(${javaText(journey.name)})`,
    ...lines.map((line) => `  ${line}`),
  ].map((line, index, all) => (index === all.length - 1 ? `${line};` : line));
}

/** A rate as it is written: without the noise of its last digits. */
const rate = (value: number): string => String(Number(value.toPrecision(12)));

/** One stage of the curve; Gatling counts each by itself and drops fractions. */
function stageText(stage: ShareStage, exact: boolean): string {
  const { durationSeconds, fromRate, toRate, arrivals } = stage;
  const during = javaDuration(durationSeconds);
  if (exact ? arrivals === 0 : fromRate + toRate === 0) return `nothingFor(${during})`;
  if (Math.abs(fromRate - toRate) < 1e-9) {
    const text = rate(fromRate);
    // A rate with many digits comes from a stage whose arrivals were rounded: it is told as what it is.
    return text.length <= 8 || !exact
      ? `constantUsersPerSec(${text}).during(${during})`
      : `rampUsers(${arrivals}).during(${during})`;
  }
  // Above the whole number by a hair: what Gatling adds up may be below it by one.
  const hair = exact ? 1 + 0.001 / arrivals : 1;
  return `rampUsersPerSec(${rate(fromRate * hair)}).to(${rate(toRate * hair)}).during(${during})`;
}

function injectionLines(workload: Workload, share: ArrivalShare | undefined): readonly string[] {
  return workload.journeys.flatMap((journey, index) => {
    const profile = journeyProfile(workload, index);
    const stages = share === undefined ? writtenStages(profile) : shareStages(profile, share);
    return [
      `${javaName(journey.name)}.injectOpen(`,
      ...stages.map(
        (stage, at) =>
          `  ${stageText(stage, share !== undefined)}${at < stages.length - 1 ? "," : ""} // ${oneLine(stage.label)}`,
      ),
      index < workload.journeys.length - 1 ? ")," : ")",
    ];
  });
}

const HELPERS: Readonly<Record<string, readonly string[]>> = {
  encoded: [
    "private static String encoded(Session session, String name) {",
    '  return URLEncoder.encode(session.getString(name), StandardCharsets.UTF_8).replace("+", "%20");',
    "}",
  ],
  jsonText: [
    "private static String jsonText(Session session, String name) {",
    '  return session.getString(name).replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"").replace("\\n", "\\\\n");',
    "}",
  ],
  pauseOf: [
    "private static Duration pauseOf(Session session, String name) {",
    "  return Duration.ofMillis(Long.parseLong(session.getString(name)));",
    "}",
  ],
};

const indent = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

/**
 * The whole workload as one Gatling simulation in Java.
 * @param share the injection profiles are those of one generator of several, exact to the user; absent: as the scenario says them
 */
export function renderSimulation(given: Workload, share?: ArrivalShare): string {
  const workload = flatVariables(given);
  const name = simulationName(workload);
  const journeys = workload.journeys.flatMap((journey) => ["", ...journeyLines(journey)]);
  const text = journeys.join("\n");
  const helpers = Object.entries(HELPERS).filter(([helper]) => text.includes(`${helper}(`));
  const uses = (what: string): boolean => text.includes(what);
  const whole = totalSeconds(wholeProfile(workload));
  const grace = gracefulStopSeconds(workload.journeys);
  const constants = [
    'private static final String BASE_URL = System.getenv().getOrDefault("BASE_URL", "http://127.0.0.1:8080");',
    ...(uses("RUN")
      ? [
          "// Parts of unique ids.",
          'private static final String RUN = System.getenv().getOrDefault("PERFBED_RUN", "run");',
          'private static final String GENERATOR = System.getenv().getOrDefault("PERFBED_GENERATOR", "1");',
        ]
      : []),
  ];
  const share1 =
    share === undefined || share.count === 1
      ? ""
      : ` Generator ${share.index + 1} of ${share.count}: its share of the arrivals.`;
  return `${[
    ...(uses("encoded(") ? ["import java.net.URLEncoder;", "import java.nio.charset.StandardCharsets;"] : []),
    "import java.time.Duration;",
    "",
    "import io.gatling.javaapi.core.*;",
    "import io.gatling.javaapi.http.*;",
    "",
    "import static io.gatling.javaapi.core.CoreDsl.*;",
    "import static io.gatling.javaapi.http.HttpDsl.*;",
    "",
    "/**",
    ` * Scenario ${workload.scenario}: ${oneLine(workload.description).replaceAll("*/", "* /")}`,
    ` * Rendered by perfbed. The first ${totalSeconds(workload.warmup)} s are warm-up.${share1}`,
    " */",
    `public class ${name} extends Simulation {`,
    ...indent(constants, 2),
    "",
    "  private final HttpProtocolBuilder protocol = http",
    "    .baseUrl(BASE_URL)",
    "    .disableWarmUp()",
    "    .disableFollowRedirect() // one step is one request",
    "    .disableCaching()",
    "    .disableUrlEncoding()",
    "    .shareConnections(); // kept from visit to visit",
    ...indent(journeys, 2),
    ...helpers.flatMap(([, lines]) => ["", ...indent(lines, 2)]),
    "",
    "  {",
    "    setUp(",
    ...indent(injectionLines(workload, share), 6),
    `    ).protocols(protocol).maxDuration(${javaDuration(whole + grace)});`,
    "  }",
    "}",
  ].join("\n")}\n`;
}
