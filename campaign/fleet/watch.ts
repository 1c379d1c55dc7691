import type { SampleFile } from "../../scenarios/adapters/sample-file";
import { arrivalPieces, rateAt, totalSeconds } from "../../scenarios/arrival";
import { dueTimes } from "../../scenarios/arrival-clock";
import type { Workload } from "../../scenarios/model";
import { wholeProfile } from "../../scenarios/plan";
import type { Generator } from "./generator";
import { GeneratorUsage, MachineIdle, type UsageSummary } from "./generator-usage";
import { LiveWindow } from "./live-window";
import type { FleetAbort, FleetProgress } from "./model";
import { type SampleTail, tailOf } from "./sample-tail";

const PERIOD_MS = 1_000;
/** Generators write their samples once a second: what is younger is not all there yet. */
const OUTPUT_LAG_US = 1_500_000;
const PREVIEW_US = 5_000_000;
const ABORT_WINDOW_US = 10_000_000;
/** Below this many requests an error ratio says nothing. */
const ABORT_MIN_REQUESTS = 20;
/** On top of the planned length and the grace time of iterations under way. */
const DEADLINE_MARGIN_MS = 20_000;

export interface WatchedGenerator {
  readonly generator: Generator;
  readonly share: { readonly index: number; readonly count: number };
  readonly samples: SampleFile;
}

export interface WatchEnd {
  readonly atMs: number;
  readonly aborted: FleetAbort | null;
}

export interface GeneratorCounts {
  readonly requests: number;
  readonly started: number;
  readonly dropped: number;
  readonly scenarioStartMs: number | null;
  /** 95th percentile of how late iterations started, ms; null where the tool does not say. */
  readonly startDelayP95Ms: number | null;
  readonly startDelayMaxMs: number | null;
}

/** What one generator's output has said so far. */
class Tally {
  requests = 0;
  dropped = 0;
  scenarioStartMs: number | null = null;
  /** Arrivals by instant, to be counted within a window whose end is known only later: [µs, count], in file order. */
  readonly startedAtUs: number[] = [];
  readonly droppedAtUs: [number, number][] = [];
  /** [µs, how late in µs]. */
  readonly lateUs: [number, number][] = [];
  /** [µs, when it was due in µs since the scenario's start]. */
  readonly #dueUs: [number, number][] = [];
  readonly tail: SampleTail;
  usage: GeneratorUsage | undefined;

  constructor(
    samples: SampleFile,
    live: LiveWindow,
    private readonly dueSeconds: ReturnType<typeof dueTimes>,
  ) {
    this.tail = tailOf(samples, {
      request: (endedAtUs, durationMs) => {
        this.requests += 1;
        live.request(endedAtUs, durationMs);
      },
      failedRequest: (atUs) => live.failed(atUs),
      failedCheck: (atUs) => live.failed(atUs),
      started: (atUs, arrival) => {
        this.startedAtUs.push(atUs);
        if (arrival !== undefined) this.#due(atUs, arrival);
        live.started(atUs);
      },
      dropped: (atUs, count) => {
        this.dropped += count;
        this.droppedAtUs.push([atUs, count]);
      },
      scenarioStart: (atMs) => {
        this.scenarioStartMs = Math.min(this.scenarioStartMs ?? atMs, atMs);
      },
      late: (atUs, byUs) => {
        this.lateUs.push([atUs, byUs]);
      },
    });
  }

  /** [µs, how late in µs] of every iteration whose instant was planned. Numbers of dropped ones go to those after them. */
  delays(): readonly [number, number][] {
    const start = this.scenarioStartMs;
    if (this.#dueUs.length === 0 || start === null) return this.lateUs;
    return this.dropped > 0
      ? []
      : this.#dueUs.map(([atUs, dueUs]): [number, number] => [atUs, atUs - start * 1000 - dueUs]);
  }

  #due(atUs: number, { journey, number }: { readonly journey: string; readonly number: number }): void {
    const due = this.dueSeconds?.(journey, number);
    if (due !== undefined && due !== null) this.#dueUs.push([atUs, due * 1e6]);
  }
}

function delayMs(delaysUs: readonly number[]): Pick<GeneratorCounts, "startDelayP95Ms" | "startDelayMaxMs"> {
  const sorted = [...delaysUs].sort((a, b) => a - b);
  const at = (index: number): number | null => {
    const found = sorted[index];
    return found === undefined ? null : Math.max(0, found / 1000);
  };
  return {
    startDelayP95Ms: at(Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))),
    startDelayMaxMs: at(sorted.length - 1),
  };
}

/** Follows a running fleet: progress once a second, the health of generators and machine, and the reasons to stop it. */
export class FleetWatch {
  readonly #live = new LiveWindow();
  readonly #idle = new MachineIdle();
  readonly #tallies: ReadonlyMap<WatchedGenerator, Tally>;
  readonly #warmupMs: number;
  readonly #totalMs: number;

  constructor(
    private readonly members: readonly WatchedGenerator[],
    private readonly workload: Workload,
    private readonly graceSeconds: number,
    private readonly goodExitCodes: readonly number[],
    private readonly onProgress: ((progress: FleetProgress) => void) | undefined,
    private readonly maxRequests = Number.POSITIVE_INFINITY,
  ) {
    const due = dueTimes(workload);
    this.#tallies = new Map(members.map((member) => [member, new Tally(member.samples, this.#live, due)]));
    this.#warmupMs = totalSeconds(workload.warmup) * 1000;
    this.#totalMs = this.#warmupMs + totalSeconds(workload.arrival) * 1000;
  }

  /** Until every generator has ended, or there is a reason to stop. Stops nothing itself. */
  async follow(startedAtMs: number, signal: AbortSignal): Promise<WatchEnd> {
    const deadlineMs = startedAtMs + this.#totalMs + this.graceSeconds * 1000 + DEADLINE_MARGIN_MS;
    for (let tick = 1; ; tick += 1) {
      await this.#sleepUntil(startedAtMs + tick * PERIOD_MS, signal);
      const nowMs = Date.now();
      await this.#poll();
      if (signal.aborted) return { atMs: nowMs, aborted: null };
      this.#readUsage(nowMs, startedAtMs);
      this.onProgress?.(this.#progress(nowMs, startedAtMs));
      const aborted =
        (await this.#lostGenerator(nowMs, startedAtMs)) ??
        this.#errorFlood(nowMs) ??
        this.#tooMany() ??
        (nowMs > deadlineMs
          ? {
              kind: "deadline" as const,
              text: `generators still ran ${Math.round((nowMs - startedAtMs - this.#totalMs) / 1000)} s after the planned end`,
            }
          : null);
      if (aborted !== null || this.#running() === 0) return { atMs: nowMs, aborted };
    }
  }

  /** Reads the last rows and closes the files. Idempotent. */
  async finish(): Promise<void> {
    await this.#poll();
    for (const tally of this.#tallies.values()) await tally.tail.close();
  }

  countsOf(member: WatchedGenerator, fromUs: number, toUs: number): GeneratorCounts {
    const tally = this.#tallies.get(member);
    if (tally === undefined)
      return { requests: 0, started: 0, dropped: 0, scenarioStartMs: null, ...delayMs([]) };
    const within = (atUs: number): boolean => atUs >= fromUs && atUs < toUs;
    return {
      requests: tally.requests,
      started: tally.startedAtUs.filter(within).length,
      dropped: tally.droppedAtUs.reduce((sum, [atUs, count]) => sum + (within(atUs) ? count : 0), 0),
      scenarioStartMs: tally.scenarioStartMs,
      ...delayMs(tally.delays().flatMap(([atUs, byUs]) => (within(atUs) ? [byUs] : []))),
    };
  }

  usageOf(member: WatchedGenerator): UsageSummary {
    return this.#tallies.get(member)?.usage?.summary() ?? { cpuMean: null, cpuMax: null, memoryMaxMiB: null };
  }

  get machineIdleMin(): number | null {
    return this.#idle.min;
  }

  /** Wakes early when the signal is aborted or when the last generator has ended. */
  async #sleepUntil(atMs: number, signal: AbortSignal): Promise<void> {
    while (Date.now() < atMs && !signal.aborted && this.#running() > 0) {
      await new Promise((done) => setTimeout(done, Math.min(50, Math.max(1, atMs - Date.now()))));
    }
  }

  #running(): number {
    return this.members.filter((member) => member.generator.exit === undefined).length;
  }

  async #poll(): Promise<void> {
    for (const tally of this.#tallies.values()) await tally.tail.poll();
  }

  #readUsage(nowMs: number, startedAtMs: number): void {
    const elapsedMs = nowMs - startedAtMs;
    const counts = elapsedMs > this.#warmupMs && elapsedMs <= this.#totalMs + PERIOD_MS / 2;
    this.#idle.read(counts);
    for (const [member, tally] of this.#tallies) {
      const { record, exit } = member.generator;
      if (record === undefined || exit !== undefined) continue;
      tally.usage ??= new GeneratorUsage(record);
      tally.usage.read(nowMs, counts);
    }
  }

  #progress(nowMs: number, startedAtMs: number): FleetProgress {
    const elapsedSeconds = (nowMs - startedAtMs) / 1000;
    const totalMs = this.#totalMs;
    const profile = wholeProfile(this.workload);
    const piece = arrivalPieces(profile).find(
      ({ fromSeconds, toSeconds }) => elapsedSeconds >= fromSeconds && elapsedSeconds < toSeconds,
    );
    const toUs = nowMs * 1000 - OUTPUT_LAG_US;
    const figures = this.#live.figures(Math.max(startedAtMs * 1000, toUs - PREVIEW_US), toUs);
    const ended = nowMs - startedAtMs >= totalMs;
    return {
      phase: ended ? "ending" : elapsedSeconds * 1000 < this.#warmupMs ? "warm-up" : "load",
      stage: piece?.label ?? "ending",
      elapsedSeconds,
      totalSeconds: totalMs / 1000,
      plannedRatePerSecond: ended ? 0 : rateAt(profile, elapsedSeconds),
      achievedRatePerSecond: figures.startedRatePerSecond,
      requestRatePerSecond: figures.requestRatePerSecond,
      p95Ms: figures.p95Ms,
      errorRatio: figures.errorRatio,
      generatorsRunning: this.#running(),
      droppedIterations: [...this.#tallies.values()].reduce((sum, tally) => sum + tally.dropped, 0),
    };
  }

  /** A generator that ended by itself before its time, or with an error. */
  async #lostGenerator(nowMs: number, startedAtMs: number): Promise<FleetAbort | null> {
    for (const member of this.members) {
      const { exit, name } = member.generator;
      if (exit === undefined) continue;
      const early =
        nowMs < startedAtMs + this.#totalMs - PERIOD_MS &&
        this.workload.script?.ownArrivals !== true &&
        this.workload.executor?.kind !== "iterations-per-user";
      const failed = exit.code === null || !this.goodExitCodes.includes(exit.code);
      if (!early && !failed) continue;
      const how =
        exit.signal === null ? `ended with code ${exit.code ?? "unknown"}` : `was ended by ${exit.signal}`;
      const said = await member.generator.lastError();
      return {
        kind: "generator-lost",
        text: `${name} ${how} after ${Math.round((nowMs - startedAtMs) / 1000)} s${said === undefined ? "" : `: ${said}`}`,
      };
    }
    return null;
  }

  #tooMany(): FleetAbort | null {
    const requests = [...this.#tallies.values()].reduce((sum, tally) => sum + tally.requests, 0);
    if (requests <= this.maxRequests) return null;
    return {
      kind: "request-limit",
      text: `${requests} requests were made (limits.maxRequests ${this.maxRequests})`,
    };
  }

  #errorFlood(nowMs: number): FleetAbort | null {
    const limit = this.workload.abortErrorRatio;
    if (limit === undefined) return null;
    const toUs = nowMs * 1000 - OUTPUT_LAG_US;
    const { requests, errorRatio } = this.#live.figures(toUs - ABORT_WINDOW_US, toUs);
    if (requests < ABORT_MIN_REQUESTS || errorRatio < limit) return null;
    const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
    return {
      kind: "error-ratio",
      text: `${percent(errorRatio)} of the requests of the last 10 s failed (limit ${percent(limit)})`,
    };
  }
}
