import { neededRanks } from "../analysis/quantiles";
import type { JourneyFigures, RequestFigures, StepFigures } from "../analysis/summary";
import { literal, type Row, type SqlEngine } from "./engine";
import { sampleSource } from "./sample-histogram";

/** Instants in microseconds since the epoch; the end is exclusive. */
export interface TimeWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

export interface SampleFigures {
  readonly overall: RequestFigures;
  readonly journeys: readonly JourneyFigures[];
}

/** SQL condition: started within the window. */
export function startedWithin({ fromUs, toUs }: TimeWindow): string {
  return `startedAtUs >= ${Math.round(fromUs)} AND startedAtUs < ${Math.round(toUs)}`;
}

/** SQL condition, behind others: of these generators alone; of all when absent. */
const sentBy = (generators: readonly string[] | undefined): string =>
  generators === undefined ? "" : ` AND generator IN (${["", ...generators].map(literal).join(", ")})`;

/** One set of requests; which of journey and step mean anything depends on the level. */
interface Group {
  readonly level: Level;
  readonly journey: string;
  readonly step: string;
  readonly requests: number;
  readonly errors: number;
  readonly meanUs: number | null;
  readonly minUs: number | null;
  readonly maxUs: number | null;
}

/** What the rows are grouped by, as SQL. */
const LEVELS = {
  overall: { journey: "''", step: "''" },
  journey: { journey: "journey", step: "''" },
  step: { journey: "journey", step: "step" },
} as const;

type Level = keyof typeof LEVELS;

const ALL_LEVELS: readonly Level[] = ["overall", "journey", "step"];

const keyOf = (level: Level, journey: string, step: string): string => JSON.stringify([level, journey, step]);

/**
 * Counts and exact order statistics over all rows of all generators that started within the window. Durations are whole
 * microseconds, so counting equal ones (a histogram with one bin a value) loses nothing and is far smaller than the rows; every
 * level is rolled up from it.
 * @param generators of these alone @default all
 */
export async function querySampleFigures(
  engine: SqlEngine,
  files: readonly string[],
  window: TimeWindow,
  probabilities: readonly number[],
  generators?: readonly string[],
): Promise<SampleFigures> {
  if (files.length === 0) return { overall: NOTHING, journeys: [] };
  await engine.run(`CREATE OR REPLACE TEMP TABLE histogram AS
    SELECT coalesce(journey, '') AS journey, coalesce(step, '') AS step,
      CASE WHEN ok THEN durationUs END AS durationUs, count(*) AS n
    FROM ${sampleSource(files)} WHERE ${startedWithin(window)}${sentBy(generators)} GROUP BY ALL`);
  try {
    const groups: Group[] = [];
    const ranks = new Map<string, Map<number, number>>();
    for (const level of ALL_LEVELS) {
      const ofLevel = await queryGroups(engine, level);
      groups.push(...ofLevel);
      for (const [key, found] of await queryRanks(engine, level, ofLevel, probabilities))
        ranks.set(key, found);
    }
    return arrange(groups, ranks);
  } finally {
    await engine.run("DROP TABLE histogram");
  }
}

const NOTHING: RequestFigures = {
  requests: 0,
  errors: 0,
  meanUs: null,
  minUs: null,
  maxUs: null,
  durationUsByRank: new Map(),
};

async function queryGroups(engine: SqlEngine, level: Level): Promise<Group[]> {
  const { journey, step } = LEVELS[level];
  const rows = await engine.rows(`
    SELECT ${journey} AS journey, ${step} AS step, sum(n)::BIGINT AS requests,
      coalesce(sum(n) FILTER (durationUs IS NULL), 0)::BIGINT AS errors,
      (sum(durationUs::HUGEINT * n) / sum(n) FILTER (durationUs IS NOT NULL))::DOUBLE AS meanUs,
      min(durationUs) AS minUs, max(durationUs) AS maxUs
    FROM histogram GROUP BY 1, 2`);
  return rows.map((row: Row) => ({
    level,
    journey: row.text("journey"),
    step: row.text("step"),
    requests: row.number("requests"),
    errors: row.number("errors"),
    meanUs: row.numberOrNull("meanUs"),
    minUs: row.numberOrNull("minUs"),
    maxUs: row.numberOrNull("maxUs"),
  }));
}

/** Duration at each needed rank: the smallest value with more than `rank` successful requests at or below it. */
async function queryRanks(
  engine: SqlEngine,
  level: Level,
  groups: readonly Group[],
  probabilities: readonly number[],
): Promise<Map<string, Map<number, number>>> {
  const wanted = groups.flatMap((group) => {
    const ranks = new Set(probabilities.flatMap((probability) => neededRanks(group, probability)));
    return [...ranks].map((rank) => `(${literal(group.journey)}, ${literal(group.step)}, ${rank}::BIGINT)`);
  });
  const found = new Map<string, Map<number, number>>();
  if (wanted.length === 0) return found;
  const { journey, step } = LEVELS[level];
  const rows = await engine.rows(`
    WITH wanted(journey, step, rank) AS (VALUES ${wanted.join(", ")}),
    counted AS (
      SELECT ${journey} AS journey, ${step} AS step, durationUs, sum(n) AS n
      FROM histogram WHERE durationUs IS NOT NULL GROUP BY ALL
    ),
    cumulative AS (
      SELECT journey, step, durationUs,
        sum(n) OVER (PARTITION BY journey, step ORDER BY durationUs)::BIGINT AS seen
      FROM counted
    )
    SELECT wanted.journey, wanted.step, wanted.rank, cumulative.durationUs
    FROM wanted ASOF JOIN cumulative
      ON wanted.journey = cumulative.journey AND wanted.step = cumulative.step AND wanted.rank < cumulative.seen`);
  for (const row of rows) {
    const key = keyOf(level, row.text("journey"), row.text("step"));
    const byRank = found.get(key) ?? new Map<number, number>();
    byRank.set(row.number("rank"), row.number("durationUs"));
    found.set(key, byRank);
  }
  return found;
}

function arrange(groups: readonly Group[], ranks: ReadonlyMap<string, Map<number, number>>): SampleFigures {
  const figures = (group: Group): RequestFigures => ({
    requests: group.requests,
    errors: group.errors,
    meanUs: group.meanUs,
    minUs: group.minUs,
    maxUs: group.maxUs,
    durationUsByRank: ranks.get(keyOf(group.level, group.journey, group.step)) ?? new Map(),
  });
  const overall = groups.find(({ level }) => level === "overall");
  const journeys = groups
    .filter(({ level }) => level === "journey")
    .sort((a, b) => byCodePoint(a.journey, b.journey))
    .map((group): JourneyFigures => {
      const steps = groups
        .filter(({ level, journey }) => level === "step" && journey === group.journey)
        .sort((a, b) => byCodePoint(a.step, b.step));
      return {
        journey: group.journey,
        ...figures(group),
        steps: steps.map((step): StepFigures => ({ step: step.step, ...figures(step) })),
      };
    });
  return { overall: overall === undefined ? NOTHING : figures(overall), journeys };
}

/** The same order on every machine, whatever its locale. */
function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
