/** Sums of one second. */
interface Second {
  requests: number;
  errors: number;
  started: number;
  /** At most KEPT_DURATIONS of the second's requests, each with the same chance to be kept. */
  readonly durationsMs: number[];
}

const KEPT_DURATIONS = 1_000;
const KEPT_SECONDS = 30;

export interface LiveFigures {
  readonly requests: number;
  readonly requestRatePerSecond: number;
  readonly startedRatePerSecond: number;
  readonly errorRatio: number;
  readonly p95Ms: number | null;
}

/** The last half minute of the whole fleet, second by second: enough for a preview and for stopping a run that only fails. */
export class LiveWindow {
  readonly #seconds = new Map<number, Second>();

  request(atUs: number, durationMs: number): void {
    const second = this.#at(atUs);
    second.requests += 1;
    if (second.durationsMs.length < KEPT_DURATIONS) {
      second.durationsMs.push(durationMs);
      return;
    }
    // A preview may thin its samples; the stored figures come from all of them.
    const slot = Math.floor(Math.random() * second.requests);
    if (slot < KEPT_DURATIONS) second.durationsMs[slot] = durationMs;
  }

  failed(atUs: number): void {
    this.#at(atUs).errors += 1;
  }

  started(atUs: number): void {
    this.#at(atUs).started += 1;
  }

  /** Figures of the whole seconds in [fromUs, toUs). */
  figures(fromUs: number, toUs: number): LiveFigures {
    const from = Math.ceil(fromUs / 1e6);
    const to = Math.max(from + 1, Math.floor(toUs / 1e6));
    const seconds = Array.from({ length: to - from }, (_, index) => this.#seconds.get(from + index));
    const sum = (of: (second: Second) => number): number =>
      seconds.reduce((total, second) => total + (second === undefined ? 0 : of(second)), 0);
    const requests = sum((second) => second.requests);
    const durations = seconds.flatMap((second) => second?.durationsMs ?? []).sort((a, b) => a - b);
    return {
      requests,
      requestRatePerSecond: requests / seconds.length,
      startedRatePerSecond: sum((second) => second.started) / seconds.length,
      errorRatio: requests === 0 ? 0 : Math.min(1, sum((second) => second.errors) / requests),
      p95Ms: durations[Math.min(durations.length - 1, Math.floor(durations.length * 0.95))] ?? null,
    };
  }

  #at(atUs: number): Second {
    const key = Math.floor(atUs / 1e6);
    const found = this.#seconds.get(key);
    if (found !== undefined) return found;
    const made: Second = { requests: 0, errors: 0, started: 0, durationsMs: [] };
    this.#seconds.set(key, made);
    for (const old of this.#seconds.keys()) if (old < key - KEPT_SECONDS) this.#seconds.delete(old);
    return made;
  }
}
