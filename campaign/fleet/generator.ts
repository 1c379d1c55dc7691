import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type Exit,
  type ProcessRecord,
  type ProcessSpec,
  startProcess,
  stopProcess,
} from "../../components/local/supervisor";
import { EnvironmentError, PerfbedError } from "../../core/errors";
import type { LoadToolAdapter, RenderedGenerator } from "../../scenarios/adapters/adapter";
import { controlOf, type GeneratorControl } from "./start-control";

/** Milliseconds a generator gets to write out its last samples when it is told to stop. */
const STOP_GRACE_MS = 8_000;

export interface GeneratorStart {
  readonly environmentId: string;
  readonly name: string;
  readonly folder: string;
  readonly adapter: LoadToolAdapter;
  readonly rendered: RenderedGenerator;
  readonly controlPort: number;
  readonly readyTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** One process of the fleet, from its files to its end. */
export class Generator {
  readonly control: GeneratorControl;
  #record: ProcessRecord | undefined;
  #exit: Exit | undefined;

  constructor(private readonly options: GeneratorStart) {
    const { adapter, folder, controlPort } = options;
    this.control = controlOf(adapter.startControl, { folder, port: controlPort });
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
   * Writes the files and starts the tool; returns when it has loaded its script and waits for its start.
   * @throws EnvironmentError quoting the tool's own message
   */
  async prepare(): Promise<void> {
    const { folder, rendered, signal } = this.options;
    // Files of an earlier run of the same name must not be taken for this one's.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(rendered.files)) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, text, { mode: 0o600 });
    }
    // Made before the tool does, so that the samples are this user's alone.
    for (const file of [rendered.samples.path, rendered.logFile]) {
      if (file !== undefined) await writeFile(file, "", { mode: 0o600 });
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

  /** Stops it if it still runs; its last samples are written out first. */
  async stop(): Promise<void> {
    if (this.#record !== undefined) await stopProcess(this.#record);
    await this.control.close();
  }

  /** What the tool said last of what went wrong; undefined when it has nothing to tell. */
  async lastError(): Promise<string | undefined> {
    const file = this.options.rendered.logFile ?? this.#record?.logFile;
    return file === undefined
      ? undefined
      : this.options.adapter.lastError(await readFile(file, "utf8").catch(() => ""));
  }

  #spec(): ProcessSpec {
    const { environmentId, name, folder, rendered, readyTimeoutMs } = this.options;
    return {
      environmentId,
      name,
      tier: "fleet",
      command: rendered.command,
      args: rendered.args,
      cwd: folder,
      env: rendered.env,
      ports: this.control.ports,
      ready: this.control.probe(readyTimeoutMs),
      stop: { signal: "SIGTERM", graceMs: STOP_GRACE_MS },
    };
  }

  async #waitUntilReady(): Promise<void> {
    const { readyTimeoutMs, signal } = this.options;
    const deadline = performance.now() + readyTimeoutMs;
    for (;;) {
      signal.throwIfAborted();
      if (this.#exit !== undefined) throw new Error("it ended while it made itself ready");
      if (await this.control.isReady()) return;
      if (performance.now() > deadline) {
        throw new Error(`it was not ready within ${Math.round(readyTimeoutMs / 1000)} s`);
      }
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  async #failure(error: unknown): Promise<PerfbedError> {
    const said = await this.lastError();
    if (said === undefined && error instanceof PerfbedError) return error;
    const reason = said ?? (error instanceof Error ? error.message : String(error));
    const { rendered, adapter } = this.options;
    const log = rendered.logFile ?? this.#record?.logFile;
    return new EnvironmentError("PERFBED_GENERATOR_FAILED", `${this.name} cannot run: ${reason}`, {
      cause: error,
      ...(log === undefined
        ? {}
        : { hint: `${adapter.title}'s messages are in ${log} as long as the environment stands.` }),
    });
  }
}
