import { totalSeconds } from "../../arrival";
import { type ArrivalShare, arrivalsOfShare } from "../../arrival-shares";
import type { Feeder, Journey, Step, Workload } from "../../model";
import { journeyProfile } from "../../plan";
import { httpSteps } from "../step-facts";
import { choice, type Draw, integer, randomPause, randomStream, zipf } from "./random";

/** More rows than this are not written; the tools then begin again with the first. */
export const MAX_DATA_ROWS = 200_000;

/** One column of a journey's data: drawn for each arrival. */
interface Column {
  readonly name: string;
  readonly draw: Draw<string>;
}

/** Name of the column that holds the pause after a step, milliseconds. */
export const pauseColumn = (step: Step): string => `pause_ms_${step.name.replaceAll("-", "_")}`;

/** What a feeder draws; undefined where each tool makes it itself (it depends on the generator). */
export function feederDraw(feeder: Feeder): Draw<string> | undefined {
  switch (feeder.kind) {
    case "random-int": {
      const draw = integer(feeder.min, feeder.max);
      return (random) => String(draw(random));
    }
    case "zipf": {
      const draw = zipf(feeder.min, feeder.max, feeder.exponent);
      return (random) => String(draw(random));
    }
    case "choice":
      return choice(feeder.values, feeder.weights ?? feeder.values.map(() => 1));
    case "unique-id":
    case "table":
      return undefined;
  }
}

/** In the order in which a rendered k6 script draws them, from the same stream. */
function columnsOf(journey: Journey): readonly Column[] {
  return [
    ...(journey.feeders ?? []).flatMap((feeder) => {
      const draw = feederDraw(feeder);
      return draw === undefined ? [] : [{ name: feeder.name, draw }];
    }),
    ...journey.steps.flatMap((step) => {
      const draw = step.thinkTime === undefined ? undefined : randomPause(step.thinkTime);
      return draw === undefined
        ? []
        : [
            {
              name: pauseColumn(step),
              draw: (random: () => number) => String(Math.round(draw(random) * 1000)),
            },
          ];
    }),
  ];
}

/** Columns of a journey's data file; empty: it needs none. */
export function dataColumns(journey: Journey): readonly string[] {
  return columnsOf(journey).map(({ name }) => name);
}

/** Variables of a journey that hold integers: they need no escaping in paths and bodies. */
export function integerVariables(journey: Journey): ReadonlySet<string> {
  const numbers = new Set(
    (journey.feeders ?? [])
      .filter(({ kind }) => kind === "random-int" || kind === "zipf")
      .map(({ name }) => name),
  );
  for (const step of httpSteps(journey)) for (const { name } of step.extract ?? []) numbers.delete(name);
  return numbers;
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
  const columns = journey === undefined ? [] : columnsOf(journey);
  if (columns.length === 0) return undefined;
  const profile = journeyProfile(workload, index);
  const arrivals = arrivalsOfShare(profile, share, 0, totalSeconds(profile));
  const rows = Math.min(Math.max(arrivals, 1), MAX_DATA_ROWS);
  const lines = [columns.map(({ name }) => name).join(",")];
  for (let row = 0; row < rows; row += 1) {
    const random = randomStream(workload.seed, index, row * share.count + share.index);
    lines.push(columns.map(({ draw }) => cell(draw(random))).join(","));
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
