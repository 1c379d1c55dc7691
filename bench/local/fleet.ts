import { rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { ownProcess, prepareEnvironment, sweepEnvironment } from "../../components/local/supervisor";
import { environmentDir, packageRoot } from "../../core/home";
import { newEnvironmentId } from "../../core/ids";
import { renderK6 } from "../../scenarios/adapters/k6";
import type { Workload } from "../../scenarios/model";
import { resolveWorkload } from "../../scenarios/resolve";
import { runBareK6 } from "./bare-k6";
import { endedChildrenCpuSeconds } from "./children-cpu";
import type { Cleanup } from "./cleanup";
import { fixedRateWorkload } from "./fixed-rate-workload";
import { runPerfbedFleet } from "./fleet-run";
import { startTarget } from "./fleet-target";
import { orderOfRound } from "./statistics";

/** One run of one variant. */
export interface FleetSample {
  readonly requestsPerSecond: number;
  /** CPU of the k6 processes, microseconds a request. */
  readonly generatorCpuUsPerRequest: number;
  /** CPU of the process that watches them, seconds a second: 0.01 is a hundredth of a core. */
  readonly watcherCores: number;
}

export type FleetVariant =
  | "perfbed"
  | "perfbed-csv"
  | "bare"
  | "bare-tuned"
  | "bare-single"
  | "perfbed-scenario";

export interface FleetResult {
  /** Each virtual user as fast as it can. */
  readonly closedLoop: Readonly<Record<string, readonly FleetSample[]>>;
  /** Arrivals at a fixed rate. */
  readonly fixedRate: Readonly<Record<string, readonly FleetSample[]>>;
  readonly ratePerSecond: number;
}

export interface FleetBenchOptions {
  readonly rounds: number;
  readonly fixedRateRounds: number;
  readonly secondsPerRun: number;
  readonly folder: string;
  readonly k6Path: string;
  readonly haproxyPath: string;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export const FLEET_GENERATORS = 2;
export const CLOSED_LOOP_USERS = 16;
/** Well below what one core sends: the question is what it costs, and whether all of it is sent. */
export const FIXED_RATE = 1_000;

const scriptFile = (name: string): string => join(packageRoot(), "bench", "local", "scripts", `${name}.mjs`);

interface Place extends FleetBenchOptions {
  readonly environmentId: string;
  readonly baseUrl: string;
}

/** Throughput of perfbed's fleet and of bare k6 with the same scripts against the same server, in alternating order. */
export async function runFleetBench(options: FleetBenchOptions): Promise<FleetResult> {
  const environmentId = newEnvironmentId();
  await prepareEnvironment({
    environmentId,
    owner: userInfo().username,
    expiresAt: new Date(Date.now() + 20 * 60_000).toISOString(),
    ownerProcess: ownProcess(),
    watchdog: true,
  });
  const done = options.cleanup.add(() => sweepEnvironment(environmentId));
  const baseUrl = await startTarget(environmentId, options.haproxyPath);
  const place: Place = { ...options, environmentId, baseUrl };

  const closedLoop = await runRounds(
    place,
    ["perfbed", "bare", "perfbed-csv", "bare-tuned", "bare-single"],
    options.rounds,
    {
      label: "closed loop",
      script: scriptFile("closed-loop"),
      env: { BENCH_VUS: String(CLOSED_LOOP_USERS), BENCH_SECONDS: String(options.secondsPerRun) },
    },
  );
  const fixedRate = await runRounds(place, ["perfbed", "perfbed-scenario", "bare"], options.fixedRateRounds, {
    label: `${FIXED_RATE} a second`,
    script: scriptFile("fixed-rate"),
    env: { BENCH_RATE: String(FIXED_RATE), BENCH_SECONDS: String(options.secondsPerRun) },
  });

  await sweepEnvironment(environmentId);
  done();
  return { closedLoop, fixedRate, ratePerSecond: FIXED_RATE };
}

interface Script {
  readonly label: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runRounds(
  place: Place,
  variants: readonly FleetVariant[],
  rounds: number,
  script: Script,
): Promise<Readonly<Record<string, readonly FleetSample[]>>> {
  const samples = new Map<FleetVariant, FleetSample[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of orderOfRound(variants, round)) {
      place.signal.throwIfAborted();
      samples.get(variant)?.push(await measured(place, variant, script, `run-${round + 1}`));
      // A second at full speed is some megabytes of samples.
      await rm(join(environmentDir(place.environmentId), "generators"), { recursive: true, force: true });
    }
    const text = [...samples].map(
      ([variant, runs]) => `${variant} ${runs.at(-1)?.requestsPerSecond.toFixed(0) ?? "–"}`,
    );
    place.say(`${script.label}, round ${round + 1} of ${rounds}: requests/s ${text.join(", ")}`);
  }
  return Object.fromEntries(samples);
}

async function measured(
  place: Place,
  variant: FleetVariant,
  script: Script,
  runId: string,
): Promise<FleetSample> {
  const workload = await workloadOf(place, variant, script);
  const generatorsBefore = endedChildrenCpuSeconds();
  const watcherBefore = process.cpuUsage();
  const requests =
    workload === undefined
      ? await bareRequests(place, variant, script)
      : (
          await runPerfbedFleet({
            ...place,
            k6Path: variant === "perfbed-csv" ? await foreignK6(place) : place.k6Path,
            workload,
            generators: FLEET_GENERATORS,
            runId,
          })
        ).requests;
  const { user, system } = process.cpuUsage(watcherBefore);
  if (requests === 0) throw new Error(`${variant} has sent no request`);
  return {
    // Over the length that the script asks for, on both sides: neither k6's start nor the end of the last iterations counts.
    requestsPerSecond: requests / place.secondsPerRun,
    generatorCpuUsPerRequest: ((endedChildrenCpuSeconds() - generatorsBefore) * 1e6) / requests,
    watcherCores: (user + system) / 1e6 / place.secondsPerRun,
  };
}

/** The same k6, not telling of perfbed's output: what a k6 from elsewhere costs, which writes through its own CSV output. */
async function foreignK6(place: Place): Promise<string> {
  const path = join(place.folder, "k6-from-elsewhere");
  const quoted = `'${place.k6Path.replaceAll("'", "'\\''")}'`;
  await writeFile(path, `#!/bin/sh\n[ "$1" = version ] && { echo k6; exit; }\nexec ${quoted} "$@"\n`, {
    mode: 0o755,
  });
  return path;
}

/** The variables of Go's runtime that perfbed sets for its generators: without them beside it, a gain from them would look like one of perfbed's. */
async function runtimeVariables(place: Place, script: Script): Promise<Readonly<Record<string, string>>> {
  const workload = await nativeWorkload(place, script);
  const share = { name: "generator-1", index: 0, count: FLEET_GENERATORS };
  const { env } = renderK6(workload, {
    baseUrl: place.baseUrl,
    share,
    folder: place.folder,
    runId: "none",
    apiPort: 1,
  });
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^GO[A-Z]+$/.test(name)));
}

async function bareRequests(place: Place, variant: FleetVariant, script: Script): Promise<number> {
  const tuned = variant === "bare-tuned" ? await runtimeVariables(place, script) : {};
  const { requests, failed } = await runBareK6({
    k6Path: place.k6Path,
    script: script.script,
    env: { ...tuned, ...script.env, BASE_URL: place.baseUrl },
    processes: variant === "bare-single" ? 1 : FLEET_GENERATORS,
    folder: join(place.folder, "bare"),
    signal: place.signal,
  });
  if (failed > 0) throw new Error(`${failed} of ${requests} requests of bare k6 failed`);
  return requests;
}

/** What perfbed is to run; undefined for bare k6. */
async function workloadOf(
  place: Place,
  variant: FleetVariant,
  script: Script,
): Promise<Workload | undefined> {
  if (variant === "perfbed-scenario") return fixedRateWorkload(FIXED_RATE, place.secondsPerRun);
  return variant === "perfbed" || variant === "perfbed-csv" ? nativeWorkload(place, script) : undefined;
}

function nativeWorkload(place: Place, script: Script): Promise<Workload> {
  return resolveWorkload({
    scenario: script.script,
    baseDir: place.folder,
    parameters: { environment: script.env },
    set: [],
    storefront: false,
  });
}
