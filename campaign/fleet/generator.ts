import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Exit,
  ProbeKind,
  type ProcessRecord,
  type ProcessSpec,
  startProcess,
  stopProcess,
} from "../../components/local/supervisor";
import { EnvironmentError, PerfbedError } from "../../core/errors";
import { k6Message, type RenderedK6 } from "../../scenarios/adapters/k6";
import { K6Api } from "./k6-api";

/** Milliseconds k6 gets to write out its last samples when it is told to stop. */
const STOP_GRACE_MS = 8_000;

export interface GeneratorStart {
  readonly environmentId: string;
  readonly name: string;
  readonly folder: string;
  readonly rendered: RenderedK6;
  readonly k6Path: string;
  readonly apiPort: number;
  readonly readyTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Last error in k6's own log; undefined when it has none to tell. */
export async function lastK6Error(logFile: string): Promise<string | undefined> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line.includes("level=error"));
  const last = lines.at(-1);
  return last === undefined ? undefined : k6Message(last);
}

/** One k6 process of the fleet, from its files to its end. */
export class Generator {
  readonly api: K6Api;
  #record: ProcessRecord | undefined;
  #exit: Exit | undefined;

  constructor(private readonly options: GeneratorStart) {
    this.api = new K6Api(options.apiPort);
  }

  get name(): string {
    return this.options.name;
  }

  get record(): ProcessRecord | undefined {
    return this.#record;
  }

  /** Undefined while it runs and when it never started. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /**
   * Writes the files and starts k6, paused; returns when its virtual users are initialised.
   * @throws EnvironmentError quoting k6's own message
   */
  async prepare(): Promise<void> {
    const { folder, rendered, signal } = this.options;
    // Files of an earlier run of the same name must not be taken for this one's.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(rendered.files)) {
      await writeFile(join(folder, name), text, { mode: 0o600 });
    }
    // Made before k6 does, so that the samples are this user's alone.
    for (const file of [rendered.samples.path, rendered.logFile]) {
      await writeFile(file, "", { mode: 0o600 });
    }
    try {
      this.#record = await startProcess(this.#spec(), {
        signal,
        onExit: (exit) => {
          this.#exit = exit;
        },
      });
      await this.#waitUntilReady();
    } catch (error) {
      signal.throwIfAborted();
      throw await this.#failure(error);
    }
  }

  /** Stops k6 if it still runs; its last samples are written out first. */
  async stop(): Promise<void> {
    if (this.#record !== undefined) await stopProcess(this.#record);
    await this.api.close();
  }

  #spec(): ProcessSpec {
    const { environmentId, name, folder, rendered, k6Path, apiPort, readyTimeoutMs } = this.options;
    return {
      environmentId,
      name,
      tier: "fleet",
      command: k6Path,
      args: rendered.args,
      cwd: folder,
      env: rendered.env,
      ports: [apiPort],
      ready: { kind: ProbeKind.Http, endpoint: this.api.statusUrl, timeoutMs: readyTimeoutMs },
      stop: { signal: "SIGTERM", graceMs: STOP_GRACE_MS },
    };
  }

  async #waitUntilReady(): Promise<void> {
    const { readyTimeoutMs, signal } = this.options;
    const deadline = performance.now() + readyTimeoutMs;
    for (;;) {
      signal.throwIfAborted();
      if (this.#exit !== undefined) throw new Error("it ended while its virtual users were made");
      if (await this.api.isReady().catch(() => false)) return;
      if (performance.now() > deadline) {
        throw new Error(`its virtual users were not ready within ${Math.round(readyTimeoutMs / 1000)} s`);
      }
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  async #failure(error: unknown): Promise<PerfbedError> {
    const said = await lastK6Error(this.options.rendered.logFile);
    if (said === undefined && error instanceof PerfbedError) return error;
    const reason = said ?? (error instanceof Error ? error.message : String(error));
    return new EnvironmentError("PERFBED_GENERATOR_FAILED", `${this.name} cannot run: ${reason}`, {
      cause: error,
      hint: `k6's messages are in ${this.options.rendered.logFile} as long as the environment stands.`,
    });
  }
}
