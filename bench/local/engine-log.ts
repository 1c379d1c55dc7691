import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** When the engine began and ended a resource, ms since the log was first followed. */
export interface ResourceTiming {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const LINE = /^ ?[+-] {1,2}\S*perfbed\/local:\w+ (\S+) (creating|created|deleting|deleted) /;
const LOOK_EVERY_MS = 20;

/**
 * Follows the engine's log while it is written and notes when its lines about the local target's resources come: the times that the
 * engine prints itself are whole seconds from one second on.
 */
export class EngineLog {
  readonly #began = new Map<string, number>();
  readonly #timings: ResourceTiming[] = [];
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #offset: number;
  #rest = "";

  constructor(private readonly file: string) {
    // A destroy goes on in the log of the up.
    this.#offset = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Ends the following. */
  close(): readonly ResourceTiming[] {
    clearInterval(this.#timer);
    this.#look();
    return this.#timings;
  }

  #look(): void {
    if (!existsSync(this.file)) return;
    const file = openSync(this.file, "r");
    try {
      const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#offset));
      this.#offset += readSync(file, buffer, 0, buffer.length, this.#offset);
      this.#rest += buffer.toString("utf8");
    } finally {
      closeSync(file);
    }
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line, performance.now() - this.#startedAt);
  }

  #take(line: string, atMs: number): void {
    const [, name, what] = LINE.exec(line) ?? [];
    if (name === undefined) return;
    if (what === "creating" || what === "deleting") {
      this.#began.set(name, atMs);
      return;
    }
    const fromMs = this.#began.get(name);
    if (fromMs !== undefined) this.#timings.push({ name, fromMs, toMs: atMs });
  }
}
