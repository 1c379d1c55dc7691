import { totalSeconds } from "../../arrival";
import { type ArrivalShare, arrivalsOfShare } from "../../arrival-shares";
import type { Feeder, Journey, Step, TableMode, Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { readTable } from "../../tables";
import { choice, integer, type RandomStream, randomPause, randomStream, zipf } from "./random";
import { columnName } from "./variables";

export { integerVariables } from "../k6/feeder-text";

/** More rows than this are not written; the tools then begin again with the first. */
export const MAX_DATA_ROWS = 200_000;

/** Which arrival a row is for. */
interface Arrival {
  /** Of the whole fleet, from 0. */
  readonly number: number;
  /** Of this generator, from 0. */
  readonly here: number;
  readonly share: ArrivalShare;
  readonly random: RandomStream;
}

/** Some columns of a journey's data, drawn together for each arrival. */
interface Source {
  readonly names: readonly string[];
  draw(arrival: Arrival): readonly string[];
}

/** Name of the column that holds the pause after a step, milliseconds. */
export const pauseColumn = (step: Step): string => `pause_ms_${step.name.replaceAll("-", "_")}`;

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

/** In the order in which a rendered k6 script draws them, from the same stream. */
function sourcesOf(journey: Journey): readonly Source[] {
  return [
    ...(journey.feeders ?? []).flatMap((feeder) => feederSource(feeder) ?? []),
    ...journey.steps.flatMap((step) => {
      const draw = step.thinkTime === undefined ? undefined : randomPause(step.thinkTime);
      return draw === undefined
        ? []
        : [
            {
              names: [pauseColumn(step)],
              draw: ({ random }: Arrival) => [String(Math.round(draw(random) * 1000))],
            },
          ];
    }),
  ];
}

/** Columns of a journey's data file; empty: it needs none. */
export function dataColumns(journey: Journey): readonly string[] {
  return sourcesOf(journey).flatMap(({ names }) => names);
}

const cell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

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

/** The data files of all journeys, by name. */
export function dataFiles(workload: Workload, share: ArrivalShare): Readonly<Record<string, string>> {
  return Object.fromEntries(
    workload.journeys.flatMap((journey, index) => {
      const text = journeyDataCsv(workload, index, share);
      return text === undefined ? [] : [[dataFileName(journey), text] as const];
    }),
  );
}
