// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the test plan, not of this module
import type { HttpStep, MultipartPart, Step } from "../../model";
import { pauseColumn } from "../data/column-names";
import { constantPause } from "../data/random";
import { sentType, type UploadNames, uploadName } from "../data/uploads";
import { DEFAULT_TIMEOUT_SECONDS, expectedStatuses, headersOf, httpSteps } from "../step-facts";
import { collection, element, flag, type Lines, nested, type Property, text, whole } from "./elements";
import { assertion, checkElements, EQUALS, extractionElements, OR } from "./response-elements";
import { allThere, filled, type JourneyContext, jexl, someMissing } from "./variables-text";

/** Of the Flow Control Action. */
export enum FlowAction {
  StopThread = 0,
  Pause = 1,
  BreakLoop = 5,
}

/** @param duration of a pause, milliseconds */
export const flowAction = (name: string, action: FlowAction, duration = ""): Lines =>
  element({ test: "TestAction", gui: "TestActionGui" }, name, [
    whole("ActionProcessor.action", action),
    whole("ActionProcessor.target", 0),
    text("ActionProcessor.duration", duration),
  ]);

export const ifController = (name: string, condition: string, children: readonly Lines[]): Lines =>
  element(
    { test: "IfController", gui: "IfControllerPanel" },
    name,
    [
      text("IfController.condition", condition),
      flag("IfController.evaluateAll", false),
      flag("IfController.useExpression", true),
    ],
    children,
  );

export const simpleController = (name: string, children: readonly Lines[]): Lines =>
  element({ test: "GenericController", gui: "LogicControllerGui" }, name, [], children);

/** Runs the child of that name, or the one called `default`. */
export const switchController = (name: string, value: string, children: readonly Lines[]): Lines =>
  element(
    { test: "SwitchController", gui: "SwitchControllerGui" },
    name,
    [text("SwitchController.value", value)],
    children,
  );

function headerManager(step: HttpStep, context: JourneyContext): readonly Lines[] {
  const headers = Object.entries(headersOf(step.request));
  if (headers.length === 0) return [];
  return [
    element({ test: "HeaderManager", gui: "HeaderPanel" }, "headers", [
      collection(
        "HeaderManager.headers",
        headers.map(([name, value]) =>
          nested("", "Header", [
            text("Header.name", name),
            text("Header.value", filled(value, context, false)),
          ]),
        ),
      ),
    ]),
  ];
}

function multipartProperties(
  parts: readonly MultipartPart[],
  context: JourneyContext,
  uploads: UploadNames,
): readonly Property[] {
  const fields = parts.flatMap((part) =>
    part.kind === "field"
      ? [
          nested(part.name, "HTTPArgument", [
            flag("HTTPArgument.always_encode", false),
            text("Argument.name", part.name),
            text("Argument.value", filled(part.value, context, false)),
            text("Argument.metadata", "="),
          ]),
        ]
      : [],
  );
  const files = parts.flatMap((part) => {
    if (part.kind !== "file") return [];
    const name = uploadName(uploads, part);
    return [
      nested(name, "HTTPFileArg", [
        text("File.path", name),
        text("File.paramname", part.name),
        text("File.mimetype", sentType(part)),
      ]),
    ];
  });
  return [
    flag("HTTPSampler.DO_MULTIPART_POST", true),
    flag("HTTPSampler.postBodyRaw", false),
    nested("HTTPsampler.Files", "HTTPFileArgs", [collection("HTTPFileArgs.files", files)]),
    nested("HTTPsampler.Arguments", "Arguments", [collection("Arguments.arguments", fields)]),
  ];
}

function bodyProperties(step: HttpStep, context: JourneyContext, uploads: UploadNames): readonly Property[] {
  const { body, multipart } = step.request;
  if (multipart !== undefined) return multipartProperties(multipart, context, uploads);
  const argument =
    body === undefined
      ? []
      : [
          nested("", "HTTPArgument", [
            flag("HTTPArgument.always_encode", false),
            text("Argument.value", filled(body, context, false)),
            text("Argument.metadata", "="),
          ]),
        ];
  return [
    flag("HTTPSampler.postBodyRaw", body !== undefined),
    nested("HTTPsampler.Arguments", "Arguments", [collection("Arguments.arguments", argument)]),
  ];
}

/** Names of the variables that hold an endpoint's address. */
export const endpointVariable = (name: string, part: "protocol" | "host" | "port"): string =>
  `${name.replaceAll("-", "_")}_${part}`;

function endpointProperties(step: HttpStep): readonly Property[] {
  const { endpoint } = step;
  if (endpoint === undefined) return [];
  const value = (part: "protocol" | "host" | "port"): string => `\${${endpointVariable(endpoint, part)}}`;
  return [
    text("HTTPSampler.domain", value("host")),
    text("HTTPSampler.port", value("port")),
    text("HTTPSampler.protocol", value("protocol")),
  ];
}

function sampler(step: HttpStep, context: JourneyContext, uploads: UploadNames): Lines {
  const statuses = expectedStatuses(step.checks ?? []);
  const timeout = step.request.timeoutSeconds;
  return element(
    { test: "HTTPSamplerProxy", gui: "HttpTestSampleGui" },
    step.name,
    [
      ...endpointProperties(step),
      text("HTTPSampler.path", filled(step.request.path, context, true)),
      text("HTTPSampler.method", step.request.method),
      // One step is one request.
      flag("HTTPSampler.follow_redirects", false),
      flag("HTTPSampler.auto_redirects", false),
      flag("HTTPSampler.use_keepalive", true),
      ...(timeout === undefined || timeout === DEFAULT_TIMEOUT_SECONDS
        ? []
        : [text("HTTPSampler.response_timeout", String(Math.round(timeout * 1000)))]),
      ...bodyProperties(step, context, uploads),
    ],
    [
      ...headerManager(step, context),
      ...(statuses === undefined
        ? []
        : [assertion("status", "response_code", EQUALS + OR, statuses.map(String), true)]),
      ...(step.checks ?? []).flatMap(checkElements),
      ...(step.extract ?? []).flatMap(extractionElements),
    ],
  );
}

function pause(step: Step): readonly Lines[] {
  const { thinkTime } = step;
  if (thinkTime === undefined) return [];
  const constant = Math.round(constantPause(thinkTime) * 1000);
  if (thinkTime.distribution === "constant" && constant === 0) return [];
  const duration = thinkTime.distribution === "constant" ? String(constant) : `\${${pauseColumn(step)}}`;
  return [flowAction(`pause after ${step.name}`, FlowAction.Pause, duration)];
}

/** The steps from one on; what needs an extracted value stands inside a condition that there is one. */
function linearSteps(context: JourneyContext, uploads: UploadNames, from: number): readonly Lines[] {
  const step = httpSteps(context.journey)[from];
  if (step === undefined) return [];
  const rest = [...pause(step), ...linearSteps(context, uploads, from + 1)];
  const extractions = step.extract ?? [];
  if (extractions.length === 0 || rest.length === 0) return [sampler(step, context, uploads), ...rest];
  const names = extractions.map(({ name }) => name).join(" and ");
  return [sampler(step, context, uploads), ifController(`if there is ${names}`, allThere(extractions), rest)];
}

/** The steps on a visit's way through its chain: `word` is a step, or a pause as `wait:milliseconds`. */
function chainSteps(context: JourneyContext, uploads: UploadNames): readonly Lines[] {
  const cases = httpSteps(context.journey).map((step) => {
    const extractions = step.extract ?? [];
    const names = extractions.map(({ name }) => name).join(" or ");
    return simpleController(step.name, [
      sampler(step, context, uploads),
      ...(extractions.length === 0
        ? []
        : [
            ifController(`if there is no ${names}`, someMissing(extractions), [
              flowAction("nothing to go on with", FlowAction.BreakLoop),
            ]),
          ]),
    ]);
  });
  return [
    // The words of the path become word_1, word_2 …
    element({ test: "UserParameters", gui: "UserParametersGui" }, "way of the visit", [
      collection("UserParameters.names", [text("1", "way")]),
      collection("UserParameters.thread_values", [
        collection("1", [text("1", "${__split(${path},word,|)}")]),
      ]),
      flag("UserParameters.per_iteration", true),
    ]),
    element(
      { test: "ForeachController", gui: "ForeachControlPanel" },
      "each step of the way",
      [
        text("ForeachController.inputVal", "word"),
        text("ForeachController.returnVal", "word"),
        flag("ForeachController.useSeparator", true),
      ],
      [
        switchController("which step", "${word}", [
          ...cases,
          simpleController("default", [
            flowAction("pause", FlowAction.Pause, jexl('"${word}".substring(5)')),
          ]),
        ]),
      ],
    ),
  ];
}

export function stepElements(context: JourneyContext, uploads: UploadNames): readonly Lines[] {
  return context.journey.chain === undefined
    ? linearSteps(context, uploads, 0)
    : chainSteps(context, uploads);
}
