// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the test plan, not of this module
import { totalSeconds } from "../../arrival";
import type { ArrivalShare } from "../../arrival-shares";
import type { Workload } from "../../model";
import { endpointNames } from "../../workload-files";
import { uploadNames } from "../data/uploads";
import { flatVariables, givenVariables } from "../data/variables";
import { DEFAULT_TIMEOUT_SECONDS, oneLine } from "../step-facts";
import { collection, element, flag, nested, type Property, text } from "./elements";
import { groupElements } from "./group-elements";
import { endpointVariable } from "./step-elements";

const argument = (name: string, value: string): Property =>
  nested(name, "Argument", [
    text("Argument.name", name),
    text("Argument.value", value),
    text("Argument.metadata", "="),
  ]);

/** Addresses from properties; what all visits have in common from environment variables, so that it is in no command line. */
function variables(given: Workload): readonly Property[] {
  return [
    argument("host", "${__P(host,127.0.0.1)}"),
    argument("port", "${__P(port,8080)}"),
    ...endpointNames(given).flatMap((name) =>
      (["protocol", "host", "port"] as const).map((part) =>
        argument(endpointVariable(name, part), `\${__P(${name}.${part})}`),
      ),
    ),
    ...givenVariables(given).map(({ name, variable }) =>
      argument(name, `\${__groovy(System.getenv("${variable}"))}`),
    ),
  ];
}

/**
 * The whole workload as a test plan: one Open Model Thread Group a journey, or one thread group for the visits of all where an executor
 * starts them.
 * @param share the schedules are those of one generator of several, exact to the arrival; absent: as the scenario says them
 */
export function renderTestPlan(given: Workload, share?: ArrivalShare): string {
  const workload = flatVariables(given);
  const timeout = String(DEFAULT_TIMEOUT_SECONDS * 1000);
  const ofShare =
    share === undefined || share.count === 1 ? "" : ` Generator ${share.index + 1} of ${share.count}.`;
  const keepsCookies = workload.cookies === "user";
  const plan = element(
    { test: "TestPlan", gui: "TestPlanGui" },
    workload.scenario,
    [
      text(
        "TestPlan.comments",
        `${oneLine(workload.description)} Rendered by perfbed; the first ${totalSeconds(workload.warmup)} s are warm-up.${ofShare}`,
      ),
      nested("TestPlan.user_defined_variables", "Arguments", [
        collection("Arguments.arguments", variables(given)),
      ]),
    ],
    [
      element({ test: "ConfigTestElement", gui: "HttpDefaultsGui" }, "HTTP defaults", [
        text("HTTPSampler.domain", "${host}"),
        text("HTTPSampler.port", "${port}"),
        text("HTTPSampler.protocol", "http"),
        text("HTTPSampler.implementation", "HttpClient4"),
        text("HTTPSampler.connect_timeout", timeout),
        text("HTTPSampler.response_timeout", timeout),
        nested("HTTPsampler.Arguments", "Arguments", [collection("Arguments.arguments", [])]),
      ]),
      element(
        { test: "CookieManager", gui: "CookiePanel" },
        keepsCookies ? "cookies of each user" : "cookies of each visit",
        [collection("CookieManager.cookies", []), flag("CookieManager.clearEachIteration", !keepsCookies)],
      ),
      ...groupElements(given, workload, share, uploadNames(given)),
    ],
  );
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3">',
    "  <hashTree>",
    ...plan.map((line) => `    ${line}`),
    "  </hashTree>",
    "</jmeterTestPlan>",
  ].join("\n")}\n`;
}
