import type { CountedInterval } from "../../analysis/traffic/lognormal";

/** Upper ends of the intervals, seconds: 24 in each tenfold, from a millisecond to a day. */
const PER_DECADE = 24;
const SMALLEST_SECONDS = 0.001;
const INTERVALS = 8 * PER_DECADE;

const edge = (index: number): number => SMALLEST_SECONDS * 10 ** (index / PER_DECADE);

/**
 * Counts of pauses in bounded memory. A log that tells whole seconds gives the pause to the second: the true one lies up to a step of the
 * clock to either side, nearer in most cases, so half a step.
 */
export class PauseCounts {
  /** Pauses of few steps of the clock, by their number of steps. */
  readonly #steps = new Map<number, number>();
  readonly #intervals = new Float64Array(INTERVALS + 1);
  #count = 0;

  constructor(private readonly resolutionSeconds: number) {}

  get count(): number {
    return this.#count;
  }

  add(seconds: number): void {
    this.#count += 1;
    const steps = Math.round(seconds / this.resolutionSeconds);
    if (steps <= PER_DECADE) {
      this.#steps.set(steps, (this.#steps.get(steps) ?? 0) + 1);
      return;
    }
    const index = Math.min(
      INTERVALS,
      Math.max(0, Math.ceil(Math.log10(seconds / SMALLEST_SECONDS) * PER_DECADE - 1e-9)),
    );
    this.#intervals[index] = (this.#intervals[index] ?? 0) + 1;
  }

  intervals(): readonly CountedInterval[] {
    const step = this.resolutionSeconds;
    const few = [...this.#steps].map(([steps, count]) => ({
      fromSeconds: Math.max(0, (steps - 0.5) * step),
      toSeconds: (steps + 0.5) * step,
      count,
    }));
    const many = Array.from(this.#intervals, (count, index) => ({
      fromSeconds: index === 0 ? 0 : edge(index - 1),
      toSeconds: edge(index),
      count,
    }));
    return [...few, ...many].filter(({ count }) => count > 0).sort((a, b) => a.toSeconds - b.toSeconds);
  }
}
