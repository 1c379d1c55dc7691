import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ConfigError } from "../../core/errors";
import { detectFormat, type FormatOptions, LOG_FORMATS, type LogFormat, lineParser } from "./formats";
import { HarSplitter } from "./har";
import type { LineParser, LogRecord, Malformed } from "./record";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
/** Servers limit a request line to 8 to 64 KiB; a "line" above this is no log line. */
const LONGEST_LINE_BYTES = 1 << 20;
const LONGEST_ENTRY_BYTES = 64 << 20;
const CHUNK_BYTES = 1 << 20;
const HEAD_BYTES = 64 << 10;

/** What is told of lines that could not be read. */
export type MalformedListener = (file: string, line: number, reason: Malformed) => void;

export interface LogFile {
  readonly path: string;
  readonly format: LogFormat;
  readonly gzipped: boolean;
}

async function* chunksOf(path: string, gzipped: boolean): AsyncGenerator<Buffer> {
  const raw: Readable = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!gzipped) {
    yield* raw;
    return;
  }
  // Several members behind each other are one text, as with gzip -d.
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  raw.on("error", (error) => unzip.destroy(error));
  raw.pipe(unzip);
  try {
    yield* unzip;
  } finally {
    raw.destroy();
    unzip.destroy();
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function headOf(path: string, gzipped: boolean): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of chunksOf(path, gzipped)) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch {
    // Damaged archives give what they have; reading them whole tells the damage.
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}

/**
 * Finds out what a file is.
 * @throws ConfigError when it cannot be opened or is of no format that is known; every file of the list with its own problem
 */
export async function inspectLogs(
  paths: readonly string[],
  format: LogFormat | undefined,
  options: FormatOptions,
): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  const problems: { field: string; allowed: string; hint?: string }[] = [];
  for (const path of paths) {
    try {
      const gzipped = await isGzip(path);
      const head = await headOf(path, gzipped);
      const found = format ?? detectFormat(head, options);
      if (found !== undefined) files.push({ path, format: found, gzipped });
      else {
        problems.push({
          field: path,
          allowed:
            "an access log: combined or common, JSON lines, ALB, CloudFront (W3C) or HAR, gzipped or not",
          hint:
            head.length === 0
              ? "The file is empty."
              : `None of its first lines could be read. If you know the format, give it: --format ${LOG_FORMATS.join("|")}; fields of a JSON log: --field time=<name>.`,
        });
      }
    } catch (error) {
      problems.push({ field: path, allowed: "a file that can be read", hint: messageOf(error) });
    }
  }
  if (problems.length > 0) throw new ConfigError("The logs cannot be read", problems);
  return files;
}

const messageOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);

/**
 * The requests of one log file in its order, one batch a read. Lines that cannot be read go to the listener and nowhere else; a damaged
 * archive ends the file there, and is told as a line that is cut off.
 */
export async function* readLog(
  file: LogFile,
  options: FormatOptions,
  onMalformed: MalformedListener,
): AsyncGenerator<readonly LogRecord[]> {
  const parser = lineParser(file.format, file.path, options);
  const reader =
    file.format === "har"
      ? new EntryReader(file.path, parser, onMalformed)
      : new LineReader(file.path, parser, onMalformed);
  try {
    for await (const chunk of chunksOf(file.path, file.gzipped)) {
      const batch = reader.push(chunk);
      if (batch.length > 0) yield batch;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    onMalformed(file.path, reader.line, "cut off in the middle");
    return;
  }
  const rest = reader.end();
  if (rest.length > 0) yield rest;
}

const isZlibError = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && /^Z_/.test(String(error.code));

interface Reader {
  /** Number of the line that is being read. */
  readonly line: number;
  push(chunk: Buffer): readonly LogRecord[];
  end(): readonly LogRecord[];
}

class LineReader implements Reader {
  line = 1;
  #rest: Buffer = Buffer.alloc(0);
  /** The present line is too long: its parts are passed over. */
  #skipping = false;
  #batch: LogRecord[] = [];

  constructor(
    private readonly path: string,
    private readonly parser: LineParser,
    private readonly onMalformed: MalformedListener,
  ) {}

  push(chunk: Buffer): readonly LogRecord[] {
    this.#batch = [];
    let from = 0;
    let end = chunk.indexOf(NEWLINE);
    if (end >= 0 && (this.#rest.length > 0 || this.#skipping)) {
      const line = Buffer.concat([this.#rest, chunk.subarray(0, end)]);
      this.#rest = Buffer.alloc(0);
      this.#read(line, 0, line.length);
      from = end + 1;
      end = chunk.indexOf(NEWLINE, from);
    }
    while (end >= 0) {
      this.#read(chunk, from, end);
      from = end + 1;
      end = chunk.indexOf(NEWLINE, from);
    }
    if (from < chunk.length && !this.#skipping) {
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(from)]);
      if (this.#rest.length > LONGEST_LINE_BYTES) {
        this.#rest = Buffer.alloc(0);
        this.#skipping = true;
      }
    }
    return this.#batch;
  }

  end(): readonly LogRecord[] {
    this.#batch = [];
    if (this.#rest.length > 0 || this.#skipping) this.#read(this.#rest, 0, this.#rest.length);
    return this.#batch;
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const line = this.line;
    this.line += 1;
    if (this.#skipping || end - start > LONGEST_LINE_BYTES) {
      this.#skipping = false;
      this.onMalformed(this.path, line, "line too long");
      return;
    }
    let from = start;
    let to = end;
    // UTF-8 byte order mark
    if (line === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3;
    while (to > from && (bytes[to - 1] === RETURN || bytes[to - 1] === BLANK)) to -= 1;
    while (from < to && bytes[from] === BLANK) from += 1;
    if (from >= to) return;
    const result = this.parser.parse(bytes, from, to);
    if (typeof result === "string") this.onMalformed(this.path, line, result);
    else if (result !== null) this.#batch.push(result);
  }
}

class EntryReader implements Reader {
  #batch: LogRecord[] = [];
  #entries = 0;
  readonly #splitter: HarSplitter;

  constructor(
    private readonly path: string,
    parser: LineParser,
    private readonly onMalformed: MalformedListener,
  ) {
    this.#splitter = new HarSplitter(
      LONGEST_ENTRY_BYTES,
      (bytes, from, to, line) => {
        this.#entries += 1;
        const result = parser.parse(bytes, from, to);
        if (typeof result === "string") onMalformed(path, line, result);
        else if (result !== null) this.#batch.push(result);
      },
      (line) => onMalformed(path, line, "line too long"),
    );
  }

  get line(): number {
    return this.#splitter.line;
  }

  push(chunk: Buffer): readonly LogRecord[] {
    this.#batch = [];
    this.#splitter.push(chunk);
    return this.#batch;
  }

  end(): readonly LogRecord[] {
    if (this.#splitter.unfinished) this.onMalformed(this.path, this.line, "cut off in the middle");
    else if (this.#entries === 0) this.onMalformed(this.path, this.line, "not of the format");
    return [];
  }
}
