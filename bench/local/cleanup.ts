/** What must be undone however the benchmark ends; the last thing made is undone first. */
export class Cleanup {
  readonly #tasks = new Set<() => Promise<unknown>>();

  /** @returns forgets the task: it has been done */
  add(task: () => Promise<unknown>): () => void {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Runs every task, also after one has failed. @returns what failed */
  async run(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const task of [...this.#tasks].reverse()) {
      await task().catch((error: unknown) => failures.push(error));
    }
    this.#tasks.clear();
    return failures;
  }
}
