import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { comparisonSettings, interleavedRounds } from "../../../analysis/comparison";
import type { ValidityFinding } from "../../../analysis/model";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import type { Replicate } from "../../../campaign/comparison/replicate";
import { replicateName } from "../../../campaign/comparison/run-names";
import { comparisonSizing } from "../../../campaign/comparison/sizing";
import type { StoredComparison } from "../../../campaign/comparison/stored";
import { writeComparison } from "../../../campaign/comparison/stored";
import type { RunManifest } from "../../../campaign/manifest";
import { RunStore, runFiles, writeVersionedJson } from "../../../storage";
import { type Request, samplesSql } from "../storage/sample-rows";

const T0 = 1_760_000_000_000_000;
const MEASURED_SECONDS = 10;

export function finding(code: string, severity: ValidityFinding["severity"] = "invalid"): ValidityFinding {
  return { code, severity, text: `${code} happened`, measured: null, limit: null };
}

/** A replicate as it is read from a stored run; only what a test changes is named. */
export function replicate(side: string, round: number, changes: Partial<Replicate> = {}): Replicate {
  const summary = {
    requests: 1000,
    errors: 0,
    errorRatio: 0,
    ratePerSecond: 100,
    meanMs: 5,
    minMs: 1,
    maxMs: 40,
    quantiles: [
      { probability: 0.5, valueMs: 5, exceedances: 500 },
      { probability: 0.95, valueMs: 12, exceedances: 50 },
    ],
  };
  return {
    runId: replicateName(round, side, 2),
    side,
    round,
    startedAtUs: T0 + round * 40_000_000 + (side === "candidate" ? 20_000_000 : 0),
    measuredSeconds: MEASURED_SECONDS,
    overall: summary,
    journeys: [{ journey: "browse", ...summary, steps: [] }],
    arrivals: { planned: 300, started: 300, dropped: 0, achievedRatio: 1 },
    achieved: {},
    slos: [],
    validity: [],
    tiers: [],
    slices: [],
    ...changes,
  };
}

export function storedComparison(pairs: number, changes: Partial<StoredComparison> = {}): StoredComparison {
  const side = (name: string, version: string): StoredComparison["sides"][number] => ({
    name,
    label: `shop ${version}`,
    application: { name: "shop", version },
    sizing: comparisonSizing(),
    environmentId: `pb-test-${name}`,
  });
  return {
    schemaVersion: 1,
    perfbedVersion: "0.1.0",
    kind: "gate",
    campaignId: "20260101T000000-0000",
    startedAt: "2026-01-01T00:00:00.000Z",
    command: "perfbed gate --baseline main --candidate pr",
    sides: [side("baseline", "main"), side("candidate", "pr")],
    baselineFrom: null,
    rounds: pairs,
    order: interleavedRounds(2, pairs, 7).map((round) =>
      round.map((number) => (number === 0 ? "baseline" : "candidate")),
    ),
    seed: 7,
    scenario: "load",
    preset: "default",
    settings: comparisonSettings(),
    sequential: false,
    policy: { inconclusive: "fail", invalid: "fail" },
    prices: null,
    minutesPerPair: 0.75,
    notes: [],
    calibration: null,
    ended: { how: "complete", rounds: pairs, text: `all ${pairs} pairs` },
    ...changes,
  };
}

function manifest(
  side: string,
  round: number,
  startedAtUs: number,
  changes: Partial<RunManifest>,
): RunManifest {
  const measuredFromUs = startedAtUs + 2_000_000;
  return {
    schemaVersion: 1,
    perfbedVersion: "0.1.0",
    campaignId: "20260101T000000-0000",
    runId: replicateName(round, side, 2),
    environmentId: "pb-test",
    target: "local",
    side,
    replicate: round,
    application: { name: "shop", version: side },
    sizing: comparisonSizing(),
    scenario: {
      name: "load",
      description: "",
      parameters: {},
      seed: 1,
      tool: "k6",
      journeys: ["browse", "search"],
      objectives: [],
      plannedCurve: [],
      warmupSeconds: 2,
      measuredSeconds: MEASURED_SECONDS,
    },
    window: {
      runStartedAtUs: startedAtUs,
      measuredFromUs,
      measuredToUs: measuredFromUs + MEASURED_SECONDS * 1_000_000,
    },
    arrivals: { planned: 300, started: 300, dropped: 0, achievedRatio: 1 },
    generators: [],
    aborted: null,
    versions: {},
    machine: { platform: "", cpuModel: "", cores: 2, memoryMiB: 1024, cpuQuotas: true, notes: [] },
    inventory: [],
    phases: [],
    clock: { offsetMs: 0, method: "one clock" },
    ...changes,
  };
}

export interface StoredRunOptions {
  /** Factor on every duration of a journey. */
  readonly slowdown?: Readonly<Record<string, number>>;
  /** Share of failed requests of a journey. */
  readonly failed?: Readonly<Record<string, number>>;
  /** Share of each journey's arrivals that were dropped. Absent: the tool told no arrivals. */
  readonly dropped?: Readonly<Record<string, number>>;
  /** Share of the machine's CPU that its host gave to others, in every second. */
  readonly stealShare?: number;
  readonly manifest?: Partial<RunManifest>;
}

/** A run folder as a campaign leaves it: log-normal latencies, each run a little off the others, as real ones are. */
export async function storeRun(
  folder: string,
  side: string,
  round: number,
  place: number,
  options: StoredRunOptions = {},
): Promise<void> {
  const startedAtUs = T0 + (round * 2 + place) * 20_000_000;
  const random = seededRandom(round * 100 + (side === "candidate" ? 1 : 0));
  const runFactor = Math.exp(0.02 * random.normal());
  const requests = ["browse", "search"].flatMap((journey) =>
    Array.from({ length: 400 }, (_, index): Request => {
      const slowdown = options.slowdown?.[journey] ?? 1;
      return {
        journey,
        step: "page",
        startedAtUs: startedAtUs + 2_000_000 + Math.floor((index / 400) * MEASURED_SECONDS * 1_000_000),
        durationUs: Math.round(5000 * slowdown * runFactor * Math.exp(0.4 * random.normal())),
        ok: random.next() >= (options.failed?.[journey] ?? 0),
      };
    }),
  );
  const runFolder = join(folder, replicateName(round, side, 2));
  mkdirSync(runFolder, { recursive: true });
  const store = await RunStore.open(runFolder);
  try {
    await store.importSamples("generator-1", samplesSql("generator-1", requests));
    if (options.dropped !== undefined) {
      const seconds = ["browse", "search"].flatMap((journey) =>
        Array.from({ length: MEASURED_SECONDS }, (_, second) => {
          const dropped = Math.round(100 * (options.dropped?.[journey] ?? 0) + random.normal());
          const atUs = startedAtUs + 2_000_000 + second * 1_000_000;
          return `SELECT 'generator-1' AS generator, '${journey}' AS journey, ${atUs} AS atUs, ${100 - Math.max(0, dropped)} AS started, ${Math.max(0, dropped)} AS dropped, 0 AS completed`;
        }),
      );
      await store.importIterations("generator-1", seconds.join(" UNION ALL "));
    }
    const { stealShare } = options;
    if (stealShare !== undefined) {
      await store.writeTelemetry(
        Array.from({ length: MEASURED_SECONDS }, (_, second) => ({
          atUs: BigInt(startedAtUs + 2_000_000 + second * 1_000_000),
          tier: "machine",
          source: "machine",
          metric: "machine_steal_share",
          value: stealShare,
        })),
      );
    }
  } finally {
    await store.close();
  }
  await writeVersionedJson(
    runFiles(runFolder).manifest,
    manifest(side, round, startedAtUs, options.manifest ?? {}),
  );
}

/** A whole stored comparison. */
export async function storeComparison(
  folder: string,
  stored: StoredComparison,
  runOf: (side: string, round: number) => StoredRunOptions = () => ({}),
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await writeComparison(folder, stored);
  for (const [index, order] of stored.order.entries()) {
    for (const [place, side] of order.entries()) {
      await storeRun(folder, side, index + 1, place, runOf(side, index + 1));
    }
  }
}
