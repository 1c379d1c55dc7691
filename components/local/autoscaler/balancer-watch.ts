import { setTimeout as sleep } from "node:timers/promises";
import { type HaproxyRuntime, type HaproxyStat, totalResponses } from "../haproxy";
import { describe, log } from "./daemon-log";
import { AutoscalerEvent, type AutoscalerJournal } from "./events";
import { type Instance, InstanceState } from "./instance";
import { RunningMean } from "./metric";

/** Milliseconds between two looks at the balancer while a new instance waits for its first request. */
const FINE_POLL_MS = 50;
/** How long an instance launched under load is watched that closely; without load it would be forever. */
const FINE_POLL_FOR_MS = 15_000;
const COARSE_POLL_MS = 250;
const COARSE_POLL_FOR_MS = 120_000;

export interface BalancerWatchOptions {
  readonly runtime: HaproxyRuntime;
  readonly journal: AutoscalerJournal;
  /** The living set of instances. */
  readonly instances: ReadonlyMap<string, Instance>;
  /** Milliseconds between two looks when nobody waits for anything finer. */
  readonly samplingIntervalMs: () => number;
}

/**
 * Looks at the balancer's statistics: often while a new instance waits for its first request, otherwise as often as the scaling
 * metric needs. One reader for both, so that the balancer is asked no more than needed.
 */
export class BalancerWatch {
  readonly queued = new RunningMean();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #reachable = true;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: BalancerWatchOptions) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Looks at once: an instance has just come into service. */
  lookNow(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#look();
      if (this.#stop.signal.aborted) return;
      this.#wake = new AbortController();
      await sleep(this.#intervalMs(Date.now()), undefined, { signal: this.#wake.signal }).catch(
        () => undefined,
      );
    }
  }

  #intervalMs(atMs: number): number {
    let intervalMs = this.options.samplingIntervalMs();
    for (const instance of this.options.instances.values()) {
      if (instance.state !== InstanceState.InService || instance.hasServed) continue;
      const waitedMs = atMs - (instance.inServiceAtMs ?? atMs);
      if (waitedMs < FINE_POLL_FOR_MS && instance.loadIsOn) intervalMs = Math.min(intervalMs, FINE_POLL_MS);
      else if (waitedMs < COARSE_POLL_FOR_MS) intervalMs = Math.min(intervalMs, COARSE_POLL_MS);
    }
    return intervalMs;
  }

  async #look(): Promise<void> {
    try {
      const { backend, servers } = await this.options.runtime.backendStat();
      const atMs = Date.now();
      if (!this.#reachable) log("the balancer answers again");
      this.#reachable = true;
      this.queued.add(backend.queued ?? 0);
      for (const instance of this.options.instances.values()) {
        const row = servers.get(instance.name);
        if (row === undefined) continue;
        instance.inFlight.add(row.currentSessions + (row.queued ?? 0));
        if (!instance.hasServed) this.#noteFirstRequest(instance, row, atMs);
      }
    } catch (error) {
      // Missing data: the decision core knows what to do with it. Said once, not every time.
      if (this.#reachable && !this.#stop.signal.aborted) log(describe(error));
      this.#reachable = false;
    }
  }

  #noteFirstRequest(instance: Instance, row: HaproxyStat, atMs: number): void {
    if (row.totalSessions > 0) instance.dispatchedAtMs ??= atMs;
    if (totalResponses(row) === 0) {
      instance.lastUnservedAtMs = atMs;
      return;
    }
    instance.hasServed = true;
    const inServiceAtMs = instance.inServiceAtMs ?? atMs;
    this.options.journal.event(
      AutoscalerEvent.FirstRequest,
      instance.name,
      {
        // The answer came at most this long before atUs.
        resolutionMs: atMs - (instance.lastUnservedAtMs ?? inServiceAtMs),
        sinceInServiceMs: atMs - inServiceAtMs,
        sinceLaunchMs: atMs - instance.launchedAtMs,
        dispatchedAtUs: `${instance.dispatchedAtMs ?? atMs}000`,
      },
      atMs,
    );
  }
}
