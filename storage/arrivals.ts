import type { SqlEngine } from "./engine";
import { parquetSource } from "./parquet-table";
import type { TimeWindow } from "./sample-figures";

export interface SliceOptions {
  /** Where slice 0 starts, microseconds since the epoch. */
  readonly originUs: number;
  readonly sliceSeconds: number;
}

/** Journey arrivals of a window, all generators and journeys together. */
export interface ArrivalCounts {
  readonly started: number;
  readonly dropped: number;
  readonly completed: number;
}

const SECOND_US = 1_000_000;

interface SecondCounts extends ArrivalCounts {
  /** Empty where journeys are counted together. */
  readonly journey: string;
  readonly atUs: number;
}

async function querySeconds(
  engine: SqlEngine,
  files: readonly string[],
  journey: "journey" | "''" = "''",
): Promise<readonly SecondCounts[]> {
  const rows = await engine.rows(`
    SELECT ${journey} AS journey, atUs, sum(started)::BIGINT AS started, sum(dropped)::BIGINT AS dropped,
           sum(completed)::BIGINT AS completed
    FROM ${parquetSource(files)} GROUP BY ALL ORDER BY atUs, journey`);
  return rows.map((row) => ({
    journey: row.text("journey"),
    atUs: row.number("atUs"),
    started: row.number("started"),
    dropped: row.number("dropped"),
    completed: row.number("completed"),
  }));
}

/**
 * Arrivals within a window. The counts are per second of the clock and a window may begin amid one: such a second counts by the
 * part that lies within. Rounded to whole arrivals.
 */
export async function queryArrivalCounts(
  engine: SqlEngine,
  files: readonly string[],
  window: TimeWindow,
): Promise<ArrivalCounts | null> {
  return files.length === 0 ? null : within(await querySeconds(engine, files), window);
}

/** Arrivals begun in one second of the clock. */
export interface SecondArrivals {
  /** Start of the second, microseconds since the epoch. */
  readonly atUs: number;
  readonly started: number;
}

/** Arrivals of every second that lies wholly within the window and has any, in order; null when the tool does not tell iterations. */
export async function querySecondArrivals(
  engine: SqlEngine,
  files: readonly string[],
  window: TimeWindow,
): Promise<readonly SecondArrivals[] | null> {
  if (files.length === 0) return null;
  return (await querySeconds(engine, files)).filter(
    ({ atUs }) => atUs >= window.fromUs && atUs + SECOND_US <= window.toUs,
  );
}

/** As {@link queryArrivalCounts}, each journey by itself. */
export async function queryJourneyArrivals(
  engine: SqlEngine,
  files: readonly string[],
  window: TimeWindow,
): Promise<ReadonlyMap<string, ArrivalCounts> | null> {
  if (files.length === 0) return null;
  const seconds = await querySeconds(engine, files, "journey");
  const names = new Set(seconds.map(({ journey }) => journey));
  return new Map(
    [...names].map((name) => [
      name,
      within(
        seconds.filter(({ journey }) => journey === name),
        window,
      ),
    ]),
  );
}

function within(seconds: readonly SecondCounts[], window: TimeWindow): ArrivalCounts {
  const total = { started: 0, dropped: 0, completed: 0 };
  for (const second of seconds) {
    const lengthUs = Math.min(window.toUs, second.atUs + SECOND_US) - Math.max(window.fromUs, second.atUs);
    if (lengthUs <= 0) continue;
    total.started += (second.started * lengthUs) / SECOND_US;
    total.dropped += (second.dropped * lengthUs) / SECOND_US;
    total.completed += (second.completed * lengthUs) / SECOND_US;
  }
  return {
    started: Math.round(total.started),
    dropped: Math.round(total.dropped),
    completed: Math.round(total.completed),
  };
}

/** Started arrivals per timeline slice, a second that spans two slices split between them; undefined when nothing is known. */
export async function queryArrivalsPerSlice(
  engine: SqlEngine,
  files: readonly string[],
  { originUs, sliceSeconds }: SliceOptions,
): Promise<ReadonlyMap<number, number> | undefined> {
  if (files.length === 0) return undefined;
  const sliceUs = sliceSeconds * SECOND_US;
  const slices = new Map<number, number>();
  const add = (slice: number, arrivals: number): void => {
    if (arrivals > 0) slices.set(slice, (slices.get(slice) ?? 0) + arrivals);
  };
  for (const { atUs, started } of await querySeconds(engine, files)) {
    const slice = Math.floor((atUs - originUs) / sliceUs);
    const nextSliceUs = originUs + (slice + 1) * sliceUs;
    const before = Math.min(1, (nextSliceUs - atUs) / SECOND_US);
    add(slice, started * before);
    add(slice + 1, started * (1 - before));
  }
  return slices;
}
