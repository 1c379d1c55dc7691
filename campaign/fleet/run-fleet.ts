import { join } from "node:path";
import { releasePorts, reservePorts } from "../../components/local/supervisor";
import { ConfigError } from "../../core/errors";
import { environmentDir } from "../../core/home";
import { adapterOf } from "../../scenarios/adapters";
import { totalSeconds } from "../../scenarios/arrival";
import type { Workload } from "../../scenarios/model";
import { checkDiskSpace, checkFleetOptions } from "./checks";
import { pacedUsers, pacingOf, RateControl } from "./external-rate";
import { Generator } from "./generator";
import { generatorVariables } from "./generator-variables";
import type { FleetGenerator, FleetOptions, FleetResult } from "./model";
import { plannedIterations } from "./planned-arrivals";
import { FleetWatch, type WatchedGenerator } from "./watch";

/** One generator with everything that belongs to it. */
interface Member extends WatchedGenerator {
  readonly folder: string;
  readonly scriptPath: string;
  readonly logFile: string | undefined;
}

/** Rejects with the first failure, but only when every one has settled: nothing goes on behind the caller's back. */
async function all(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** For a rate that is set from outside. k6 takes its share of the users by itself, by its execution segment. */
function rateControl(workload: Workload, members: readonly Member[]): RateControl | undefined {
  const { executor } = workload;
  if (executor?.kind !== "external-rate") return undefined;
  return new RateControl(executor, async (rate) => {
    await all(
      members.map(async ({ generator }) => {
        await generator.control.scale?.(pacedUsers(rate, pacingOf(executor)));
      }),
    );
  });
}

/**
 * Runs a workload on the environment's local generators: files written, every generator started and ready, one common start, watched to
 * the end. However it ends, none of their processes is left. A lost generator, a flood of errors (where the workload says so) and an overlong run
 * stop the whole fleet; the result then says so in `aborted`.
 * @throws ConfigError for a base URL beyond this machine, a script that the tool cannot load or a workload that it cannot run
 * @throws EnvironmentError PERFBED_GENERATOR_FAILED when a generator cannot be brought to its start, PERFBED_DISK_FULL
 * @throws the signal's reason when it was aborted
 */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  checkFleetOptions(options);
  const { environmentId, runId, toolPath } = options;
  const adapter = adapterOf(options.tool ?? "k6");
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const slots = options.slots.slice(0, adapter.generatorsFor(options.workload, options.slots.length));
  const refusals = adapter.problems(options.workload);
  if (refusals.length > 0) throw new ConfigError(`${adapter.title} cannot run this scenario`, refusals);
  const prepared = await adapter.prepare(options.workload, toolPath, slots.length);
  const { workload, graceSeconds } = prepared;
  const native = workload.script !== undefined;
  await checkDiskSpace(environmentDir(environmentId), workload);
  const readyTimeoutMs = options.readyTimeoutMs ?? prepared.readyTimeoutMs;

  const endpoints = options.endpoints ?? {};
  const variables = await generatorVariables(workload, slots.length, {
    baseUrl: options.baseUrl,
    endpoints,
    signal,
  });

  // A standing environment may see the same run id again; unique ids must not come back with it.
  const uniqueRun = `${runId}-${Date.now().toString(36)}`;
  const ports = await reservePorts(environmentId, slots.length);
  const members = slots.map((slot, index): Member => {
    const folder = join(slot.location, runId);
    const controlPort = ports[index] ?? 0;
    const share = { name: slot.name, index, count: slots.length };
    const rendered = prepared.render({
      baseUrl: options.baseUrl,
      share,
      folder,
      runId: uniqueRun,
      controlPort,
      ...(options.traceRatio === undefined ? {} : { traceRatio: options.traceRatio }),
      endpoints,
      environment: variables[index] ?? {},
    });
    const generator = new Generator({
      environmentId,
      name: slot.name,
      folder,
      adapter,
      rendered,
      controlPort,
      readyTimeoutMs,
      signal,
    });
    return {
      generator,
      share,
      folder,
      scriptPath: rendered.scriptPath,
      logFile: rendered.logFile,
      samples: rendered.samples,
    };
  });

  const control = rateControl(workload, members);
  const begun = performance.now();
  const watch = new FleetWatch(
    members,
    workload,
    graceSeconds,
    adapter.goodExitCodes,
    options.onProgress,
    options.maxRequests,
  );
  try {
    await all(members.map((member) => member.generator.prepare()));
    const readyMs = performance.now() - begun;
    // Ahead, so that every generator hears of it before it comes.
    const startedAtMs = Date.now() + adapter.startLeadMs;
    await all(members.map((member) => member.generator.control.start(startedAtMs)));
    control?.start();
    const ended = await watch.follow(startedAtMs, signal);
    control?.stop();
    await all(members.map((member) => member.generator.stop()));
    await watch.finish();
    signal.throwIfAborted();

    const warmupSeconds = totalSeconds(workload.warmup);
    const fullSeconds = warmupSeconds + totalSeconds(workload.arrival);
    // A script of one's own may end before the time it was given; k6 tells its length beforehand. A number of iterations takes its time.
    const asPlanned =
      ended.aborted === null &&
      workload.executor?.kind !== "iterations-per-user" &&
      (workload.script?.ownArrivals !== true || adapter.tool === "k6");
    const ranSeconds = asPlanned ? fullSeconds : Math.min(fullSeconds, (ended.atMs - startedAtMs) / 1000);
    const window = {
      runStartedAtUs: startedAtMs * 1000,
      measuredFromUs: Math.round((startedAtMs + warmupSeconds * 1000) * 1000),
      measuredToUs: Math.round((startedAtMs + Math.max(warmupSeconds, ranSeconds) * 1000) * 1000),
    };
    const generators = members.map((member): FleetGenerator => {
      const counts = watch.countsOf(member, window.measuredFromUs, window.measuredToUs);
      const exit = member.generator.exit;
      return {
        name: member.generator.name,
        samples: member.samples,
        folder: member.folder,
        scriptPath: member.scriptPath,
        ...(member.logFile === undefined ? {} : { logFile: member.logFile }),
        requests: counts.requests,
        health: {
          generator: member.generator.name,
          started: counts.scenarioStartMs !== null || counts.requests > 0,
          exitCode: exit?.code ?? null,
          startSkewMs: counts.scenarioStartMs === null ? null : counts.scenarioStartMs - startedAtMs,
          plannedIterations: plannedIterations(
            workload,
            member.share,
            warmupSeconds,
            Math.max(warmupSeconds, ranSeconds),
          ),
          startedIterations: counts.started,
          droppedIterations: counts.dropped,
          startDelayP95Ms: counts.startDelayP95Ms,
          startDelayMaxMs: counts.startDelayMaxMs,
          ...watch.usageOf(member),
          machineIdleMin: watch.machineIdleMin,
        },
      };
    });
    const total = (of: (generator: FleetGenerator) => number): number =>
      generators.reduce((sum, generator) => sum + of(generator), 0);
    return {
      workload,
      native,
      window,
      arrivals: {
        planned: total((generator) => generator.health.plannedIterations),
        started: total((generator) => generator.health.startedIterations),
        dropped: total((generator) => generator.health.droppedIterations),
      },
      aborted: ended.aborted,
      ...(control === undefined ? {} : { rateChanges: control.changes }),
      generators,
      readyMs,
    };
  } finally {
    control?.stop();
    await Promise.allSettled(members.map((member) => member.generator.stop()));
    await watch.finish();
    await releasePorts(environmentId, ports);
  }
}
