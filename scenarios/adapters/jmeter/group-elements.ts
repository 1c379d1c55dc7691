// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the test plan, not of this module
import type { ArrivalShare } from "../../arrival-shares";
import type { Executor } from "../../executor";
import type { Workload } from "../../model";
import { dataColumns, dataFileName } from "../data/journey-data";
import { constantPause } from "../data/random";
import type { UploadNames } from "../data/uploads";
import {
  DUE_COLUMN,
  JOURNEY_COLUMN,
  pauseAfterVisit,
  shareOfUsers,
  VISIT_PAUSE_COLUMN,
  VISITS_FILE,
} from "../data/visit-data";
import { element, flag, type Lines, nested, type Property, text, whole } from "./elements";
import { openModelSchedule, traceSchedule, type UserSpan, userSpans } from "./schedule-text";
import {
  FlowAction,
  flowAction,
  ifController,
  simpleController,
  stepElements,
  switchController,
} from "./step-elements";
import { ELAPSED, jexl, journeyContext, VISIT_NUMBER, VISITS_GROUP } from "./variables-text";

/** A row for each virtual user: from when to when it is there. */
export const USERS_FILE = "data/users.csv";

const csvDataSet = (name: string, file: string): Lines =>
  element({ test: "CSVDataSet", gui: "TestBeanGUI" }, name, [
    text("filename", file),
    text("fileEncoding", "UTF-8"),
    text("variableNames", ""),
    flag("ignoreFirstLine", false),
    text("delimiter", ","),
    flag("quotedData", true),
    flag("recycle", true),
    flag("stopThread", false),
    text("shareMode", "shareMode.group"),
  ]);

const visitCounter: Lines = element(
  { test: "CounterConfig", gui: "CounterConfigGui" },
  "number of the visit",
  [
    text("CounterConfig.start", "1"),
    text("CounterConfig.end", ""),
    text("CounterConfig.incr", "1"),
    text("CounterConfig.name", VISIT_NUMBER),
    text("CounterConfig.format", ""),
    flag("CounterConfig.per_user", false),
  ],
);

function openGroup(name: string, schedule: string, seed: number, children: readonly Lines[]): Lines {
  return element(
    { test: "OpenModelThreadGroup", gui: "OpenModelThreadGroupGui" },
    name,
    [
      text("OpenModelThreadGroup.schedule", schedule),
      text("OpenModelThreadGroup.random_seed", String(seed)),
      text("ThreadGroup.on_sample_error", "continue"),
      nested("ThreadGroup.main_controller", "OpenModelThreadGroupController", []),
    ],
    children,
  );
}

/** JMeter's usual thread group: each thread goes round. @param loops -1: until it is stopped */
function closedGroup(threads: number, loops: number, children: readonly Lines[]): Lines {
  const properties: readonly Property[] = [
    text("ThreadGroup.num_threads", String(threads)),
    text("ThreadGroup.ramp_time", "0"),
    flag("ThreadGroup.same_user_on_next_iteration", true),
    text("ThreadGroup.on_sample_error", "continue"),
    nested("ThreadGroup.main_controller", "LoopController", [
      flag("LoopController.continue_forever", false),
      loops < 0 ? whole("LoopController.loops", loops) : text("LoopController.loops", String(loops)),
    ]),
  ];
  return element({ test: "ThreadGroup", gui: "ThreadGroupGui" }, VISITS_GROUP, properties, children);
}

/** No visit begins after an instant. @param toMs a number or a variable */
const stopAfter = (toMs: string): Lines =>
  ifController("when the time is over", jexl(`${ELAPSED} >= ${toMs}`), [
    flowAction("stop this user", FlowAction.StopThread),
  ]);

/** All users are there from the start to the same end: nothing needs to be told of each. */
export function commonEnd(spans: readonly UserSpan[]): number | undefined {
  const [first] = spans;
  return first !== undefined && spans.every(({ fromMs, toMs }) => fromMs === 0 && toMs === first.toMs)
    ? first.toMs
    : undefined;
}

/** The file of the users, where they are not all there from the start to the end. */
export function usersCsv({ executor }: Workload, share: ArrivalShare): Readonly<Record<string, string>> {
  if (executor?.kind !== "virtual-users") return {};
  const spans = userSpans(executor, share);
  if (commonEnd(spans) !== undefined) return {};
  const rows = spans.map(({ fromMs, toMs }) => `${fromMs},${toMs}`);
  return { [USERS_FILE]: `${["from_ms,to_ms", ...rows].join("\n")}\n` };
}

const waitUntil = (name: string, ms: string): Lines =>
  flowAction(name, FlowAction.Pause, jexl(`${ms} > ${ELAPSED} ? ${ms} - (${ELAPSED}) : 0`));

function pauseElements(executor: Executor): readonly Lines[] {
  const pause = pauseAfterVisit(executor);
  if (pause === undefined) return [];
  const constant = Math.round(constantPause(pause) * 1000);
  if (pause.distribution === "constant" && constant === 0) return [];
  const duration = pause.distribution === "constant" ? String(constant) : `\${${VISIT_PAUSE_COLUMN}}`;
  return [flowAction("pause after a visit", FlowAction.Pause, duration)];
}

/** One group that makes visits of all journeys: each is a row of one file. */
function visitsGroup(
  given: Workload,
  workload: Workload,
  executor: Executor,
  share: ArrivalShare,
  uploads: UploadNames,
): Lines {
  const hasIds = workload.journeys.some(({ feeders = [] }) =>
    feeders.some(({ kind }) => kind === "unique-id"),
  );
  const rows = [csvDataSet("visits", VISITS_FILE), ...(hasIds ? [visitCounter] : [])];
  const visit = [
    switchController(
      "which journey",
      `\${${JOURNEY_COLUMN}}`,
      workload.journeys.map((journey, index) =>
        simpleController(
          journey.name,
          stepElements(journeyContext(given.journeys[index] ?? journey, journey, executor), uploads),
        ),
      ),
    ),
    ...pauseElements(executor),
  ];
  switch (executor.kind) {
    case "virtual-users": {
      const spans = userSpans(executor, share);
      const end = commonEnd(spans);
      const users =
        end !== undefined
          ? [stopAfter(String(end))]
          : [
              element(
                { test: "OnceOnlyController", gui: "OnceOnlyControllerGui" },
                "the user's time",
                [],
                [csvDataSet("users", USERS_FILE), waitUntil("wait for the user's time", "${from_ms}")],
              ),
              stopAfter("${to_ms}"),
            ];
      return closedGroup(spans.length, -1, [...rows, ...users, ...visit]);
    }
    case "iterations-per-user":
      return closedGroup(shareOfUsers(executor.users, share.index, share.count), executor.iterations, [
        ...rows,
        stopAfter(String(Math.round(executor.maxSeconds * 1000))),
        ...visit,
      ]);
    case "arrival-trace":
      return openGroup(VISITS_GROUP, traceSchedule(workload, executor, share), workload.seed, [
        ...rows,
        waitUntil("wait for the visit's instant", `\${${DUE_COLUMN}}`),
        ...visit,
      ]);
    case "external-rate":
      // Refused before.
      return openGroup(VISITS_GROUP, "", workload.seed, visit);
  }
}

/** The thread groups: one a journey, or one for all where an executor starts the visits. */
export function groupElements(
  given: Workload,
  workload: Workload,
  share: ArrivalShare | undefined,
  uploads: UploadNames,
): readonly Lines[] {
  const { executor } = workload;
  if (executor !== undefined) {
    return [visitsGroup(given, workload, executor, share ?? { index: 0, count: 1 }, uploads)];
  }
  return workload.journeys.map((journey, index) => {
    const original = given.journeys[index] ?? journey;
    return openGroup(journey.name, openModelSchedule(workload, index, share), workload.seed, [
      ...(dataColumns(original).length === 0
        ? []
        : [csvDataSet(`data of ${journey.name}`, dataFileName(journey))]),
      ...stepElements(journeyContext(original, journey, undefined), uploads),
    ]);
  });
}
