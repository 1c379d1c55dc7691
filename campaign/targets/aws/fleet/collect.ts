import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SampleOutput } from "../../../../scenarios/adapters/sample-file";
import { totalSeconds } from "../../../../scenarios/arrival";
import type { Workload } from "../../../../scenarios/model";
import type { FleetGenerator, FleetResult } from "../../../fleet/model";
import { plannedIterations } from "../../../fleet/planned-arrivals";
import type { RunManifest } from "../../../manifest";
import { withAws } from "../errors";
import { countSamples } from "./counts";
import { GENERATOR_FILES } from "./generator-script";
import { summariseHealth } from "./health";
import type { FleetObjects } from "./objects";
import type { ReadyReport } from "./reports";
import type { RemoteWatch, WatchEnd, Watched } from "./watch";

/** One generator with everything that belongs to it in a run. */
export interface Member extends Watched {
  readonly share: { readonly name: string; readonly index: number; readonly count: number };
  readonly remoteFolder: string;
  readonly shipmentKey: string;
  ready: ReadyReport | undefined;
}

export interface EndedRun {
  readonly members: readonly Member[];
  readonly objects: FleetObjects;
  /** Below it lie the objects of all generators. */
  readonly runPrefix: string;
  /** Folder on this machine that samples are fetched to. */
  readonly folder: string;
  /** The environment's. */
  readonly homeRegion: string;
  readonly workload: Workload;
  readonly watch: RemoteWatch;
  /** The common start; like `ended.atMs` on AWS's clock. */
  readonly startMs: number;
  readonly ended: WatchEnd;
  readonly readyMs: number;
  readonly signal: AbortSignal;
}

/** Fetches what every generator has stored, and counts it. */
export async function collectRun(run: EndedRun): Promise<FleetResult> {
  const { members, objects, workload, startMs, ended } = run;
  const warmupSeconds = totalSeconds(workload.warmup);
  const fullSeconds = warmupSeconds + totalSeconds(workload.arrival);
  const ranSeconds =
    ended.aborted === null ? fullSeconds : Math.min(fullSeconds, Math.max(0, ended.atMs - startMs) / 1000);
  const endSeconds = Math.max(warmupSeconds, ranSeconds);
  const window = {
    runStartedAtUs: startMs * 1000,
    measuredFromUs: Math.round((startMs + warmupSeconds * 1000) * 1000),
    measuredToUs: Math.round((startMs + endSeconds * 1000) * 1000),
  };
  const listed = await withAws("listing samples", () => objects.list(run.runPrefix), run.signal);
  const stored = new Set(listed.map(({ key }) => key));
  const generators: FleetGenerator[] = [];
  for (const member of members) {
    const planned = plannedIterations(workload, member.share, warmupSeconds, endSeconds);
    generators.push(await collectOne(member, run, { stored, window, planned }));
  }
  const total = (of: (generator: FleetGenerator) => number): number =>
    generators.reduce((sum, generator) => sum + of(generator), 0);
  return {
    workload,
    native: workload.script !== undefined,
    window,
    arrivals: {
      planned: total(({ health }) => health.plannedIterations),
      started: total(({ health }) => health.startedIterations),
      dropped: total(({ health }) => health.droppedIterations),
    },
    aborted: ended.aborted,
    generators,
    readyMs: run.readyMs,
    clock: clockOf(members),
  };
}

async function collectOne(
  member: Member,
  run: EndedRun,
  part: {
    readonly stored: ReadonlySet<string>;
    readonly window: FleetResult["window"];
    readonly planned: number;
  },
): Promise<FleetGenerator> {
  const { name } = member.share;
  const { objects, workload, startMs, signal, watch } = run;
  const { window } = part;
  const folder = join(run.folder, name);
  const offsetMs = member.ready?.clock.offsetMs ?? null;
  const clockOffsetUs = Math.round((offsetMs ?? 0) * 1000);
  const fetched = async (object: string, file: string): Promise<string> => {
    const path = join(folder, file);
    const key = member.prefix + object;
    if (part.stored.has(key)) await withAws("fetching samples", () => objects.download(key, path), signal);
    return path;
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const samples = {
    path: await fetched(GENERATOR_FILES.samples, "samples.csv"),
    output: SampleOutput.Csv,
    native: workload.script !== undefined,
  };
  // A lost generator has left none, and a table of none is still a table.
  await writeFile(samples.path, "", { flag: "a", mode: 0o600 });
  const logFile = await fetched(GENERATOR_FILES.log, GENERATOR_FILES.log);
  const healthKey = member.prefix + GENERATOR_FILES.health;
  const health = await withAws("fetching samples", () => objects.text(healthKey), signal);
  const counts = await countSamples(samples, window, clockOffsetUs);
  const ownMs = (us: number): number => (us + clockOffsetUs) / 1000;
  return {
    name,
    samples,
    folder,
    scriptPath: join(folder, `${workload.scenario}.js`),
    logFile,
    requests: counts.requests,
    clockOffsetUs,
    health: {
      generator: name,
      started: counts.scenarioStartMs !== null || counts.requests > 0,
      exitCode: watch.doneOf(member)?.exitCode ?? null,
      startSkewMs: counts.scenarioStartMs === null ? null : counts.scenarioStartMs - startMs,
      plannedIterations: part.planned,
      startedIterations: counts.started,
      droppedIterations: counts.dropped,
      ...summariseHealth(health ?? "", ownMs(window.measuredFromUs), ownMs(window.measuredToUs)),
      clockOffsetMs: offsetMs,
      place: member.remote.place,
      region: member.remote.region ?? run.homeRegion,
    },
  };
}

/** Samples are moved by each generator's own offset; what remains is the error of its measurement. */
function clockOf(members: readonly Member[]): RunManifest["clock"] {
  const measured = members
    .flatMap(({ ready }) => ready?.clock ?? [])
    .filter(({ offsetMs }) => offsetMs !== null);
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  const offset = most(measured.map(({ offsetMs }) => Math.abs(offsetMs ?? 0)));
  const methods = [...new Set(measured.map(({ method }) => method))].join(", ");
  const unmeasured = members
    .filter(({ ready }) => (ready?.clock.offsetMs ?? null) === null)
    .map(({ share }) => share.name);
  return {
    offsetMs: most(measured.map(({ errorMs }) => errorMs ?? 0)),
    method:
      measured.length === 0
        ? "not measured"
        : `${methods} against Amazon Time Sync on every generator: samples are moved by its offset, at most ${offset.toFixed(3)} ms; what remains is the error bound`,
    ...(unmeasured.length === 0 ? {} : { unmeasured }),
  };
}
