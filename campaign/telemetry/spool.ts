import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errorMessage } from "../../storage/errors";
import type { TelemetryPoint } from "../../storage/schema";

/** Quotes a CSV field where it needs it. */
function field(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One point as a CSV line in the column order of `telemetry.parquet`. */
export function formatPoint({ atUs, tier, source, metric, value }: TelemetryPoint): string {
  return `${atUs},${field(tier)},${field(source)},${field(metric)},${value}\n`;
}

/** Points on their way to disk: a soak of days must not live in memory, and a killed campaign keeps what it had. */
export class TelemetrySpool {
  #writing: Promise<void> = Promise.resolve();
  #failure: string | undefined;

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  /** Starts an empty file. */
  static async create(file: string): Promise<TelemetrySpool> {
    await mkdir(dirname(file), { recursive: true });
    return new TelemetrySpool(file, await open(file, "w", 0o600));
  }

  /** Queues points; lines of one call stay together. */
  append(points: readonly TelemetryPoint[]): void {
    const text = points.map(formatPoint).join("");
    this.#writing = this.#writing
      .then(async () => {
        await this.handle.appendFile(text);
      })
      .catch((error: unknown) => {
        this.#failure ??= errorMessage(error);
      });
  }

  /** Waits for the last write and closes. @returns the first error of writing, if there was one */
  async close(): Promise<string | undefined> {
    await this.#writing;
    await this.handle.close();
    return this.#failure;
  }
}
