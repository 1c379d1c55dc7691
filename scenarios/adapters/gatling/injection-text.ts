import { type ArrivalShare, type ShareStage, writtenStages } from "../../arrival-shares";
import type { Executor, VirtualUsers } from "../../executor";
import type { Journey, Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { shareOfUsers, VISITS_FILE } from "../data/visit-data";
import { oneLine, rateText } from "../step-facts";
import { javaDuration, javaName, javaText } from "./java-text";
import { VISITS_SCENARIO } from "./journey-text";

/** One stage of the curve as a user of Gatling would write it. */
function stageText({ durationSeconds, fromRate, toRate }: ShareStage): string {
  const during = javaDuration(durationSeconds);
  if (fromRate + toRate === 0) return `nothingFor(${during})`;
  if (Math.abs(fromRate - toRate) < 1e-9)
    return `constantUsersPerSec(${rateText(fromRate)}).during(${during})`;
  return `rampUsersPerSec(${rateText(fromRate)}).to(${rateText(toRate)}).during(${during})`;
}

const curveFile = (journey: Journey): string => `arrivals/${journey.name}.csv`;

/** The curves of the journeys, for DueUsers.java: users per second of the whole fleet at the end of so many seconds. */
export function curveFiles(workload: Workload): Readonly<Record<string, string>> {
  const { executor, journeys } = workload;
  if (executor !== undefined) return {};
  return Object.fromEntries(
    journeys.map((journey, index) => {
      const { startRatePerSecond, stages } = journeyProfile(workload, index);
      const rows = stages.map(({ durationSeconds, ratePerSecond }) => `${durationSeconds},${ratePerSecond}`);
      return [
        curveFile(journey),
        `${["seconds,usersPerSecond", `0,${startRatePerSecond}`, ...rows].join("\n")}\n`,
      ];
    }),
  );
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

/** The injection profiles. Absent share: as the scenario says them; else those of one generator of several, exact to the millisecond. */
export function injectionLines(workload: Workload, share: ArrivalShare | undefined): readonly string[] {
  const { executor, journeys } = workload;
  if (executor !== undefined) return executorInjection(executor, share ?? { index: 0, count: 1 });
  return journeys.flatMap((journey, index) => {
    const comma = index < journeys.length - 1 ? "," : "";
    if (share !== undefined) {
      const due = `DueUsers.of(${javaText(curveFile(journey))}, ${share.index}, ${share.count})`;
      return [`${javaName(journey.name)}.injectOpen(${due})${comma}`];
    }
    return [
      `${javaName(journey.name)}.injectOpen(`,
      ...listed(
        writtenStages(journeyProfile(workload, index)).map((stage) => ({
          text: stageText(stage),
          label: stage.label,
        })),
      ),
      `)${comma}`,
    ];
  });
}
