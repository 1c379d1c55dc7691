import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentError } from "../../../core/errors";
import { ScalingMetric } from "../../contracts";
import { HaproxyRuntime } from "../haproxy";
import { BalancerWatch } from "./balancer-watch";
import { describe, log } from "./daemon-log";
import {
  activityFinished,
  applyLimits,
  decide,
  initialScalingState,
  type Observation,
  type ScalingDecision,
  ScalingDirection,
  type ScalingState,
} from "./decision";
import { AutoscalerEvent, AutoscalerJournal } from "./events";
import { type Instance, InstanceState } from "./instance";
import { InstanceGroup } from "./instance-group";
import { groupMetric } from "./metric";
import type { AutoscalerSettings } from "./settings";
import { type AutoscalerStatus, startStatusServer } from "./status-server";
import { chooseForTermination } from "./termination";

/** Milliseconds between two looks at whether the instances' processes live. */
const WATCH_INTERVAL_MS = 250;
/** Requests in flight are a gauge: looked at this often and averaged over the period. */
const IN_FLIGHT_SAMPLE_MS = 200;

/** What was measured in the last period, for the decision's event. */
interface Measurement {
  readonly value: number | null;
  readonly measured: number;
}

/** The control loop of the app tier: measures every period, decides (decision.ts) and makes it so (instance-group.ts). */
export class Autoscaler {
  readonly #journal: AutoscalerJournal;
  readonly #group: InstanceGroup;
  readonly #watch: BalancerWatch;
  readonly #stopped = new AbortController();
  #settings: AutoscalerSettings;
  #state: ScalingState;
  #server: Server | undefined;
  #loops: Promise<unknown> = Promise.resolve();
  /** The loop runs: until then the first instances are being launched, and nothing is reconciled. */
  #running = false;
  /** While instances are replaced there are more of them than desired, on purpose, and their figures say nothing. */
  #refreshing = false;
  #refreshes = 0;
  #refreshFailure: string | null = null;

  constructor(settings: AutoscalerSettings) {
    this.#settings = settings;
    this.#state = initialScalingState(settings.sizing);
    this.#journal = new AutoscalerJournal(settings.folder);
    const runtime = new HaproxyRuntime(settings.balancer);
    this.#group = new InstanceGroup({
      settings: () => this.#settings,
      runtime,
      journal: this.#journal,
      onActivityFinished: () => {
        this.#state = activityFinished(this.#state, performance.now());
      },
      onCapacityLost: () => this.#reconcile(),
      onInService: () => this.#watch.lookNow(),
    });
    this.#watch = new BalancerWatch({
      runtime,
      journal: this.#journal,
      instances: this.#group.instances,
      samplingIntervalMs: () => {
        const { metric, periodSeconds } = this.#settings.sizing.scaling;
        const periodMs = periodSeconds * 1000;
        // Twice a period where only the report needs it.
        return metric === ScalingMetric.InFlightRequests
          ? Math.min(IN_FLIGHT_SAMPLE_MS, periodMs)
          : Math.max(IN_FLIGHT_SAMPLE_MS, periodMs / 2);
      },
    });
  }

  /**
   * Brings up the minimum of instances, all at once, and then starts the loop.
   * @throws EnvironmentError naming the cause when one of them does not come up; what was started is stopped before.
   */
  async start(): Promise<void> {
    const { minInstances } = this.#settings.sizing;
    this.#server = await startStatusServer(this.#settings.statusPort, () => this.status());
    this.#watch.start();
    const launches = await Promise.allSettled(
      Array.from({ length: minInstances }, () => this.#group.launch("minimum capacity", false)),
    );
    const failure = launches.find((launch) => launch.status === "rejected");
    if (failure?.status === "rejected") {
      await this.stop();
      const failed = launches.filter((launch) => launch.status === "rejected").length;
      throw new EnvironmentError(
        "PERFBED_APP_NOT_READY",
        `${failed} of the ${minInstances} instances of ${this.#settings.application.name} did not come up. ${describe(failure.reason)}`,
        { cause: failure.reason },
      );
    }
    if (this.#stopped.signal.aborted) return;
    this.#running = true;
    log(`${minInstances} instances in service`);
    this.#loops = Promise.all([
      this.#every(WATCH_INTERVAL_MS, () => this.#group.watch(Date.now())),
      this.#tickLoop(),
    ]);
  }

  /** Settles when the loop has ended: after `stop`, or with the error that broke it. */
  get finished(): Promise<unknown> {
    return this.#loops;
  }

  /** Takes new minimum, maximum, scaling policy and protection; everything else of a running environment stays. */
  update(settings: AutoscalerSettings): void {
    const { sizing, scaleInProtection } = settings;
    this.#settings = {
      ...this.#settings,
      sizing: { ...this.#settings.sizing, ...sizing },
      scaleInProtection,
    };
    this.#journal.event(AutoscalerEvent.SettingsUpdated, "autoscaler", {
      minInstances: sizing.minInstances,
      maxInstances: sizing.maxInstances,
      targetValue: sizing.scaling.targetValue,
    });
    if (!this.#running) return;
    const { state, decision } = applyLimits(this.#state, sizing, performance.now());
    this.#state = state;
    if (decision !== null)
      this.#announce(decision, { value: null, measured: this.#group.inServiceCount }, Date.now());
    this.#reconcile();
  }

  rejectUpdate(error: unknown): void {
    log(`the changed settings are not used: ${describe(error)}`);
    this.#journal.event(AutoscalerEvent.SettingsRejected, "autoscaler", {});
  }

  /**
   * An instance refresh: as many new instances as there are, and once all of them are in service the old ones drain and end. When one does
   * not come up, the old ones stay. The state tells when it is over.
   */
  async refresh(): Promise<void> {
    if (!this.#running || this.#refreshing) return;
    this.#refreshing = true;
    const old = this.#group.list.filter((instance) => instance.counts);
    this.#journal.event(AutoscalerEvent.RefreshStarted, "autoscaler", { instances: old.length });
    const launches = await Promise.allSettled(old.map(() => this.#group.launch("instance refresh", false)));
    const failure = launches.find((launch) => launch.status === "rejected");
    const failed = failure === undefined ? null : describe(failure.reason);
    if (failed === null) {
      for (const instance of old) this.#group.terminateLater(instance, "instance refresh");
    } else {
      log(`the instances are not refreshed: ${failed}`);
    }
    this.#refreshes++;
    this.#refreshFailure = failed;
    this.#refreshing = false;
    this.#journal.event(AutoscalerEvent.RefreshEnded, "autoscaler", { failed });
    this.#reconcile();
  }

  /** Ends the loop, drains and stops all instances. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stopped.abort();
    await this.#loops.catch(() => undefined);
    await this.#group.close();
    await this.#watch.stop();
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  status(): AutoscalerStatus {
    const { minInstances, maxInstances } = this.#settings.sizing;
    const inService = this.#group.inServiceCount;
    return {
      ready: inService >= minInstances && !this.#stopped.signal.aborted,
      desired: this.#state.desired,
      minInstances,
      maxInstances,
      inService,
      refreshes: this.#refreshes,
      refreshFailure: this.#refreshFailure,
      lostRows: this.#journal.lostRows,
      instances: this.#group.list.map((instance) => ({
        name: instance.name,
        state: instance.state,
        port: instance.port ?? null,
        pid: instance.record?.pid ?? null,
        launchedAt: new Date(instance.launchedAtMs).toISOString(),
        inServiceAt:
          instance.inServiceAtMs === undefined ? null : new Date(instance.inServiceAtMs).toISOString(),
      })),
    };
  }

  async #every(intervalMs: number, work: () => void): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      work();
      await this.#pause(intervalMs);
    }
  }

  /** One tick a period, on a fixed raster, so that a late tick does not delay all later ones. */
  async #tickLoop(): Promise<void> {
    let nextMs = performance.now();
    while (!this.#stopped.signal.aborted) {
      this.#tick(Date.now(), nextMs);
      const periodMs = this.#settings.sizing.scaling.periodSeconds * 1000;
      nextMs = Math.max(nextMs + periodMs, performance.now());
      await this.#pause(nextMs - performance.now());
    }
  }

  async #pause(durationMs: number): Promise<void> {
    await sleep(durationMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  /** @param periodMs when the period ended by the raster, on the monotonic clock: cooldowns are counted in whole periods */
  #tick(atMs: number, periodMs: number): void {
    const { scaling } = this.#settings.sizing;
    const readings = this.#group.list.map((instance) => ({
      instance,
      cpuPercent: instance.cpu?.read() ?? null,
      inFlight: instance.inFlight.take(),
      measured: instance.isMeasured(atMs, scaling.instanceWarmupSeconds),
    }));
    const inService = this.#group.inServiceCount;
    const queued = this.#watch.queued.take() ?? 0;
    const measured = readings.filter((reading) => reading.measured);
    const value = groupMetric(scaling.metric, measured, { queued, inService });
    const counting = readings.filter(({ instance }) => instance.counts).length;
    const observation: Observation = {
      atMs: periodMs,
      metric: value,
      measured: measured.length,
      warming: counting - measured.length,
      terminating: readings.length - counting,
      protectedInstances: measured.filter(({ instance }) => this.#isProtected(instance)).length,
    };
    const { state, decision } = this.#refreshing
      ? { state: this.#state, decision: null }
      : decide(this.#state, observation, scaling, this.#settings.sizing);
    this.#state = state;
    if (decision !== null) this.#announce(decision, { value, measured: measured.length }, atMs);
    this.#journal.metrics(
      {
        desired: state.desired,
        inService,
        warming: observation.warming,
        terminating: observation.terminating,
        metricValue: rounded(value),
        targetValue: scaling.targetValue,
        queued: rounded(queued) ?? 0,
        instances: readings.map(({ instance, cpuPercent, inFlight }) => ({
          name: instance.name,
          state: instance.state,
          cpuPercent: rounded(cpuPercent),
          inFlight: rounded(inFlight),
        })),
      },
      atMs,
    );
    this.#reconcile();
  }

  #announce(decision: ScalingDecision, { value, measured }: Measurement, atMs: number): void {
    const { scaling } = this.#settings.sizing;
    const isOut = decision.direction === ScalingDirection.Out;
    this.#journal.event(
      isOut ? AutoscalerEvent.ScaleOutDecided : AutoscalerEvent.ScaleInDecided,
      "autoscaler",
      {
        metric: scaling.metric,
        value: rounded(value),
        target: scaling.targetValue,
        from: decision.from,
        to: decision.to,
        wanted: decision.wanted,
        measured,
        reason: decision.reason,
      },
      atMs,
    );
    log(`scale ${decision.direction} from ${decision.from} to ${decision.to}: ${decision.reason}`);
  }

  #launchInBackground(reason: string): void {
    this.#group
      .launch(reason)
      .catch((error: unknown) => log(`an instance did not start, one more try follows: ${describe(error)}`));
  }

  #isProtected(instance: Instance): boolean {
    return this.#settings.scaleInProtection?.includes(instance.name) === true;
  }

  /** Makes the number of instances what it should be. */
  #reconcile(): void {
    if (!this.#running || this.#refreshing) return;
    const counting = this.#group.list.filter((instance) => instance.counts);
    const missing = this.#state.desired - counting.length;
    if (missing > 0 && !this.#group.isBackingOff(Date.now())) {
      for (let i = 0; i < missing; i++)
        this.#launchInBackground(`desired capacity is ${this.#state.desired}`);
    } else if (missing < 0) {
      const candidates = counting.map((instance) => ({
        instance,
        name: instance.name,
        ordinal: instance.ordinal,
        inService: instance.state === InstanceState.InService,
        protectedFromScaleIn: this.#isProtected(instance),
      }));
      for (const { instance } of chooseForTermination(candidates, -missing)) {
        this.#group.terminateLater(instance, `desired capacity is ${this.#state.desired}`);
      }
    }
  }
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 100) / 100;
