import { type FileHandle, open } from "node:fs/promises";

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** Follows a file that another process writes, line by line; each byte is read once. */
export class FileTail {
  #file: FileHandle | undefined;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  /** @param onLine told of each whole line: it stands at [from, to) of the data, without its newline */
  constructor(
    private readonly path: string,
    private readonly onLine: (data: Buffer, from: number, to: number) => void,
  ) {}

  /** Reads what was added since the last call. A file that is not there yet has nothing to say. */
  async poll(): Promise<void> {
    if (this.#file === undefined) {
      try {
        this.#file = await open(this.path, "r");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
        throw error;
      }
    }
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK_BYTES, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#take(Buffer.concat([this.#rest, this.#chunk.subarray(0, bytesRead)]));
    }
  }

  /**
   * Ends the following. What comes after the last whole line, which only a killed writer leaves behind, is cut off the file, so that
   * the file can be read as a table.
   */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    if (this.#rest.length === 0) return;
    const file = await open(this.path, "r+");
    await file.truncate(this.#offset - this.#rest.length);
    await file.close();
    this.#rest = Buffer.alloc(0);
  }

  #take(data: Buffer): void {
    let from = 0;
    for (;;) {
      const to = data.indexOf(NEWLINE, from);
      if (to < 0) break;
      this.onLine(data, from, to);
      from = to + 1;
    }
    this.#rest = Buffer.from(data.subarray(from));
  }
}
