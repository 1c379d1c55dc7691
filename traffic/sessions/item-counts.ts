/**
 * How often each item was asked for, exactly while it can be, then with lossy counting (Manku and Motwani 2002): items seen once or twice
 * are forgotten when there are too many, the popular ones stay.
 */
export class ItemCounts {
  readonly #counts = new Map<string, number>();
  #forgottenItems = 0;
  #requests = 0;
  #threshold = 1;
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  constructor(private readonly mostItems: number) {}

  add(item: string): void {
    this.#requests += 1;
    const known = this.#counts.get(item);
    this.#counts.set(item, (known ?? 0) + 1);
    if (known !== undefined) return;
    const value = /^\d{1,15}$/.test(item) ? Number(item) : Number.NaN;
    if (value < this.#lowest) this.#lowest = value;
    if (value > this.#highest) this.#highest = value;
    if (this.#counts.size > this.mostItems) this.#forget();
  }

  #forget(): void {
    for (const [item, count] of this.#counts) {
      if (count > this.#threshold) continue;
      this.#counts.delete(item);
      this.#forgottenItems += 1;
    }
    if (this.#counts.size > this.mostItems / 2) this.#threshold += 1;
  }

  get requests(): number {
    return this.#requests;
  }

  /** Different items; an upper bound once some were forgotten, because a forgotten one may have come again. */
  get items(): number {
    return this.#counts.size + this.#forgottenItems;
  }

  get exact(): boolean {
    return this.#forgottenItems === 0;
  }

  counts(): readonly number[] {
    return [...this.#counts.values()];
  }

  /** Least and largest number among the items; null when none is one. */
  range(): { readonly min: number; readonly max: number } | null {
    return Number.isFinite(this.#lowest) ? { min: this.#lowest, max: this.#highest } : null;
  }
}
