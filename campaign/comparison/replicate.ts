import { existsSync } from "node:fs";
import type { JourneySummary, LatencySummary, SloResult, ValidityFinding } from "../../analysis/model";
import { judgeObjectives, objectiveProbabilities } from "../../analysis/slo";
import { summariseJourneys, summariseRequests } from "../../analysis/summary";
import type { TierBreakdown } from "../../analysis/traces/summary";
import { type ArrivalCounts, RunStore, runFiles } from "../../storage";
import { readManifest, storedValidity, summariseTraces } from "../judge";
import type { RunManifest } from "../manifest";
import { type TierUse, tierUse } from "./tier-use";

/** What one stored run says. Everything that is judged starts from these. */
export interface Replicate {
  readonly runId: string;
  readonly side: string;
  /** From 1; 0: a warm-up or a control. */
  readonly round: number;
  readonly startedAtUs: number;
  readonly measuredSeconds: number;
  readonly overall: LatencySummary;
  readonly journeys: readonly JourneySummary[];
  readonly arrivals: RunManifest["arrivals"];
  /** Started share of each journey's arrivals that were due (started or dropped); without a journey where nobody knows. */
  readonly achieved: Readonly<Record<string, number>>;
  readonly slos: readonly SloResult[];
  readonly validity: readonly ValidityFinding[];
  readonly tiers: readonly TierUse[];
  /**
   * Mean duration of all requests in slices of {@link SLICE_SECONDS}, warm-up included (negative), for the check of the steady state. Not
   * a quantile: where quick and slow steps mix, the median lies in the gap between them and jumps with the mix of a slice.
   */
  readonly slices: readonly { readonly atSeconds: number; readonly meanMs: number }[];
  /** Time by tier of its traced requests; absent when no agent took spans. */
  readonly traces?: readonly TierBreakdown[];
}

/** Short, so that a short run has slices enough for the steady-state test. */
const SLICE_SECONDS = 0.25;

/**
 * Reads one stored run; undefined when there is none, which is how an interrupted comparison looks.
 * @param probabilities quantiles to tell, each with the usual rule of ten samples beyond it
 */
export async function readReplicate(
  runFolder: string,
  probabilities: readonly number[],
): Promise<Replicate | undefined> {
  if (!existsSync(runFiles(runFolder).manifest)) return undefined;
  const manifest = await readManifest(runFolder);
  const { window } = manifest;
  const seconds = (window.measuredToUs - window.measuredFromUs) / 1e6;
  const measured = { fromUs: window.measuredFromUs, toUs: window.measuredToUs };
  const store = await RunStore.open(runFolder);
  try {
    const asked = [...new Set([...probabilities, ...objectiveProbabilities(manifest.scenario.objectives)])];
    const figures = await store.sampleFigures(measured, asked);
    const due = (await store.countJourneyArrivals(measured)) ?? new Map<string, ArrivalCounts>();
    const inWindow = ({ atUs }: { readonly atUs: bigint }): boolean =>
      Number(atUs) >= window.measuredFromUs && Number(atUs) < window.measuredToUs;
    const points = (await store.readTelemetry()).filter(inWindow);
    const events = (await store.readEvents()).filter(inWindow);
    const overall = summariseRequests(figures.overall, seconds, asked);
    const journeys = summariseJourneys(figures.journeys, seconds, asked);
    const { objectives, journeys: expected } = manifest.scenario;
    const traces = await summariseTraces(store, manifest);
    return {
      runId: manifest.runId,
      side: manifest.side,
      round: manifest.replicate,
      startedAtUs: window.runStartedAtUs,
      measuredSeconds: seconds,
      overall,
      journeys,
      arrivals: manifest.arrivals,
      achieved: achievedShares(due),
      slos: judgeObjectives(objectives, journeys, expected),
      validity: storedValidity(manifest, overall, points, events),
      tiers: tierUse(points, manifest.sizing),
      slices: (
        await store.meanSlices({ originUs: window.measuredFromUs, sliceSeconds: SLICE_SECONDS })
      ).filter(({ atSeconds }) => atSeconds < seconds),
      ...(traces === undefined ? {} : { traces: traces.steps }),
    };
  } finally {
    await store.close();
  }
}

function achievedShares(due: ReadonlyMap<string, ArrivalCounts>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...due].flatMap(([journey, { started, dropped }]) =>
      started + dropped > 0 ? [[journey, started / (started + dropped)] as const] : [],
    ),
  );
}

/** Achieved share of a journey's planned arrivals; null where nothing is planned. Where no tool told it by journey, that of the run. */
export function achievedShare({ arrivals, achieved }: Replicate, journey: string): number | null {
  return arrivals.planned > 0 ? (achieved[journey] ?? arrivals.achievedRatio) : null;
}
