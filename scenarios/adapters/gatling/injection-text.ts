import { type ArrivalShare, type ShareStage, shareStages, writtenStages } from "../../arrival-shares";
import type { Executor, VirtualUsers } from "../../executor";
import type { Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { shareOfUsers, VISITS_FILE } from "../data/visit-data";
import { oneLine } from "../step-facts";
import { javaDuration, javaName, javaText } from "./java-text";
import { VISITS_SCENARIO } from "./journey-text";

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

interface Labelled {
  readonly text: string;
  readonly label: string;
}

const listed = (steps: readonly Labelled[]): readonly string[] =>
  steps.map(({ text, label }, at) => `  ${text}${at < steps.length - 1 ? "," : ""} // ${oneLine(label)}`);

/** Users that are there at once, each for one visit: who leaves is followed by the next. */
function closedSteps(executor: VirtualUsers, share: ArrivalShare): readonly Labelled[] {
  let users = executor.startUsers;
  return executor.stages.flatMap((stage) => {
    const from = shareOfUsers(users, share.index, share.count);
    const to = shareOfUsers(stage.users, share.index, share.count);
    users = stage.users;
    if (stage.durationSeconds === 0) return [];
    const during = javaDuration(stage.durationSeconds);
    const text =
      from === to
        ? `constantConcurrentUsers(${to}).during(${during})`
        : `rampConcurrentUsers(${from}).to(${to}).during(${during})`;
    return [{ text, label: stage.label }];
  });
}

function executorInjection(executor: Executor, share: ArrivalShare): readonly string[] {
  switch (executor.kind) {
    case "virtual-users":
      return [`${VISITS_SCENARIO}.injectClosed(`, ...listed(closedSteps(executor, share)), ")"];
    case "iterations-per-user":
      return [
        `${VISITS_SCENARIO}.injectOpen(atOnceUsers(${shareOfUsers(executor.users, share.index, share.count)}))`,
      ];
    case "arrival-trace":
    case "external-rate":
      // The latter is refused before.
      return [`${VISITS_SCENARIO}.injectOpen(secondBySecond(csv(${javaText(VISITS_FILE)}).readRecords()))`];
  }
}

/** The injection profiles. Absent share: as the scenario says them; else those of one generator of several, exact to the user. */
export function injectionLines(workload: Workload, share: ArrivalShare | undefined): readonly string[] {
  const { executor, journeys } = workload;
  if (executor !== undefined) return executorInjection(executor, share ?? { index: 0, count: 1 });
  return journeys.flatMap((journey, index) => {
    const profile = journeyProfile(workload, index);
    const stages = share === undefined ? writtenStages(profile) : shareStages(profile, share);
    return [
      `${javaName(journey.name)}.injectOpen(`,
      ...listed(stages.map((stage) => ({ text: stageText(stage, share !== undefined), label: stage.label }))),
      index < journeys.length - 1 ? ")," : ")",
    ];
  });
}
