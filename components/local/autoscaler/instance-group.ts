import type { HaproxyRuntime } from "../haproxy";
import { isAlive, releasePorts, reservePorts, startProcess, stopProcess } from "../supervisor";
import { describe, log } from "./daemon-log";
import { AutoscalerEvent, type AutoscalerJournal } from "./events";
import { isHealthy } from "./health";
import { Instance, InstanceState } from "./instance";
import { instanceProcessSpec } from "./instance-process";
import type { AutoscalerSettings } from "./settings";

/** First and longest pause before an instance that failed to start, or died young, is replaced. */
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;
/** An instance that dies sooner than this counts as one that cannot run. */
const YOUNG_MS = 10_000;
/** At shutdown nobody is left to be served: long enough for a request in flight, short enough for a teardown. */
const SHUTDOWN_DRAIN_MS = 2000;
const SHUTDOWN_GRACE_MS = 5000;

export interface InstanceGroupOptions {
  readonly settings: () => AutoscalerSettings;
  readonly runtime: HaproxyRuntime;
  readonly journal: AutoscalerJournal;
  /** An instance has come into service or has ended. */
  readonly onActivityFinished: () => void;
  /** The number of instances is not what it should be any more. */
  readonly onCapacityLost: () => void;
  readonly onInService: () => void;
}

/** The app instances of one environment: launches, watches, drains, ends and replaces them, and tells the journal. */
export class InstanceGroup {
  readonly #instances = new Map<string, Instance>();
  readonly #work = new Set<Promise<void>>();
  #lastOrdinal: number;
  #failuresInARow = 0;
  #noLaunchBeforeMs = 0;
  #closing = false;

  constructor(private readonly options: InstanceGroupOptions) {
    this.#lastOrdinal = (options.settings().firstOrdinal ?? 1) - 1;
  }

  /** Instances by name; those that have ended are not in it. */
  get instances(): ReadonlyMap<string, Instance> {
    return this.#instances;
  }

  get list(): Instance[] {
    return [...this.#instances.values()];
  }

  get inServiceCount(): number {
    return this.list.filter((instance) => instance.state === InstanceState.InService).length;
  }

  /** Whether launches are paused because the last ones failed. */
  isBackingOff(atMs: number): boolean {
    return atMs < this.#noLaunchBeforeMs;
  }

  /**
   * Launches one instance and resolves once it is in service. A failure is journalled and followed by a longer and longer
   * pause before the next launch.
   * @param loadIsOn whether requests wait for it, so that its first one is looked for closely
   * @throws EnvironmentError quoting the application's last log lines when it does not become ready.
   */
  launch(reason: string, loadIsOn = true): Promise<void> {
    // Counted from this moment on, so that nobody launches it a second time.
    const instance = new Instance(++this.#lastOrdinal, Date.now(), loadIsOn);
    this.#instances.set(instance.name, instance);
    const launched = this.#launch(instance, reason);
    this.#track(launched.catch(() => undefined));
    return launched;
  }

  async #launch(instance: Instance, reason: string): Promise<void> {
    const { journal, runtime } = this.options;
    const settings = this.options.settings();
    const { ordinal, launchedAtMs } = instance;
    try {
      const [port] = await reservePorts(settings.environmentId, 1);
      if (port === undefined) throw new RangeError("no port was reserved");
      instance.port = port;
      journal.event(AutoscalerEvent.InstanceLaunched, instance.name, { ordinal, port, reason }, launchedAtMs);
      const spec = instanceProcessSpec(settings, instance.name, port);
      const record = await startProcess(spec, { signal: instance.launch.signal });
      instance.record = record;
      const readyAtMs = Date.now();
      const startMs = readyAtMs - launchedAtMs;
      journal.event(AutoscalerEvent.InstanceReady, instance.name, { pid: record.pid, startMs }, readyAtMs);
      instance.launch.signal.throwIfAborted();
      instance.inBalancer = true;
      await runtime.addServer(instance.name, { port });
      const inServiceAtMs = Date.now();
      instance.openedAt(inServiceAtMs, record, settings.sizing.cpu);
      journal.event(
        AutoscalerEvent.InstanceInService,
        instance.name,
        { sinceLaunchMs: inServiceAtMs - launchedAtMs, sinceReadyMs: inServiceAtMs - readyAtMs },
        inServiceAtMs,
      );
      this.#failuresInARow = 0;
      this.options.onInService();
      this.options.onActivityFinished();
      if (instance.cancelled) this.terminateLater(instance, "cancelled as it came into service");
    } catch (error) {
      if (instance.cancelled) return await this.#stop(instance, "cancelled before it was in service");
      this.#failed();
      journal.event(AutoscalerEvent.InstanceLost, instance.name, {
        reason: "start-failed",
        sinceLaunchMs: Date.now() - launchedAtMs,
      });
      await this.#discard(instance);
      throw error;
    }
  }

  /** Ends one instance in the background: drain at the balancer, wait for its requests, SIGTERM, give the port back. */
  terminateLater(instance: Instance, reason: string): void {
    if (instance.state === InstanceState.Starting) {
      instance.launch.abort();
      return;
    }
    if (instance.state !== InstanceState.InService) return;
    this.#track(this.#drainAndStop(instance, reason));
  }

  /** Finds instances whose process is gone, and starts the health checks that are due. */
  watch(atMs: number): void {
    const { healthIntervalMs = 2000 } = this.options.settings();
    for (const instance of this.#instances.values()) {
      if (instance.state !== InstanceState.InService || instance.record === undefined) continue;
      if (!isAlive(instance.record)) this.#track(this.#lost(instance, "exited"));
      else if (!instance.checking && atMs >= instance.nextCheckAtMs) {
        instance.nextCheckAtMs = atMs + healthIntervalMs;
        if (instance.port !== undefined) void this.#check(instance, instance.port);
      }
    }
  }

  /** Drains and stops everything, in parallel, and gives up launches under way. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const instance of this.list) this.terminateLater(instance, "shutdown");
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => log(describe(error)))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  async #check(instance: Instance, port: number): Promise<void> {
    instance.checking = true;
    const { application, unhealthyThreshold = 5 } = this.options.settings();
    const healthy = await isHealthy(port, application.readyPath);
    instance.checking = false;
    if (instance.state !== InstanceState.InService) return;
    instance.failedChecks = healthy ? 0 : instance.failedChecks + 1;
    if (instance.failedChecks < unhealthyThreshold) return;
    this.options.journal.event(AutoscalerEvent.InstanceLost, instance.name, {
      reason: "unhealthy",
      failedChecks: instance.failedChecks,
      path: application.readyPath,
    });
    this.terminateLater(instance, "unhealthy");
    this.options.onCapacityLost();
  }

  async #drainAndStop(instance: Instance, reason: string): Promise<void> {
    const { journal, runtime } = this.options;
    const fullDrainMs = this.options.settings().application.drainSeconds * 1000;
    const drainMs = this.#closing ? Math.min(SHUTDOWN_DRAIN_MS, fullDrainMs) : fullDrainMs;
    instance.state = InstanceState.Draining;
    journal.event(AutoscalerEvent.DrainStarted, instance.name, { reason, deadlineMs: drainMs });
    try {
      await runtime.drain(instance.name);
      const outcome = await runtime.waitDrained(instance.name, { deadlineMs: drainMs });
      journal.event(AutoscalerEvent.Drained, instance.name, {
        complete: outcome.drained,
        remaining: outcome.remaining,
        waitedMs: Math.round(outcome.waitedMs),
      });
    } catch (error) {
      // Without a balancer nothing is sent to it either.
      log(`${instance.name} is stopped without draining: ${describe(error)}`);
    }
    await this.#stop(instance, reason);
  }

  async #stop(instance: Instance, reason: string): Promise<void> {
    instance.state = InstanceState.Stopping;
    const startedAtMs = Date.now();
    const how = await this.#discard(instance);
    const endedAtMs = Date.now();
    this.options.journal.event(
      AutoscalerEvent.InstanceEnded,
      instance.name,
      { reason, how, stopMs: endedAtMs - startedAtMs, livedMs: endedAtMs - instance.launchedAtMs },
      endedAtMs,
    );
    this.options.onActivityFinished();
  }

  async #lost(instance: Instance, reason: string): Promise<void> {
    instance.state = InstanceState.Stopping;
    const livedMs = Date.now() - (instance.inServiceAtMs ?? instance.launchedAtMs);
    if (livedMs < YOUNG_MS) this.#failed();
    this.options.journal.event(AutoscalerEvent.InstanceLost, instance.name, { reason, inServiceMs: livedMs });
    log(`${instance.name} ended by itself after ${livedMs} ms in service`);
    this.options.onCapacityLost();
    await this.#discard(instance, true);
  }

  /** Takes an instance out of the balancer, ends its process and gives its port back. */
  async #discard(instance: Instance, closeSessions = false): Promise<string> {
    const { runtime } = this.options;
    const { environmentId } = this.options.settings();
    if (instance.inBalancer) {
      await runtime
        .remove(instance.name, { closeSessions })
        .catch((error: unknown) => log(`${instance.name} stays in the balancer: ${describe(error)}`));
    }
    try {
      if (instance.record === undefined) return "not started";
      const { stop } = instance.record;
      const graceMs = this.#closing ? Math.min(SHUTDOWN_GRACE_MS, stop.graceMs) : stop.graceMs;
      return await stopProcess({ ...instance.record, stop: { ...stop, graceMs } });
    } finally {
      if (instance.port !== undefined) await releasePorts(environmentId, [instance.port]);
      this.#instances.delete(instance.name);
    }
  }

  #failed(): void {
    this.#failuresInARow++;
    const pauseMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failuresInARow - 1));
    this.#noLaunchBeforeMs = Date.now() + pauseMs;
  }
}
