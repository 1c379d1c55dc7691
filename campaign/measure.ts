import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentAccess } from "../components/contracts";
import { packageVersion } from "../core/version";
import { adapterOf } from "../scenarios/adapters";
import { hasPlannedArrivals } from "../scenarios/adapters/k6";
import type { SampleContext } from "../scenarios/adapters/sample-file";
import { arrivalCorners, totalSeconds } from "../scenarios/arrival";
import { arrivalsArePlanned } from "../scenarios/executor-plan";
import type { Workload } from "../scenarios/model";
import { planWorkload, wholeProfile } from "../scenarios/plan";
import {
  HISTOGRAM_RELATIVE_ERROR,
  HISTOGRAM_SLOT_SECONDS,
  RunStore,
  runFiles,
  writeVersionedJson,
} from "../storage";
import { type ApmRecording, apmOfManifest, startApm, traceRatioOf } from "./apm";
import { iterationsOnCommonClock, samplesOnCommonClock } from "./clock-correction";
import type { FleetProgress, FleetResult } from "./fleet";
import { type ColdCache, MANIFEST_SCHEMA_VERSION, type RunManifest } from "./manifest";
import type { CampaignObserver, PhaseName } from "./observer";
import { timed } from "./phase";
import type { CampaignPlan } from "./plan";
import type { CampaignTarget, RunTelemetry, Tools } from "./targets";
import { toolVersions } from "./tools";

export interface MeasureOptions {
  readonly plan: CampaignPlan;
  readonly target: CampaignTarget;
  readonly access: EnvironmentAccess;
  readonly tools: Tools;
  readonly runId: string;
  readonly runFolder: string;
  /** `single` when nothing is compared, else the name of the side. */
  readonly side: string;
  /** From 1. */
  readonly replicate: number;
  /** Where the edge was emptied for it. */
  readonly coldCache?: ColdCache;
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
  /** Phases so far, for the manifest; filled while the campaign goes on. */
  readonly phases: readonly { readonly name: string; readonly durationMs: number }[];
}

/** Tells the observer of warm-up and load as phases of their own, as the fleet reports them. */
class LoadPhases {
  #phase: PhaseName | undefined;
  #startedAtMs = 0;

  constructor(
    private readonly observer: CampaignObserver,
    private readonly warmupSeconds: number,
    private readonly measuredSeconds: number,
  ) {}

  begin(phase: PhaseName): void {
    if (this.#phase === phase) return;
    this.end();
    this.#phase = phase;
    this.#startedAtMs = performance.now();
    this.observer.phaseStarted(
      phase,
      phase === "warm-up"
        ? `${this.warmupSeconds} s of arrivals that do not count`
        : `${this.measuredSeconds} s of arrivals that count`,
    );
  }

  end(text?: string): void {
    if (this.#phase === undefined) return;
    const fallback = this.#phase === "warm-up" ? "warm" : "done";
    this.observer.phaseEnded(this.#phase, performance.now() - this.#startedAtMs, text ?? fallback);
    this.#phase = undefined;
  }

  fail(): void {
    if (this.#phase !== undefined)
      this.observer.phaseFailed(this.#phase, performance.now() - this.#startedAtMs);
    this.#phase = undefined;
  }
}

async function loadWith(options: MeasureOptions, telemetry: RunTelemetry): Promise<FleetResult> {
  const { plan, target, access, tools, observer, signal } = options;
  const { workload } = plan;
  const warmupSeconds = totalSeconds(workload.warmup);
  const traceRatio = traceRatioOf(plan.environment);
  const phases = new LoadPhases(observer, warmupSeconds, totalSeconds(workload.arrival));
  phases.begin(warmupSeconds > 0 ? "warm-up" : "load");
  const onProgress = (progress: FleetProgress): void => {
    const phase = progress.phase === "warm-up" ? "warm-up" : "load";
    phases.begin(phase);
    observer.progress({
      phase,
      elapsedSeconds: progress.elapsedSeconds,
      totalSeconds: progress.totalSeconds,
      plannedRatePerSecond: progress.plannedRatePerSecond,
      achievedRatePerSecond: progress.achievedRatePerSecond,
      requestRatePerSecond: progress.requestRatePerSecond,
      p95Ms: progress.p95Ms,
      errorRatio: progress.errorRatio,
      instancesInService: telemetry.latest("autoscaler", "instances_in_service") ?? null,
    });
  };
  try {
    const fleet = await target.runFleet({
      plan: plan.environment,
      access,
      tools,
      workload,
      ...(plan.endpoints === undefined ? {} : { endpoints: plan.endpoints }),
      ...(plan.maxRequests === undefined ? {} : { maxRequests: plan.maxRequests }),
      tool: plan.tool,
      runId: options.runId,
      ...(traceRatio === undefined ? {} : { traceRatio }),
      onProgress,
      observer,
      signal,
    });
    const requests = fleet.generators.reduce((sum, generator) => sum + generator.requests, 0);
    phases.end(
      fleet.aborted === null
        ? `${requests} requests from ${fleet.generators.length} generators`
        : `stopped early: ${fleet.aborted.text}`,
    );
    return fleet;
  } catch (error) {
    phases.fail();
    throw error;
  }
}

/** By the planned volume where there is one, else by what was made. */
function storedAsHistogram({ maxRows }: CampaignPlan, fleet: FleetResult): boolean {
  if (maxRows === undefined) return false;
  const plan = planWorkload(fleet.workload);
  const made = fleet.generators.reduce((sum, { requests }) => sum + requests, 0);
  return (plan.arrivals === "planned" ? (plan.measuredRequests ?? made) : made) > maxRows;
}

/** Everything into the run's folder: samples and iterations of every generator, telemetry, events. */
async function collect(
  options: MeasureOptions,
  fleet: FleetResult,
  telemetry: RunTelemetry,
  telemetrySpool: string,
  apm: ApmRecording,
): Promise<number> {
  const { plan, runId, runFolder } = options;
  const events = await telemetry.finish(fleet.window);
  const adapter = adapterOf(plan.tool);
  const store = await RunStore.open(runFolder);
  try {
    let rows = 0;
    for (const { name, samples, clockOffsetUs = 0 } of fleet.generators) {
      const context: SampleContext = {
        campaign: plan.campaignId,
        run: runId,
        side: options.side,
        replicate: options.replicate,
        generator: name,
        scenario: fleet.workload.scenario,
      };
      const select = samplesOnCommonClock(adapter.samplesSql(samples, context), clockOffsetUs);
      rows += storedAsHistogram(options.plan, fleet)
        ? await store.importHistogram(name, select, fleet.window.measuredFromUs)
        : await store.importSamples(name, select);
      await store.importIterations(
        name,
        iterationsOnCommonClock(adapter.iterationsSql(samples, context), clockOffsetUs),
      );
    }
    await store.importTelemetry(telemetrySpool);
    await rm(telemetrySpool, { force: true });
    await store.writeEvents(events);
    await apm.store(store, { fromUs: fleet.window.runStartedAtUs, toUs: Date.now() * 1_000 });
    return rows;
  } finally {
    await store.close();
  }
}

function unplannedReason(workload: Workload): { readonly unplanned?: string } {
  const arrivals = arrivalsArePlanned(workload.executor);
  if (!arrivals.planned) return { unplanned: arrivals.reason };
  return hasPlannedArrivals(workload) ? {} : { unplanned: "the script's own executors plan no arrivals" };
}
/** One machine, one clock: there is nothing to be apart. */
const ONE_CLOCK: RunManifest["clock"] = {
  offsetMs: 0,
  method: "generators and environment share one machine and its clock",
};

function manifestOf(
  options: MeasureOptions,
  fleet: FleetResult,
  inventory: RunManifest["inventory"],
): RunManifest {
  const { plan, access, runId, tools } = options;
  const { workload } = fleet;
  const warmupSeconds = totalSeconds(workload.warmup);
  const planned = hasPlannedArrivals(workload);
  const apm = apmOfManifest(plan.environment);
  return {
    schemaVersion: MANIFEST_SCHEMA_VERSION,
    perfbedVersion: packageVersion(),
    campaignId: plan.campaignId,
    runId,
    environmentId: access.environmentId,
    target: access.target,
    side: options.side,
    replicate: options.replicate,
    command: plan.reproduce,
    application: {
      name: plan.environment.application.name,
      version: plan.environment.application.version,
    },
    sizing: plan.environment.sizing,
    ...(apm === undefined ? {} : { apm }),
    scenario: {
      name: workload.scenario,
      description: workload.description,
      parameters: workload.parameters,
      seed: workload.seed,
      tool: plan.tool,
      journeys: workload.journeys.map((journey) => journey.name),
      objectives: workload.slos,
      plannedCurve: planned
        ? arrivalCorners(wholeProfile(workload)).map((corner) => ({
            ...corner,
            atSeconds: corner.atSeconds - warmupSeconds,
          }))
        : [],
      warmupSeconds,
      measuredSeconds: totalSeconds(workload.arrival),
    },
    ...(options.coldCache === undefined ? {} : { coldCache: options.coldCache }),
    window: fleet.window,
    arrivals: {
      ...fleet.arrivals,
      achievedRatio: fleet.arrivals.planned > 0 ? fleet.arrivals.started / fleet.arrivals.planned : 0,
      ...unplannedReason(workload),
    },
    ...(fleet.rateChanges === undefined
      ? {}
      : {
          rateChanges: fleet.rateChanges.map(({ atMs, ratePerSecond }) => ({
            atSeconds: atMs / 1000 - fleet.window.measuredFromUs / 1e6,
            ratePerSecond,
          })),
        }),
    ...(storedAsHistogram(plan, fleet)
      ? { histogram: { relativeError: HISTOGRAM_RELATIVE_ERROR, slotSeconds: HISTOGRAM_SLOT_SECONDS } }
      : {}),
    generators: fleet.generators.map((generator) => generator.health),
    aborted: fleet.aborted?.text ?? null,
    ...(fleet.aborted === null ? {} : { abortKind: fleet.aborted.kind }),
    versions: { perfbed: packageVersion(), node: process.versions.node, ...toolVersions(tools) },
    machine: options.target.machine(plan.environment.sizing),
    inventory,
    phases: [...options.phases],
    clock: fleet.clock ?? ONE_CLOCK,
  };
}

/** Warms up and loads the environment while telemetry is read, and stores everything that judging needs in the run's folder. */
export async function measure(options: MeasureOptions): Promise<void> {
  const { plan, target, access, tools, observer, signal, runFolder } = options;
  const spoolFile = join(runFolder, "telemetry.spool.csv");
  const telemetry = await target.startTelemetry({
    plan: plan.environment,
    access,
    tools,
    spoolFile,
    observer,
    signal,
  });
  let fleet: FleetResult;
  let inventory: RunManifest["inventory"];
  let apm: ApmRecording | undefined;
  try {
    apm = await startApm({ plan: options.plan.environment, access, runFolder });
    fleet = await loadWith(options, telemetry);
    inventory = await target.inventory(access);
  } finally {
    await Promise.all([telemetry.stop(), apm?.stop()]);
  }
  const recording = apm;
  await timed(
    observer,
    "collect",
    "every request of every generator into Parquet",
    async () => {
      const rows = await collect(options, fleet, telemetry, spoolFile, recording);
      await writeVersionedJson(runFiles(runFolder).manifest, manifestOf(options, fleet, inventory));
      return rows;
    },
    (rows) => `${rows} samples`,
  );
}
