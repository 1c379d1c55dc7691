import { identifier, literal, RunStore, type SAMPLE_COLUMNS } from "../../storage";

export interface BenchRun {
  readonly folder: string;
  readonly rows: number;
  readonly runStartedAtUs: number;
  readonly measuredFromUs: number;
  readonly measuredToUs: number;
}

export const GENERATORS = 8;
const WARMUP_SECONDS = 30;
const MEASURED_SECONDS = 570;
const STARTED_AT_US = 1_760_000_000_000_000;

/** Journeys with their share of requests, and steps with median and log standard deviation of their durations in ms. */
const JOURNEYS = [
  {
    name: "browse",
    share: 0.4,
    steps: [
      ["home", 4, 0.4],
      ["category", 9, 0.5],
      ["next-page", 11, 0.5],
    ],
  },
  {
    name: "search",
    share: 0.3,
    steps: [
      ["form", 3, 0.4],
      ["results", 35, 0.7],
      ["filter", 42, 0.7],
    ],
  },
  {
    name: "product",
    share: 0.2,
    steps: [
      ["page", 12, 0.6],
      ["reviews", 18, 0.6],
      ["stock", 7, 0.5],
    ],
  },
  {
    name: "checkout",
    share: 0.1,
    steps: [
      ["cart", 15, 0.5],
      ["address", 22, 0.5],
      ["pay", 120, 0.6],
    ],
  },
] as const;

/** One request in two thousand fails, one in fifty waits behind something: its time is ten times as long. */
const FAILED_EVERY = 2000;
const SLOW_SHARE = 0.02;

/** Uniform in (0, 1) from row number, seed and a stream number: the same rows on every run. */
const uniform = (stream: number, seed: number): string =>
  `((hash(i, ${seed}, ${stream}) >> 11)::DOUBLE + 0.5) / 9007199254740992.0`;

/** CASE expression over the rows' journey draw `uj` and step draw `us`. */
function pick(value: (journey: (typeof JOURNEYS)[number], step: number) => string): string {
  let below = 0;
  const branches = JOURNEYS.flatMap((journey) => {
    below += journey.share;
    const limit = below.toFixed(6);
    return journey.steps.map(
      (_, step) => `WHEN uj < ${limit} AND us < ${((step + 1) / 3).toFixed(6)} THEN ${value(journey, step)}`,
    );
  });
  const last = JOURNEYS[JOURNEYS.length - 1];
  return `CASE ${branches.join(" ")} ELSE ${last === undefined ? "NULL" : value(last, 2)} END`;
}

const stepOf = (journey: (typeof JOURNEYS)[number], step: number): readonly [string, number, number] =>
  journey.steps[step] ?? journey.steps[0];

function generatorSql(generator: number, rows: number, seed: number): string {
  const perSecond = rows / (WARMUP_SECONDS + MEASURED_SECONDS);
  const columns: Record<keyof typeof SAMPLE_COLUMNS, string> = {
    campaign: literal("bench"),
    run: literal("run-1"),
    side: literal("single"),
    replicate: "0",
    generator: literal(`generator-${generator + 1}`),
    scenario: literal("load"),
    journey: pick(({ name }) => literal(name)),
    step: pick((journey, step) => literal(stepOf(journey, step)[0])),
    scheduledAtUs: "NULL",
    startedAtUs: `${STARTED_AT_US} + floor(i / ${perSecond} * 1e6)::BIGINT`,
    durationUs: "durationUs",
    firstByteUs: "(durationUs * 0.9)::BIGINT",
    status: `CASE WHEN i % ${FAILED_EVERY} = 7 THEN 503 ELSE 200 END`,
    ok: `i % ${FAILED_EVERY} <> 7`,
    error: `CASE WHEN i % ${FAILED_EVERY} = 7 THEN 'http-5xx' END`,
    bytes: "(500 + 40000 * us)::BIGINT",
    traceId: "NULL",
  };
  const median = pick((journey, step) => String(stepOf(journey, step)[1]));
  const sigma = pick((journey, step) => String(stepOf(journey, step)[2]));
  const list = Object.entries(columns).map(([name, sql]) => `${sql} AS ${identifier(name)}`);
  return `
    WITH draws AS (
      SELECT i, ${uniform(1, seed)} AS uj, ${uniform(2, seed)} AS us, ${uniform(3, seed)} AS u1,
        ${uniform(4, seed)} AS u2, ${uniform(5, seed)} AS ut
      FROM range(${generator}, ${rows}, ${GENERATORS}) AS numbers(i)
    ),
    timed AS (
      SELECT *, greatest(1, (1000 * ${median} * exp(${sigma} * sqrt(-2 * ln(u1)) * cos(2 * pi() * u2))
        * CASE WHEN ut < ${SLOW_SHARE} THEN 10 ELSE 1 END)::BIGINT) AS durationUs
      FROM draws
    )
    SELECT ${list.join(", ")} FROM timed`;
}

/** Writes a seeded run of `rows` samples, one Parquet file a generator, into `folder`. */
export async function generateRun(folder: string, rows: number, seed: number): Promise<BenchRun> {
  const store = await RunStore.open(folder);
  try {
    for (let generator = 0; generator < GENERATORS; generator += 1) {
      await store.importSamples(`generator-${generator + 1}`, generatorSql(generator, rows, seed));
    }
  } finally {
    await store.close();
  }
  const measuredFromUs = STARTED_AT_US + WARMUP_SECONDS * 1e6;
  return {
    folder,
    rows,
    runStartedAtUs: STARTED_AT_US,
    measuredFromUs,
    measuredToUs: measuredFromUs + MEASURED_SECONDS * 1e6,
  };
}
