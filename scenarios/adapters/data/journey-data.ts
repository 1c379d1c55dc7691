import { totalSeconds } from "../../arrival";
import { type ArrivalShare, arrivalsOfShare } from "../../arrival-shares";
import {
  type Chain,
  type Extraction,
  type Feeder,
  isHttpStep,
  type Journey,
  type Step,
  type TableMode,
  type Workload,
} from "../../model";
import { journeyProfile } from "../../plan";
import { readTable } from "../../tables";
import { templateVariables } from "../../templates";
import { templatesOf } from "../step-facts";
import { chainPath } from "./chain-path";
import {
  columnName,
  eachColumn,
  PATH_COLUMN,
  pauseColumn,
  pickColumn,
  SEPARATOR,
  stepColumn,
} from "./column-names";
import { choice, integer, type RandomStream, randomPause, randomStream, zipf } from "./random";

/** More rows than this are not written; the tools then begin again with the first. */
export const MAX_DATA_ROWS = 200_000;

/** Which arrival a row is for. */
export interface Arrival {
  /** Of the whole fleet, from 0. */
  readonly number: number;
  /** Of this generator, from 0. */
  readonly here: number;
  readonly share: ArrivalShare;
  readonly random: RandomStream;
}

/** Some columns of a journey's data, drawn together for each arrival. */
export interface Source {
  readonly names: readonly string[];
  draw(arrival: Arrival): readonly string[];
}

/** Which row of a table an arrival gets: as in rendered k6 scripts, whatever the tool. Unique ones have been counted before. */
function tableRow(mode: TableMode, rowCount: number, { number, here, share, random }: Arrival): number {
  switch (mode) {
    case "unique":
    case "sequential":
      return number % rowCount;
    case "random":
      return Math.floor(random() * rowCount);
    case "split": {
      const own = Math.max(1, Math.ceil((rowCount - share.index) / share.count));
      return share.index + (here % own) * share.count;
    }
  }
}

/** What a feeder gives; undefined where each tool makes it itself (it depends on the generator). */
export function feederSource(feeder: Feeder): Source | undefined {
  const one = (draw: (random: RandomStream) => string): Source => ({
    names: [feeder.name],
    draw: ({ random }) => [draw(random)],
  });
  switch (feeder.kind) {
    case "random-int": {
      const draw = integer(feeder.min, feeder.max);
      return one((random) => String(draw(random)));
    }
    case "zipf": {
      const draw = zipf(feeder.min, feeder.max, feeder.exponent);
      return one((random) => String(draw(random)));
    }
    case "choice":
      return one(choice(feeder.values, feeder.weights ?? feeder.values.map(() => 1)));
    case "unique-id":
      return undefined;
    case "table": {
      const { columns, rows } = readTable(feeder.file);
      return {
        names: columns.map((column) => columnName(`${feeder.name}.${column}`)),
        draw: (arrival) => {
          const row = rows[tableRow(feeder.mode, rows.length, arrival)];
          return columns.map((column) => row?.[column] ?? "");
        },
      };
    }
  }
}

/** Feeders that are drawn anew for a step, and used there. */
export function redrawnFeeders(journey: Journey, step: Step): readonly Feeder[] {
  const used = new Set(templatesOf(step).flatMap(templateVariables));
  // An id is the same for the whole visit.
  return (journey.feeders ?? []).filter(
    (feeder) => feeder.per === "step" && feeder.kind !== "unique-id" && used.has(feeder.name),
  );
}

/** Extractions of a step that take one of several values by chance. */
const randomPicks = (step: Step): readonly Extraction[] =>
  isHttpStep(step)
    ? (step.extract ?? []).filter((extraction) => "pick" in extraction && extraction.pick === "random")
    : [];

/** What is drawn when a step is made, in the order in which a rendered k6 script draws it. */
function stepSources(journey: Journey, step: Step): readonly Source[] {
  return [
    ...redrawnFeeders(journey, step).flatMap((feeder) => {
      const source = feederSource(feeder);
      return source === undefined ? [] : [{ ...source, names: [stepColumn(feeder.name, step)] }];
    }),
    ...randomPicks(step).map(
      (extraction): Source => ({
        names: [pickColumn(extraction.name, step)],
        draw: ({ random }) => [String(random())],
      }),
    ),
  ];
}

/** Columns of what is drawn anew when a step is made. */
export const redrawnColumns = (journey: Journey, step: Step): readonly string[] =>
  stepSources(journey, step).flatMap(({ names }) => names);

function pauseSources(step: Step): readonly Source[] {
  const draw = step.thinkTime === undefined ? undefined : randomPause(step.thinkTime);
  return draw === undefined
    ? []
    : [{ names: [pauseColumn(step)], draw: ({ random }) => [String(Math.round(draw(random) * 1000))] }];
}

/**
 * The way of a visit through a chain, and for everything that is drawn anew at a step the values of all times that it is made: percent-
 * encoded, with a separator between them.
 */
function chainSource(journey: Journey, chain: Chain): Source {
  const path = chainPath(journey, chain);
  const ofStep = new Map(journey.steps.map((step) => [step.name, stepSources(journey, step)]));
  const names = [...ofStep.values()].flatMap((sources) => sources.flatMap((source) => source.names));
  return {
    names: [PATH_COLUMN, ...names.map(eachColumn)],
    draw: (arrival) => {
      const values = new Map(names.map((name): [string, string[]] => [name, []]));
      const words = path(arrival.random, (step) => {
        for (const source of ofStep.get(step.name) ?? []) {
          source.draw(arrival).forEach((value, at) => {
            values.get(source.names[at] ?? "")?.push(encodeURIComponent(value));
          });
        }
      });
      return [words.join(SEPARATOR), ...names.map((name) => (values.get(name) ?? []).join(SEPARATOR))];
    },
  };
}

/** In the order in which a rendered k6 script draws them, from the same stream. */
export function sourcesOf(journey: Journey): readonly Source[] {
  const { chain, feeders = [], steps } = journey;
  return [
    ...feeders.flatMap((feeder) =>
      feeder.per === "step" || feeder.per === "user" ? [] : (feederSource(feeder) ?? []),
    ),
    ...(chain === undefined
      ? steps.flatMap((step) => [...stepSources(journey, step), ...pauseSources(step)])
      : [chainSource(journey, chain)]),
  ];
}

/** Columns of a journey's data file; empty: it needs none. */
export function dataColumns(journey: Journey): readonly string[] {
  return sourcesOf(journey).flatMap(({ names }) => names);
}

export const cell = (value: string): string =>
  /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** Name of a journey's data file, relative to the script. */
export const dataFileName = (journey: Journey): string => `data/${journey.name}.csv`;

/**
 * The data of one generator's arrivals of a journey as CSV: the k-th row is for its k-th arrival, which is arrival k x count + index of
 * the fleet. Whatever tool reads it, an arrival has the data it has in k6. Undefined where the journey needs none.
 */
export function journeyDataCsv(workload: Workload, index: number, share: ArrivalShare): string | undefined {
  const journey = workload.journeys[index];
  const sources = journey === undefined ? [] : sourcesOf(journey);
  if (sources.length === 0) return undefined;
  const profile = journeyProfile(workload, index);
  const arrivals = arrivalsOfShare(profile, share, 0, totalSeconds(profile));
  const rows = Math.min(Math.max(arrivals, 1), MAX_DATA_ROWS);
  const lines = [sources.flatMap(({ names }) => names).join(",")];
  for (let here = 0; here < rows; here += 1) {
    const number = here * share.count + share.index;
    const arrival = { number, here, share, random: randomStream(workload.seed, index, number) };
    lines.push(sources.flatMap((source) => source.draw(arrival).map(cell)).join(","));
  }
  return `${lines.join("\n")}\n`;
}
