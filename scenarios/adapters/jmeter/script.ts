// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the test plan, not of this module
import { totalSeconds } from "../../arrival";
import { type ArrivalShare, shareStages, writtenStages } from "../../arrival-shares";
import type { HttpStep, Journey, Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { templateParts } from "../../templates";
import { dataColumns, dataFileName, integerVariables, pauseColumn } from "../data/journey-data";
import { constantPause } from "../data/random";
import { flatVariables } from "../data/variables";
import {
  DEFAULT_TIMEOUT_SECONDS,
  expectedStatuses,
  gracefulStopSeconds,
  headersOf,
  httpSteps,
  oneLine,
} from "../step-facts";
import { collection, element, flag, type Lines, nested, type Property, text, whole } from "./elements";
import { assertion, checkElements, EQUALS, extractionElements, NOT_FOUND, OR } from "./response-elements";

/** JMeter's functions and variables begin with `${`, and so do the model's. */
function filled(template: string, journey: Journey, urlEncode: boolean): string {
  const integers = integerVariables(journey);
  const ids = new Map(
    (journey.feeders ?? []).flatMap((feeder) =>
      feeder.kind === "unique-id" ? [[feeder.name, feeder.prefix]] : [],
    ),
  );
  return templateParts(template)
    .map((part) => {
      if (part.kind === "text") return part.text;
      const prefix = ids.get(part.name);
      if (prefix !== undefined) {
        const own = urlEncode ? encodeURIComponent(prefix) : prefix;
        return `${own}\${__P(perfbed.run,run)}-\${__P(perfbed.generator,1)}-${journey.name}-\${__threadNum}`;
      }
      return urlEncode && !integers.has(part.name) ? `\${__urlencode(\${${part.name}})}` : `\${${part.name}}`;
    })
    .join("");
}

function headerManager(step: HttpStep, journey: Journey): readonly Lines[] {
  const headers = Object.entries(headersOf(step.request));
  if (headers.length === 0) return [];
  return [
    element({ test: "HeaderManager", gui: "HeaderPanel" }, "headers", [
      collection(
        "HeaderManager.headers",
        headers.map(([name, value]) =>
          nested("", "Header", [
            text("Header.name", name),
            text("Header.value", filled(value, journey, false)),
          ]),
        ),
      ),
    ]),
  ];
}

function bodyProperties(step: HttpStep, journey: Journey): readonly Property[] {
  const { body } = step.request;
  const argument =
    body === undefined
      ? []
      : [
          nested("", "HTTPArgument", [
            flag("HTTPArgument.always_encode", false),
            text("Argument.value", filled(body, journey, false)),
            text("Argument.metadata", "="),
          ]),
        ];
  return [
    flag("HTTPSampler.postBodyRaw", body !== undefined),
    nested("HTTPsampler.Arguments", "Arguments", [collection("Arguments.arguments", argument)]),
  ];
}

function sampler(step: HttpStep, journey: Journey): Lines {
  const statuses = expectedStatuses(step.checks ?? []);
  const timeout = step.request.timeoutSeconds;
  return element(
    { test: "HTTPSamplerProxy", gui: "HttpTestSampleGui" },
    step.name,
    [
      text("HTTPSampler.path", filled(step.request.path, journey, true)),
      text("HTTPSampler.method", step.request.method),
      // One step is one request.
      flag("HTTPSampler.follow_redirects", false),
      flag("HTTPSampler.auto_redirects", false),
      flag("HTTPSampler.use_keepalive", true),
      ...(timeout === undefined || timeout === DEFAULT_TIMEOUT_SECONDS
        ? []
        : [text("HTTPSampler.response_timeout", String(Math.round(timeout * 1000)))]),
      ...bodyProperties(step, journey),
    ],
    [
      ...headerManager(step, journey),
      ...(statuses === undefined
        ? []
        : [assertion("status", "response_code", EQUALS + OR, statuses.map(String), true)]),
      ...(step.checks ?? []).flatMap(checkElements),
      ...(step.extract ?? []).flatMap(extractionElements),
    ],
  );
}

function pause(step: HttpStep): readonly Lines[] {
  const { thinkTime } = step;
  if (thinkTime === undefined) return [];
  const constant = Math.round(constantPause(thinkTime) * 1000);
  if (thinkTime.distribution === "constant" && constant === 0) return [];
  const duration = thinkTime.distribution === "constant" ? String(constant) : `\${${pauseColumn(step)}}`;
  return [
    element({ test: "TestAction", gui: "TestActionGui" }, `pause after ${step.name}`, [
      whole("ActionProcessor.action", 1),
      whole("ActionProcessor.target", 0),
      text("ActionProcessor.duration", duration),
    ]),
  ];
}

/** The steps from one on; what needs an extracted value stands inside a condition that there is one. */
function steps(journey: Journey, from: number): readonly Lines[] {
  const step = httpSteps(journey)[from];
  if (step === undefined) return [];
  const rest = [...pause(step), ...steps(journey, from + 1)];
  const extracted = (step.extract ?? []).map(({ name }) => name);
  if (extracted.length === 0 || rest.length === 0) return [sampler(step, journey), ...rest];
  const condition = extracted.map((name) => `"\${${name}}" != "${NOT_FOUND}"`).join(" && ");
  return [
    sampler(step, journey),
    element(
      { test: "IfController", gui: "IfControllerPanel" },
      `if there is ${extracted.join(" and ")}`,
      [
        text("IfController.condition", `\${__jexl3(${condition.replaceAll(",", "\\,")})}`),
        flag("IfController.evaluateAll", false),
        flag("IfController.useExpression", true),
      ],
      rest,
    ),
  ];
}

const rate = (value: number): string => String(Number(value.toPrecision(12)));
const duration = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds} s` : `${Math.round(seconds * 1000)} ms`;

/**
 * The curve in the language of the Open Model Thread Group. With a share each stage's rates add up to a whole number of arrivals, a hair above it:
 * what JMeter adds up may be below it by one. The pause at the end is for visits under way, which JMeter would cut off.
 */
export function openModelSchedule(
  workload: Workload,
  index: number,
  share: ArrivalShare | undefined,
): string {
  const profile = journeyProfile(workload, index);
  const stages = share === undefined ? writtenStages(profile) : shareStages(profile, share);
  const lines = stages.map((stage) => {
    const hair = share === undefined || stage.arrivals === 0 ? 1 : 1 + 0.001 / stage.arrivals;
    return `rate(${rate(stage.fromRate * hair)}/s) even_arrivals(${duration(stage.durationSeconds)}) rate(${rate(stage.toRate * hair)}/s)`;
  });
  return [...lines, `rate(0/s) pause(${gracefulStopSeconds(workload.journeys)} s)`].join("\n");
}

function threadGroup(
  workload: Workload,
  journey: Journey,
  index: number,
  share: ArrivalShare | undefined,
): Lines {
  const columns = dataColumns(journey);
  return element(
    { test: "OpenModelThreadGroup", gui: "OpenModelThreadGroupGui" },
    journey.name,
    [
      text("OpenModelThreadGroup.schedule", openModelSchedule(workload, index, share)),
      text("OpenModelThreadGroup.random_seed", String(workload.seed)),
      text("ThreadGroup.on_sample_error", "continue"),
      nested("ThreadGroup.main_controller", "OpenModelThreadGroupController", []),
    ],
    [
      ...(columns.length === 0
        ? []
        : [
            element({ test: "CSVDataSet", gui: "TestBeanGUI" }, `data of ${journey.name}`, [
              text("filename", dataFileName(journey)),
              text("fileEncoding", "UTF-8"),
              text("variableNames", ""),
              flag("ignoreFirstLine", false),
              text("delimiter", ","),
              flag("quotedData", true),
              flag("recycle", true),
              flag("stopThread", false),
              text("shareMode", "shareMode.group"),
            ]),
          ]),
      ...steps(journey, 0),
    ],
  );
}

const argument = (name: string, value: string): Property =>
  nested(name, "Argument", [
    text("Argument.name", name),
    text("Argument.value", value),
    text("Argument.metadata", "="),
  ]);

/**
 * The whole workload as a test plan: one Open Model Thread Group a journey.
 * @param share the schedules are those of one generator of several, exact to the arrival; absent: as the scenario says them
 */
export function renderTestPlan(given: Workload, share?: ArrivalShare): string {
  const workload = flatVariables(given);
  const timeout = String(DEFAULT_TIMEOUT_SECONDS * 1000);
  const ofShare =
    share === undefined || share.count === 1 ? "" : ` Generator ${share.index + 1} of ${share.count}.`;
  const plan = element(
    { test: "TestPlan", gui: "TestPlanGui" },
    workload.scenario,
    [
      text(
        "TestPlan.comments",
        `${oneLine(workload.description)} Rendered by perfbed; the first ${totalSeconds(workload.warmup)} s are warm-up.${ofShare}`,
      ),
      nested("TestPlan.user_defined_variables", "Arguments", [
        collection("Arguments.arguments", [
          argument("host", "${__P(host,127.0.0.1)}"),
          argument("port", "${__P(port,8080)}"),
        ]),
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
      element({ test: "CookieManager", gui: "CookiePanel" }, "cookies of each visit", [
        collection("CookieManager.cookies", []),
        flag("CookieManager.clearEachIteration", true),
      ]),
      ...workload.journeys.map((journey, index) => threadGroup(workload, journey, index, share)),
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
