/** Turns counters that only grow into rates between two looks. */
export class CounterRates {
  readonly #last = new Map<string, { value: number; atMs: number }>();

  /**
   * @param now monotonic milliseconds
   */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Growth since the last look; undefined on the first look and after a reset (the counter's owner started anew). */
  growth(counter: string, value: number): { readonly amount: number; readonly seconds: number } | undefined {
    const atMs = this.now();
    const before = this.#last.get(counter);
    this.#last.set(counter, { value, atMs });
    if (before === undefined || value < before.value || atMs <= before.atMs) return undefined;
    return { amount: value - before.value, seconds: (atMs - before.atMs) / 1000 };
  }

  /** Growth per second, as a list to spread: empty when it cannot be told. */
  perSecond(counter: string, value: number): readonly number[] {
    const growth = this.growth(counter, value);
    return growth === undefined ? [] : [growth.amount / growth.seconds];
  }

  /**
   * Share of `part` in `part + rest` since the last look. Empty when nothing grew: a ratio of no look-ups is no ratio.
   */
  share(name: string, part: number, rest: number): readonly number[] {
    const grown = this.growth(`${name}/part`, part);
    const other = this.growth(`${name}/rest`, rest);
    if (grown === undefined || other === undefined) return [];
    const total = grown.amount + other.amount;
    return total === 0 ? [] : [grown.amount / total];
  }

  /** Forgets every counter that is not among the living ones, so that a long run with many instances does not grow. */
  keepOnly(living: ReadonlySet<string>): void {
    for (const counter of this.#last.keys()) if (!living.has(counter)) this.#last.delete(counter);
  }
}
