import type { HttpStep, Journey, Workload } from "../../model";
import { WAIT } from "../data/chain-path";
import { PATH_COLUMN } from "../data/column-names";
import { dataColumns, dataFileName, redrawnColumns } from "../data/journey-data";
import { constantPause } from "../data/random";
import type { UploadNames } from "../data/uploads";
import { givenVariables, integerColumns } from "../data/variables";
import { JOURNEY_COLUMN, pauseAfterVisit, VISIT_PAUSE_COLUMN, VISITS_FILE } from "../data/visit-data";
import { httpSteps } from "../step-facts";
import { chained, indent, javaDuration, javaName, javaText } from "./java-text";
import { missingText, pauseLines, requestLines, type StepContext } from "./step-text";

/** The one scenario that makes visits of all journeys, where an executor starts them. */
export const VISITS_SCENARIO = "visits";

/** Variables whose values need no escaping: integers, and ids that perfbed makes. */
function plainVariables(journey: Journey): ReadonlySet<string> {
  const safe = (journey.feeders ?? []).flatMap((feeder) =>
    feeder.kind === "unique-id" && /^[\w.-]*$/.test(feeder.prefix) ? [feeder.name] : [],
  );
  return new Set([...integerColumns(journey), ...safe]);
}

/** Steps from one on, where a user goes on to its next visit when there is nothing to go on with. */
function nestedSteps(steps: readonly HttpStep[], context: StepContext): readonly string[] {
  const [step, ...others] = steps;
  if (step === undefined) return [];
  const rest = [...pauseLines(step), ...nestedSteps(others, context)];
  const there = missingText(step, true);
  return [
    ...requestLines(step, context),
    ...(there === undefined || rest.length === 0
      ? rest
      : [`.doIf(session -> ${there}).then(`, ...indent(chained(rest), 2), ")"]),
  ];
}

function linearSteps(steps: readonly HttpStep[], context: StepContext): readonly string[] {
  return steps.flatMap((step) => {
    const missing = missingText(step);
    return [
      ...requestLines(step, context),
      ...(missing === undefined ? [] : [`.exec(exitHereIf(session -> ${missing})) // nothing to go on with`]),
      ...pauseLines(step),
    ];
  });
}

/** The steps on a visit's way through its chain, with the pauses between them. */
function chainSteps(original: Journey, journey: Journey, context: StepContext): readonly string[] {
  const cases = httpSteps(journey).map((step, index) => {
    const unnamed = original.steps[index];
    const drawn = unnamed === undefined ? [] : redrawnColumns(original, unnamed);
    const missing = missingText(step);
    return [
      `onCase(${javaText(step.name)}).then(`,
      ...indent(
        chained([
          ...(drawn.length === 0
            ? []
            : [`.exec(session -> redraw(session, ${drawn.map(javaText).join(", ")}))`]),
          ...requestLines(step, { ...context, again: true }),
          ...(missing === undefined
            ? []
            : [
                `.exec(session -> ${missing} ? session.set("over", true) : session) // nothing to go on with`,
              ]),
        ]),
        2,
      ),
      ")",
    ];
  });
  return [
    ...(context.again ? ['.exec(session -> session.remove("over"))'] : []),
    `.foreach(session -> wordsOf(session, ${javaText(PATH_COLUMN)}), "word").on(`,
    "  doSwitch(session -> nextOf(session)).on(",
    ...indent(
      cases.flatMap((lines) => lines.map((line, at) => (at === lines.length - 1 ? `${line},` : line))),
      4,
    ),
    `    onCase(${javaText(WAIT)}).then(pause(session -> waitOf(session)))`,
    "  )",
    ")",
  ];
}

const ended = (lines: readonly string[]): readonly string[] =>
  lines.map((line, index, all) => (index === all.length - 1 ? `${line};` : line));

/** A journey: a scenario of its own, or a group of requests where one scenario makes visits of all. */
export function journeyLines(
  original: Journey,
  journey: Journey,
  workload: Workload,
  uploads: UploadNames,
): readonly string[] {
  const { executor } = workload;
  const again = executor?.kind === "iterations-per-user";
  const context: StepContext = { plain: plainVariables(original), uploads, again };
  const visit = again ? ' + "-" + session.getInt("visit")' : "";
  const ids = (journey.feeders ?? []).flatMap((feeder) =>
    feeder.kind === "unique-id"
      ? [
          `.exec(session -> session.set(${javaText(feeder.name)}, ${javaText(feeder.prefix)} + RUN + "-" + GENERATOR + "-" + session.userId()${visit}))`,
        ]
      : [],
  );
  const steps =
    journey.chain !== undefined
      ? chainSteps(original, journey, context)
      : executor === undefined
        ? linearSteps(httpSteps(journey), context)
        : nestedSteps(httpSteps(journey), context);
  const given = givenVariables(workload).length === 0 ? [] : [".exec(session -> session.setAll(GIVEN))"];
  if (executor !== undefined) {
    return ended([
      `private final ChainBuilder ${javaName(journey.name)} = group(${javaText(journey.name)}).on(`,
      ...indent(chained([...given, ...ids, ...steps]), 2),
      ")",
    ]);
  }
  return ended([
    `private final ScenarioBuilder ${javaName(journey.name)} = scenario(${javaText(journey.name)})`,
    ...indent(
      [
        ...(dataColumns(original).length === 0
          ? []
          : [`.feed(csv(${javaText(dataFileName(journey))}).circular())`]),
        ...given,
        ...ids,
        ...steps,
      ],
      2,
    ),
  ]);
}

/** The journey that the row says; Gatling's switch wants two cases at least. */
function journeySwitch(journeys: readonly Journey[]): readonly string[] {
  const [first] = journeys;
  if (first !== undefined && journeys.length === 1) return [`.exec(${javaName(first.name)})`];
  return [
    `.doSwitch("#{${JOURNEY_COLUMN}}").on(`,
    ...journeys.map(
      ({ name }, index) =>
        `  onCase(${javaText(name)}).then(${javaName(name)})${index < journeys.length - 1 ? "," : ""}`,
    ),
    ")",
  ];
}

/** The scenario that makes visits of all journeys: each is a row of one file. */
export function visitsLines(workload: Workload): readonly string[] {
  const { executor, journeys } = workload;
  if (executor === undefined) return [];
  const pause = pauseAfterVisit(executor);
  const constant = constantPause(pause);
  const lines = [
    `.feed(csv(${javaText(VISITS_FILE)}).circular())`,
    ...(executor.kind === "arrival-trace" ? [".pause(session -> restOf(session))"] : []),
    ...(executor.kind === "iterations-per-user" && workload.cookies !== "user"
      ? [".exec(flushCookieJar()) // a new visitor"]
      : []),
    ...journeySwitch(journeys),
    ...(constant > 0 ? [`.pause(${javaDuration(constant)})`] : []),
    ...(pause !== undefined && pause.distribution !== "constant"
      ? [`.pause(session -> pauseOf(session, ${javaText(VISIT_PAUSE_COLUMN)}))`]
      : []),
  ];
  return ended([
    `private final ScenarioBuilder ${VISITS_SCENARIO} = scenario(${javaText(VISITS_SCENARIO)})`,
    ...(executor.kind === "iterations-per-user"
      ? [`  .repeat(${executor.iterations}, "visit").on(`, ...indent(chained(lines), 4), "  )"]
      : indent(lines, 2)),
  ]);
}
