import { totalSeconds } from "../../arrival";
import type { ArrivalShare } from "../../arrival-shares";
import type { Workload } from "../../model";
import { wholeProfile } from "../../plan";
import { endpointNames } from "../../workload-files";
import { uploadNames } from "../data/uploads";
import { flatVariables, givenVariables } from "../data/variables";
import { endpointConstant } from "../endpoint-name";
import { gracefulStopSeconds, oneLine, pascalCase } from "../step-facts";
import { HELPERS, importLines } from "./helper-text";
import { injectionLines } from "./injection-text";
import { indent, javaDuration, javaText } from "./java-text";
import { journeyLines, visitsLines } from "./journey-text";

/** Name of the simulation's class, and of its file. */
export const simulationName = (workload: Workload): string => `${pascalCase(workload.scenario)}Simulation`;

/** Addresses, parts of unique ids, and what all visits have in common: from environment variables. */
function constantLines(given: Workload, journeys: string): readonly string[] {
  const values = givenVariables(given);
  return [
    'private static final String BASE_URL = System.getenv().getOrDefault("BASE_URL", "http://127.0.0.1:8080");',
    ...endpointNames(given).map((name) => {
      const constant = endpointConstant(name);
      return `private static final String ${constant} = env(${javaText(constant)});`;
    }),
    ...(journeys.includes("RUN")
      ? [
          "// Parts of unique ids.",
          'private static final String RUN = System.getenv().getOrDefault("PERFBED_RUN", "run");',
          'private static final String GENERATOR = System.getenv().getOrDefault("PERFBED_GENERATOR", "1");',
        ]
      : []),
    ...(values.length === 0
      ? []
      : [
          "private static final Map<String, Object> GIVEN = Map.ofEntries(",
          ...values.map(
            ({ name, variable }, index) =>
              `  Map.entry(${javaText(name)}, env(${javaText(variable)}))${index < values.length - 1 ? "," : ""}`,
          ),
          ");",
        ]),
  ];
}

/**
 * The whole workload as one Gatling simulation in Java.
 * @param share the injection profiles are those of one generator of several, exact to the user; absent: as the scenario says them
 */
export function renderSimulation(given: Workload, share?: ArrivalShare): string {
  const workload = flatVariables(given);
  const name = simulationName(workload);
  const uploads = uploadNames(given);
  const journeys = [
    ...workload.journeys.flatMap((journey, index) => [
      "",
      ...journeyLines(given.journeys[index] ?? journey, journey, given, uploads),
    ]),
    ...(workload.executor === undefined ? [] : ["", ...visitsLines(workload)]),
  ];
  const injection = injectionLines(workload, share);
  const constants = constantLines(given, journeys.join("\n"));
  const text = [...constants, ...journeys, ...injection].join("\n");
  const helpers = Object.entries(HELPERS).filter(([helper]) => new RegExp(`\\b${helper}\\(`).test(text));
  const whole = totalSeconds(wholeProfile(workload));
  const grace = gracefulStopSeconds(workload.journeys);
  const ofShare =
    share === undefined || share.count === 1
      ? ""
      : ` Generator ${share.index + 1} of ${share.count}: its share of the arrivals.`;
  const body = [
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
    ...indent(injection, 6),
    `    ).protocols(protocol).maxDuration(${javaDuration(whole + grace)});`,
    "  }",
    "}",
  ];
  return `${[
    ...importLines(body.join("\n")),
    "",
    "import io.gatling.javaapi.core.*;",
    "import io.gatling.javaapi.http.*;",
    "",
    "import static io.gatling.javaapi.core.CoreDsl.*;",
    "import static io.gatling.javaapi.http.HttpDsl.*;",
    "",
    "/**",
    ` * Scenario ${workload.scenario}: ${oneLine(workload.description).replaceAll("*/", "* /")}`,
    ` * Rendered by perfbed. The first ${totalSeconds(workload.warmup)} s are warm-up.${ofShare}`,
    " */",
    `public class ${name} extends Simulation {`,
    ...body,
  ].join("\n")}\n`;
}
