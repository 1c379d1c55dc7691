import { peakRate, totalSeconds } from "../../arrival";
import type { Executor } from "../../executor";
import type { Workload } from "../../model";
import { journeyProfile, planWorkload, virtualUsersFor, wholeProfile } from "../../plan";
import { constantPause } from "../data/random";
import { pauseAfterVisit, traceUsers, VISITS_FILE } from "../data/visit-data";
import { gracefulStopSeconds, oneLine, pascalCase } from "../step-facts";
import { indent, pythonText, visitClass } from "./python-text";

/** Base classes of perfbed_plans.py. */
const PLANS: Readonly<Record<Executor["kind"], string>> = {
  "arrival-trace": "ArrivalTrace",
  "virtual-users": "VirtualUsers",
  "iterations-per-user": "IterationsPerUser",
  "external-rate": "ExternalRate",
};

/** Of a trace's users those that are made beforehand; the others when they are needed. */
const READY_SHARE = 0.25;

function openLines(workload: Workload): readonly string[] {
  const profile = wholeProfile(workload);
  return [
    "# Visits per second of all processes together; the first stages are the warm-up.",
    "curve = Curve(",
    `    start=${profile.startRatePerSecond},`,
    "    stages=[",
    ...profile.stages.map(
      (stage) => `        (${stage.durationSeconds}, ${stage.ratePerSecond}),  # ${oneLine(stage.label)}`,
    ),
    "    ],",
    ")",
    "# Visitors that are made beforehand, and at most.",
    "journeys = {",
    ...workload.journeys.map((journey, index) => {
      const { preAllocated, maximum } = virtualUsersFor(
        journey,
        peakRate(journeyProfile(workload, index)),
        1,
      );
      return `    ${visitClass(journey)}: (${preAllocated}, ${maximum}),`;
    }),
    "}",
  ];
}

const visitorsText = (most: number): readonly string[] => [
  "# Visitors that are made beforehand, and at most.",
  `visitors = (${Math.ceil(most * READY_SHARE)}, ${most})`,
];

function executorLines(workload: Workload, executor: Executor): readonly string[] {
  const pause = Math.round(constantPause(pauseAfterVisit(executor)) * 1000);
  const pauseLines = pause === 0 ? [] : [`pause_ms = ${pause}  # after a visit`];
  switch (executor.kind) {
    case "arrival-trace":
      return [
        `visits = table(${pythonText(VISITS_FILE)})  # with the instant of each`,
        ...visitorsText(traceUsers(workload)),
        `seconds = ${totalSeconds(wholeProfile(workload))}`,
      ];
    case "virtual-users":
      return [
        `visits = rows(${pythonText(VISITS_FILE)})`,
        "# Of all processes together; the warm-up is part of it.",
        `start_users = ${executor.startUsers}`,
        "stages = [",
        ...executor.stages.map(
          (stage) => `    (${stage.durationSeconds}, ${stage.users}),  # ${oneLine(stage.label)}`,
        ),
        "]",
        ...pauseLines,
      ];
    case "iterations-per-user":
      return [
        `visits = rows(${pythonText(VISITS_FILE)})`,
        `users = ${executor.users}  # of all processes together`,
        `iterations = ${executor.iterations}  # visits of each`,
        `max_seconds = ${executor.maxSeconds}`,
        ...pauseLines,
      ];
    case "external-rate":
      return [
        `visits = rows(${pythonText(VISITS_FILE)})`,
        `control = ${pythonText(executor.control)}  # says the visits per second of all processes together`,
        `start_rate = ${executor.startRatePerSecond}`,
        `max_rate = ${executor.maxRatePerSecond}`,
        `seconds = ${executor.durationSeconds}`,
        ...visitorsText(planWorkload(workload).users),
      ];
  }
}

/** The class that starts the visits. */
export function planLines(workload: Workload): readonly string[] {
  const { executor, journeys } = workload;
  const name = pascalCase(workload.scenario);
  const lines =
    executor === undefined
      ? [`class ${name}Arrivals(OpenModel):`, ...indent(openLines(workload), 4)]
      : [
          `class ${name}Plan(${PLANS[executor.kind]}):`,
          `    journeys = (${journeys.map(visitClass).join(", ")}${journeys.length === 1 ? "," : ""})`,
          ...indent(executorLines(workload, executor), 4),
        ];
  return [
    ...lines,
    ...(workload.cookies === "user"
      ? ["    keeps_cookies = True  # a user is one person for the whole test"]
      : []),
    `    grace_seconds = ${gracefulStopSeconds(journeys)}`,
  ];
}
