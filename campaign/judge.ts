import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scaleOutLags } from "../analysis/autoscaling";
import { eventTimeline } from "../analysis/event-timeline";
import type { LatencySummary, ValidityFinding } from "../analysis/model";
import { STANDARD_PROBABILITIES } from "../analysis/quantiles";
import { judgeObjectives, objectiveProbabilities } from "../analysis/slo";
import { summariseRequests } from "../analysis/summary";
import { TraceSummariser, type TraceSummary } from "../analysis/traces/summary";
import { findValidity } from "../analysis/validity";
import { judgeRun } from "../analysis/verdict";
import { groupBy } from "../core/group-by";
import type { RegionSummary, ReportData, TeardownProof } from "../report/model";
import {
  analyseRun,
  type EnvironmentEvent,
  RunStore,
  readVersionedJson,
  runFiles,
  type TelemetryPoint,
} from "../storage";
import { MANIFEST_SCHEMA_VERSION, type RunManifest } from "./manifest";
import { buildTierSeries, summariseTiers, telemetryFacts } from "./telemetry";

export const TEARDOWN_FILE = "teardown.json";

/** The manifest of a stored run. @throws StorageError when there is none */
export function readManifest(runFolder: string): Promise<RunManifest> {
  return readVersionedJson(runFiles(runFolder).manifest, MANIFEST_SCHEMA_VERSION, isManifest);
}

/** Reasons not to believe a stored run. Points and events of the measured window only. */
export function storedValidity(
  { arrivals, generators, aborted, abortKind, clock, sizing }: RunManifest,
  overall: Pick<LatencySummary, "requests" | "errors">,
  points: readonly TelemetryPoint[],
  events: readonly EnvironmentEvent[],
): readonly ValidityFinding[] {
  return findValidity({
    requests: overall.requests,
    errors: overall.errors,
    arrivals,
    generators,
    aborted,
    ...(abortKind === undefined ? {} : { abortKind }),
    clockOffsetMs: clock.offsetMs,
    ...(clock.unmeasured === undefined ? {} : { clocksUnmeasured: clock.unmeasured }),
    ...telemetryFacts(points, events, sizing.database.replicas),
  });
}

function isManifest(value: unknown): value is RunManifest {
  if (typeof value !== "object" || value === null) return false;
  const has = (name: string): boolean => Reflect.get(value, name) !== undefined;
  return ["campaignId", "runId", "scenario", "window", "arrivals", "generators", "sizing", "machine"].every(
    has,
  );
}

function storedTeardown(runFolder: string): TeardownProof | undefined {
  const file = join(runFolder, TEARDOWN_FILE);
  if (!existsSync(file)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  return isProof(parsed) ? parsed : undefined;
}

function isProof(value: unknown): value is TeardownProof {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "proved") === "boolean" &&
    Array.isArray(Reflect.get(value, "checked"))
  );
}

/** What the stored spans of the measured window say; undefined when no agent took any. */
export async function summariseTraces(
  store: RunStore,
  { window, apm }: RunManifest,
): Promise<TraceSummary | undefined> {
  if (!store.hasSpans && apm?.traces !== true) return undefined;
  const measured = { fromUs: window.measuredFromUs, toUs: window.measuredToUs };
  const summariser = new TraceSummariser();
  for await (const trace of store.traces(measured)) summariser.add(trace);
  return summariser.summary(await store.countAsked(measured));
}

/** Requests of the measured window by the region that they were sent from; undefined where that is one, or none. */
async function summariseRegions(
  store: RunStore,
  { generators, window }: RunManifest,
): Promise<readonly RegionSummary[] | undefined> {
  const placed = generators.flatMap(({ generator, region }) =>
    region === undefined ? [] : [{ generator, region }],
  );
  const byRegion = groupBy(placed, ({ region }) => region);
  if (byRegion.size < 2) return undefined;
  const measured = { fromUs: window.measuredFromUs, toUs: window.measuredToUs };
  const seconds = (window.measuredToUs - window.measuredFromUs) / 1e6;
  const summaries: RegionSummary[] = [];
  for (const [region, members] of byRegion) {
    const names = members.map(({ generator }) => generator);
    const { overall } = await store.sampleFigures(measured, STANDARD_PROBABILITIES, names);
    summaries.push({ region, generators: names, ...summariseRequests(overall, seconds) });
  }
  return summaries;
}

/**
 * Judges a run from what is stored of it and nothing else, so that today's verdict can be had again tomorrow.
 * @param runFolder the folder with run.json
 */
export async function judgeStoredRun(runFolder: string): Promise<ReportData> {
  const manifest = await readManifest(runFolder);
  const { scenario, window } = manifest;
  const store = await RunStore.open(runFolder);
  try {
    const analysis = await analyseRun(store, {
      runStartedAtUs: window.runStartedAtUs,
      measuredFromUs: window.measuredFromUs,
      measuredToUs: window.measuredToUs,
      plannedCurve: scenario.plannedCurve,
      probabilities: objectiveProbabilities(scenario.objectives),
    });
    const points = await store.readTelemetry();
    const events = await store.readEvents();
    const inWindow = ({ atUs }: { readonly atUs: bigint }): boolean =>
      Number(atUs) >= window.measuredFromUs && Number(atUs) < window.measuredToUs;
    const measuredPoints = points.filter(inWindow);
    const slos = judgeObjectives(scenario.objectives, analysis.judged, scenario.journeys);
    const validity = storedValidity(manifest, analysis.overall, measuredPoints, events.filter(inWindow));
    const teardown = storedTeardown(runFolder);
    const traces = await summariseTraces(store, manifest);
    const regions = await summariseRegions(store, manifest);
    return {
      schemaVersion: 1,
      manifest,
      verdict: judgeRun(slos, validity),
      overall: analysis.overall,
      journeys: analysis.journeys,
      slos,
      validity,
      timeline: analysis.timeline,
      series: buildTierSeries(points, {
        measuredFromUs: window.measuredFromUs,
        sliceSeconds: analysis.sliceSeconds,
      }),
      events: eventTimeline(events, window.measuredFromUs),
      scaleOuts: scaleOutLags(events, scenario.plannedCurve, window.measuredFromUs),
      tiers: summariseTiers(measuredPoints, manifest.sizing),
      ...(regions === undefined ? {} : { regions }),
      ...(traces === undefined ? {} : { traces }),
      ...(teardown === undefined ? {} : { teardown }),
    };
  } finally {
    await store.close();
  }
}
