import { existsSync } from "node:fs";
import type { JourneySummary, LatencySummary, ValidityFinding } from "../../analysis/model";
import { objectiveProbabilities } from "../../analysis/slo";
import { summariseJourneys, summariseRequests } from "../../analysis/summary";
import { RunStore, runFiles } from "../../storage";
import { readManifest, storedValidity } from "../judge";
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
  readonly validity: readonly ValidityFinding[];
  readonly tiers: readonly TierUse[];
}

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
  const store = await RunStore.open(runFolder);
  try {
    const asked = [...new Set([...probabilities, ...objectiveProbabilities(manifest.scenario.objectives)])];
    const figures = await store.sampleFigures(
      { fromUs: window.measuredFromUs, toUs: window.measuredToUs },
      asked,
    );
    const inWindow = ({ atUs }: { readonly atUs: bigint }): boolean =>
      Number(atUs) >= window.measuredFromUs && Number(atUs) < window.measuredToUs;
    const points = (await store.readTelemetry()).filter(inWindow);
    const events = (await store.readEvents()).filter(inWindow);
    const overall = summariseRequests(figures.overall, seconds, asked);
    return {
      runId: manifest.runId,
      side: manifest.side,
      round: manifest.replicate,
      startedAtUs: window.runStartedAtUs,
      measuredSeconds: seconds,
      overall,
      journeys: summariseJourneys(figures.journeys, seconds, asked),
      arrivals: manifest.arrivals,
      validity: storedValidity(manifest, overall, points, events),
      tiers: tierUse(points, manifest.sizing),
    };
  } finally {
    await store.close();
  }
}
