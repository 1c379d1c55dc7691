import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Instances send their last spans about a second after the last request, the collector writes them soon after. */
const QUIET_MS = 1_500;
const LONGEST_WAIT_MS = 8_000;
const POLL_MS = 250;

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

/** What a collector writes to one of its files between two moments. */
export class FilePart {
  private constructor(
    readonly file: string,
    private readonly fromBytes: number,
  ) {}

  /** From now on. */
  static async begin(folder: string, name: string): Promise<FilePart> {
    const file = join(folder, name);
    return new FilePart(file, await sizeOf(file));
  }

  /** Waits until nothing has been written for a while. */
  async settle(): Promise<void> {
    const end = performance.now() + LONGEST_WAIT_MS;
    let size = await sizeOf(this.file);
    let changedAt = performance.now();
    while (performance.now() < end && performance.now() - changedAt < QUIET_MS) {
      await sleep(POLL_MS);
      const now = await sizeOf(this.file);
      if (now !== size) changedAt = performance.now();
      size = now;
    }
  }

  /** Copies it. @returns number of bytes */
  async copyTo(target: string): Promise<number> {
    const size = await sizeOf(this.file);
    if (size <= this.fromBytes) return 0;
    await pipeline(
      createReadStream(this.file, { start: this.fromBytes, end: size - 1 }),
      createWriteStream(target, { mode: 0o600 }),
    );
    return size - this.fromBytes;
  }
}
