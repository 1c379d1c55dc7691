import { type FileHandle, open } from "node:fs/promises";

const CHUNK_BYTES = 64 * 1024;

/** Follows a JSON-lines file that another process appends to: each call gives the lines that were completed since the last. */
export class JsonLineTail {
  #offset = 0;
  #rest = "";

  constructor(private readonly file: string) {}

  /** Whole new lines, parsed; lines that are not JSON are left out. @throws when the file cannot be read */
  async next(): Promise<readonly unknown[]> {
    const handle = await open(this.file, "r");
    try {
      const text = this.#rest + (await this.#readOn(handle));
      const lines = text.split("\n");
      this.#rest = lines.pop() ?? "";
      return lines.flatMap((line) => {
        try {
          const parsed: unknown = JSON.parse(line);
          return [parsed];
        } catch {
          return [];
        }
      });
    } finally {
      await handle.close();
    }
  }

  async #readOn(handle: FileHandle): Promise<string> {
    const parts: Buffer[] = [];
    for (;;) {
      const { bytesRead, buffer } = await handle.read(
        Buffer.alloc(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        this.#offset,
      );
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      parts.push(buffer.subarray(0, bytesRead));
    }
    return Buffer.concat(parts).toString("utf8");
  }
}
