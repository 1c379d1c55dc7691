import { peakRate } from "../../arrival";
import type { ArrivalShare } from "../../arrival-shares";
import { type Executor, TRACE_LEAD_SECONDS } from "../../executor";
import { executorSeconds, visitsOf } from "../../executor-plan";
import type { Feeder, Journey, ThinkTime, Workload } from "../../model";
import { journeyProfile, perVisit, planWorkload, thinkSeconds, virtualUsersFor } from "../../plan";
import {
  type Arrival,
  cell,
  dataFileName,
  feederSource,
  journeyDataCsv,
  MAX_DATA_ROWS,
  type Source,
  sourcesOf,
} from "./journey-data";
import { randomPause, randomStream } from "./random";

/**
 * Data of workloads with an executor: visits of all journeys are counted together there, as in the one k6 scenario that starts them, and
 * one file has a row for each.
 */
export const VISITS_FILE = "data/visits.csv";
/** Which journey the visit makes. */
export const JOURNEY_COLUMN = "journey";
/** When an arrival of a trace is due, milliseconds since the start. */
export const DUE_COLUMN = "due_ms";
/** The pause after a visit where it is drawn, milliseconds. */
export const VISIT_PAUSE_COLUMN = "pause_ms_after_visit";

/** Shortest time that a visit is taken to need, for the number of rows: response times are not known. */
const SHORTEST_VISIT_SECONDS = 0.02;
const LEAST_ROWS = 100;

/** Users of one generator of several: the first have one more where it does not come out even. */
export function shareOfUsers(users: number, index: number, count: number): number {
  return Math.floor(users / count) + (index < users % count ? 1 : 0);
}

/** Generators beyond this would have nothing to do. */
export function mostShares({ executor }: Workload): number {
  switch (executor?.kind) {
    case "arrival-trace":
      return Math.max(1, executor.atSeconds.length);
    case "iterations-per-user":
      return Math.max(1, executor.users);
    case "virtual-users":
      return Math.max(1, executor.startUsers, ...executor.stages.map(({ users }) => users));
    case "external-rate":
    case undefined:
      return Number.POSITIVE_INFINITY;
  }
}

/** Virtual users of a journey in the whole fleet, at most. With an executor they are the same ones for all journeys. */
export function virtualUserCount(workload: Workload, index: number): number {
  const { executor, journeys } = workload;
  if (executor !== undefined && executor.kind !== "arrival-trace") return planWorkload(workload).users;
  if (executor !== undefined) return traceUsers(workload);
  const journey = journeys[index];
  return journey === undefined
    ? 0
    : virtualUsersFor(journey, peakRate(journeyProfile(workload, index)), 1).maximum;
}

/** Visits of a trace that may be under way at once. */
export function traceUsers(workload: Workload): number {
  return workload.journeys.reduce(
    (sum, journey, index) =>
      sum + virtualUsersFor(journey, peakRate(journeyProfile(workload, index)), 1).maximum,
    0,
  );
}

/** Rows for the visits of one generator: as many as there are where that is known, else as many as quick responses would make. */
function visitCount(workload: Workload, executor: Executor, share: ArrivalShare): number {
  switch (executor.kind) {
    case "arrival-trace": {
      const end = executorSeconds(executor);
      const within = executor.atSeconds.filter((at) => at < end).length;
      return Math.max(0, Math.ceil((within - share.index) / share.count));
    }
    case "iterations-per-user":
      return Math.min(
        MAX_DATA_ROWS,
        shareOfUsers(executor.users, share.index, share.count) * executor.iterations,
      );
    case "virtual-users":
    case "external-rate": {
      const pauses = perVisit(workload.journeys, thinkSeconds);
      const whole = { ...executor, warmupSeconds: 0 };
      // Requests take no time here: what is left are the pauses.
      const thinking = { thinkSeconds: Math.max(pauses, SHORTEST_VISIT_SECONDS), requests: 0 };
      const visits =
        executor.kind === "external-rate"
          ? executor.maxRatePerSecond * executor.durationSeconds
          : (visitsOf(whole, thinking)?.measured ?? 0);
      return Math.min(MAX_DATA_ROWS, Math.max(LEAST_ROWS, Math.ceil(visits / share.count)));
    }
  }
}

/** The journey of each visit: as recorded, or by the weights, from the stream of a rendered k6 script. */
function journeyOf(workload: Workload, executor: Executor, number: number): number {
  const { journeys, seed } = workload;
  const recorded = executor.kind === "arrival-trace" ? executor.journeys?.[number] : undefined;
  if (recorded !== undefined) {
    const found = journeys.findIndex(({ name }) => name === recorded);
    return Math.max(0, found);
  }
  let left = randomStream(seed, -1, number)() * journeys.reduce((sum, { weight }) => sum + weight, 0);
  let index = 0;
  while (index + 1 < journeys.length) {
    left -= journeys[index]?.weight ?? 0;
    if (left < 0) break;
    index += 1;
  }
  return index;
}

/** The pause between two visits of a virtual user, where the executor has one. */
export const pauseAfterVisit = (executor: Executor): ThinkTime | undefined =>
  "pause" in executor ? executor.pause : undefined;

interface Column {
  readonly name: string;
  draw(arrival: Arrival): string;
}

/** What the executor itself needs of each visit. */
function executorColumns(workload: Workload, executor: Executor): readonly Column[] {
  if (executor.kind === "arrival-trace") {
    return [
      {
        name: DUE_COLUMN,
        draw: ({ number }) =>
          String(Math.round((TRACE_LEAD_SECONDS + (executor.atSeconds[number] ?? 0)) * 1000)),
      },
    ];
  }
  const pause = pauseAfterVisit(executor);
  const draw = pause === undefined ? undefined : randomPause(pause);
  return draw === undefined
    ? []
    : [
        {
          name: VISIT_PAUSE_COLUMN,
          draw: ({ number }) => String(Math.round(draw(randomStream(workload.seed, -2, number)) * 1000)),
        },
      ];
}

/**
 * The visits of one generator, a row each, as CSV: the k-th row is for visit k x count + index of the fleet. A column that is not of the
 * visit's journey is empty.
 */
export function visitsCsv(workload: Workload, executor: Executor, share: ArrivalShare): string {
  const { journeys, seed } = workload;
  const own = executorColumns(workload, executor);
  const sources = journeys.map((journey) => sourcesOf(journey));
  const names = [...new Set(sources.flatMap((of) => of.flatMap((source) => source.names)))];
  const lines = [[JOURNEY_COLUMN, ...own.map(({ name }) => name), ...names].join(",")];
  const count = visitCount(workload, executor, share);
  for (let here = 0; here < count; here += 1) {
    const number = here * share.count + share.index;
    const index = journeyOf(workload, executor, number);
    const arrival: Arrival = { number, here, share, random: randomStream(seed, index, number) };
    const values = new Map(
      (sources[index] ?? []).flatMap((source: Source) =>
        source.draw(arrival).map((value, at): [string, string] => [source.names[at] ?? "", value]),
      ),
    );
    lines.push(
      [
        journeys[index]?.name ?? "",
        ...own.map((column) => column.draw(arrival)),
        ...names.map((name) => cell(values.get(name) ?? "")),
      ].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}

const ofUser = (feeder: Feeder): boolean => feeder.per === "user" && feeder.kind !== "unique-id";

/** Whether a virtual user has data that it keeps for all of its visits. */
export const hasUserData = (journey: Journey): boolean => (journey.feeders ?? []).some(ofUser);

/** Name of the file with a row for each virtual user of a journey. */
export const usersFileName = (journey: Journey): string => `data/${journey.name}-users.csv`;

/** What each virtual user of one generator keeps, as CSV: from streams that are no arrival's, as in rendered k6 scripts. */
function usersCsv(workload: Workload, index: number, share: ArrivalShare): string | undefined {
  const journey = workload.journeys[index];
  const sources = (journey?.feeders ?? []).filter(ofUser).flatMap((feeder) => feederSource(feeder) ?? []);
  if (sources.length === 0) return undefined;
  const count = Math.ceil(virtualUserCount(workload, index) / share.count);
  const lines = [sources.flatMap(({ names }) => names).join(",")];
  for (let here = 0; here < Math.min(Math.max(1, count), MAX_DATA_ROWS); here += 1) {
    const number = here * share.count + share.index;
    lines.push(
      sources
        .flatMap((source) => {
          // A stream for each feeder: it is drawn by itself, when it is first used.
          const random = randomStream(workload.seed, -1 - index, number);
          return source.draw({ number, here, share, random }).map(cell);
        })
        .join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** All data files of one generator, by name. */
export function dataFiles(workload: Workload, share: ArrivalShare): Readonly<Record<string, string>> {
  const { executor, journeys } = workload;
  const files = [
    ...(executor === undefined
      ? journeys.map(
          (journey, index) => [dataFileName(journey), journeyDataCsv(workload, index, share)] as const,
        )
      : [[VISITS_FILE, visitsCsv(workload, executor, share)] as const]),
    ...journeys.map((journey, index) => [usersFileName(journey), usersCsv(workload, index, share)] as const),
  ];
  return Object.fromEntries(files.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}
