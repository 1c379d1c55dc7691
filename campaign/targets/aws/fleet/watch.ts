import { setTimeout as delay } from "node:timers/promises";
import { arrivalPieces, rateAt, totalSeconds } from "../../../../scenarios/arrival";
import type { Workload } from "../../../../scenarios/model";
import { wholeProfile } from "../../../../scenarios/plan";
import type { FleetAbort, FleetProgress } from "../../../fleet/model";
import { withAws } from "../errors";
import { GENERATOR_FILES } from "./generator-script";
import type { FleetObjects } from "./objects";
import type { RemoteGenerator } from "./remote";
import { type DoneReport, type ProgressReport, parseDone, parseProgress, previewP95Ms } from "./reports";
import type { FleetTimes } from "./times";

/** Below this many requests an error ratio says nothing. */
const ABORT_MIN_REQUESTS = 20;
/** k6's exit code when a threshold of the user's own script was crossed. */
const THRESHOLDS_CROSSED = 99;
/** On top of the planned length and the grace time of iterations under way. */
const DEADLINE_MARGIN_MS = 20_000;

/** One generator under watch. */
export interface Watched {
  readonly remote: RemoteGenerator;
  /** Of its own objects, with a slash at its end. */
  readonly prefix: string;
}

class Follow {
  tag = "";
  heardAtMs: number;
  report: ProgressReport | undefined;
  done: DoneReport | undefined;

  constructor(
    readonly watched: Watched,
    nowMs: number,
  ) {
    this.heardAtMs = nowMs;
  }
}

export interface WatchEnd {
  /** On this machine's clock. */
  readonly atMs: number;
  readonly aborted: FleetAbort | null;
}

export interface WatchOptions {
  readonly objects: FleetObjects;
  /** Below it lie the objects of all generators. */
  readonly runPrefix: string;
  readonly workload: Workload;
  readonly graceSeconds: number;
  readonly times: FleetTimes;
  /** Stops the run when so many requests were made. */
  readonly maxRequests: number;
  readonly onProgress: ((progress: FleetProgress) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Follows generators on other machines by what they store: their progress, their end, and their silence. */
export class RemoteWatch {
  readonly #follows: readonly Follow[];
  readonly #warmupMs: number;
  readonly #totalMs: number;
  #polls = 0;

  constructor(
    watched: readonly Watched[],
    private readonly options: WatchOptions,
  ) {
    this.#follows = watched.map((one) => new Follow(one, Date.now()));
    this.#warmupMs = totalSeconds(options.workload.warmup) * 1000;
    this.#totalMs = this.#warmupMs + totalSeconds(options.workload.arrival) * 1000;
  }

  /**
   * Until every generator has stored its samples, or there is a reason to stop. Stops nothing itself.
   * @param startedAtMs the common start on this machine's clock
   */
  async follow(startedAtMs: number): Promise<WatchEnd> {
    const { times, signal, graceSeconds } = this.options;
    const endMs = startedAtMs + this.#totalMs + graceSeconds * 1000 + DEADLINE_MARGIN_MS;
    for (const one of this.#follows) one.heardAtMs = startedAtMs;
    for (;;) {
      await delay(times.pollMs, undefined, { signal });
      await withAws("looking at the generators", () => this.#look(), signal);
      const nowMs = Date.now();
      this.options.onProgress?.(this.#progress(nowMs, startedAtMs));
      const aborted =
        (await this.#lostGenerator(nowMs, startedAtMs)) ??
        this.#requestLimit() ??
        this.#errorFlood() ??
        this.#overlong(nowMs, endMs);
      if (aborted !== null || this.#follows.every(({ done }) => done !== undefined)) {
        return { atMs: nowMs, aborted };
      }
    }
  }

  doneOf(watched: Watched): DoneReport | undefined {
    return this.#of(watched)?.done;
  }

  /** What came after the watching: a generator that was told to stop stores its samples first. */
  async lookAgain(): Promise<void> {
    await this.#look();
  }

  #of(watched: Watched): Follow | undefined {
    return this.#follows.find((one) => one.watched === watched);
  }

  async #look(): Promise<void> {
    const { objects, runPrefix } = this.options;
    this.#polls += 1;
    const listed = new Map((await objects.list(runPrefix)).map(({ key, tag }) => [key, tag]));
    await Promise.all(
      this.#follows.map(async (one) => {
        const { prefix } = one.watched;
        const tag = listed.get(prefix + GENERATOR_FILES.progress);
        if (tag !== undefined && tag !== one.tag) {
          one.tag = tag;
          one.heardAtMs = Date.now();
          one.report = parseProgress(await objects.text(prefix + GENERATOR_FILES.progress)) ?? one.report;
        }
        if (one.done === undefined && listed.has(prefix + GENERATOR_FILES.done)) {
          one.done = parseDone(await objects.text(prefix + GENERATOR_FILES.done));
        }
      }),
    );
  }

  /** Why a generator counts as lost: ended before its time or with an error, or not heard of any more. */
  async #lostGenerator(nowMs: number, startedAtMs: number): Promise<FleetAbort | null> {
    const { times, workload } = this.options;
    const lost = (one: Follow, how: string): FleetAbort => ({
      kind: "generator-lost",
      text: `${one.watched.remote.name} ${how} after ${Math.round((nowMs - startedAtMs) / 1000)} s`,
    });
    for (const one of this.#follows) {
      if (one.done !== undefined) {
        const { exitCode } = one.done;
        const early = nowMs < startedAtMs + this.#totalMs - 1_000 && workload.script?.ownArrivals !== true;
        if (early || (exitCode !== 0 && exitCode !== THRESHOLDS_CROSSED)) {
          return lost(one, `ended with code ${exitCode}`);
        }
        continue;
      }
      const silentMs = nowMs - one.heardAtMs;
      // Samples on their way to the bucket are silence, too: the service says whether somebody is still at work.
      const ending = nowMs > startedAtMs + this.#totalMs;
      if (this.#polls % times.statesEvery !== 0 && silentMs < times.lostAfterMs) continue;
      const state = await withAws("asking how a generator fares", () => one.watched.remote.state());
      if (!state.running) {
        await this.#look();
        if (one.done === undefined) return lost(one, `was lost (${state.said.split("\n")[0] ?? ""})`);
      } else if (!ending && silentMs >= times.lostAfterMs) {
        return lost(one, `was not heard of for ${Math.round(silentMs / 1000)} s; its last sign came`);
      }
    }
    return null;
  }

  #requestLimit(): FleetAbort | null {
    const { maxRequests } = this.options;
    const requests = this.#follows.reduce((sum, { report }) => sum + (report?.requests ?? 0), 0);
    if (requests <= maxRequests) return null;
    return {
      kind: "request-limit",
      text: `${requests} requests were made (limits.maxRequests ${maxRequests})`,
    };
  }

  #errorFlood(): FleetAbort | null {
    const limit = this.options.workload.abortErrorRatio;
    if (limit === undefined) return null;
    const reports = this.#reports();
    const requests = reports.reduce((sum, { recent }) => sum + recent.requests, 0);
    const failed = reports.reduce((sum, { recent }) => sum + recent.failed, 0);
    if (requests < ABORT_MIN_REQUESTS || failed / requests < limit) return null;
    const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
    return {
      kind: "error-ratio",
      text: `${percent(failed / requests)} of the latest requests failed (limit ${percent(limit)})`,
    };
  }

  #overlong(nowMs: number, endMs: number): FleetAbort | null {
    const { storeMs } = this.options.times;
    if (nowMs <= endMs + storeMs) return null;
    return {
      kind: "deadline",
      text: `generators had not stored their samples ${Math.round(storeMs / 1000)} s after the end`,
    };
  }

  #reports(): readonly ProgressReport[] {
    return this.#follows.flatMap(({ report, done }) =>
      report === undefined || done !== undefined ? [] : [report],
    );
  }

  #progress(nowMs: number, startedAtMs: number): FleetProgress {
    const elapsedSeconds = Math.max(0, (nowMs - startedAtMs) / 1000);
    const profile = wholeProfile(this.options.workload);
    const piece = arrivalPieces(profile).find(
      ({ fromSeconds, toSeconds }) => elapsedSeconds >= fromSeconds && elapsedSeconds < toSeconds,
    );
    const ended = elapsedSeconds * 1000 >= this.#totalMs;
    const reports = this.#reports();
    const beat = this.options.times.heartbeatSeconds;
    const recent = (of: (report: ProgressReport["recent"]) => number): number =>
      reports.reduce((sum, report) => sum + of(report.recent), 0);
    const requests = recent((report) => report.requests);
    return {
      phase: ended ? "ending" : elapsedSeconds * 1000 < this.#warmupMs ? "warm-up" : "load",
      stage: piece?.label ?? "ending",
      elapsedSeconds,
      totalSeconds: this.#totalMs / 1000,
      plannedRatePerSecond: ended ? 0 : rateAt(profile, elapsedSeconds),
      achievedRatePerSecond: recent((report) => report.started) / beat,
      requestRatePerSecond: requests / beat,
      p95Ms: previewP95Ms(reports),
      errorRatio: requests === 0 ? 0 : recent((report) => report.failed) / requests,
      generatorsRunning: this.#follows.filter(({ done }) => done === undefined).length,
      droppedIterations: this.#follows.reduce((sum, { report }) => sum + (report?.dropped ?? 0), 0),
    };
  }
}
