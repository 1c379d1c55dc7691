import type { FormatOptions } from "./formats";
import type { LogFile, MalformedListener } from "./log-file";
import { readLog } from "./log-file";
import type { LogRecord } from "./record";

/** A file that is being read, with its next request. */
class Cursor {
  #batch: readonly LogRecord[] = [];
  #at = 0;

  constructor(private readonly source: AsyncGenerator<readonly LogRecord[]>) {}

  get head(): LogRecord | undefined {
    return this.#batch[this.#at];
  }

  advance(): void {
    this.#at += 1;
  }

  /** Reads on when the batch is used up. False at the file's end. */
  async fill(): Promise<boolean> {
    while (this.#at >= this.#batch.length) {
      const { done, value } = await this.source.next();
      if (done === true) return false;
      this.#batch = value;
      this.#at = 0;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.source.return(undefined);
  }
}

/** Requests of one batch. */
const BATCH = 4096;

/**
 * The requests of several logs in the order of time, in batches: logs of several servers are woven together, parts of a rotated log follow
 * each other whatever the order they were named in. A file is opened only when its first request is due. Within a file nothing is moved.
 */
export async function* readLogs(
  files: readonly LogFile[],
  options: FormatOptions,
  onMalformed: MalformedListener,
): AsyncGenerator<readonly LogRecord[]> {
  const [only] = files;
  if (files.length === 1 && only !== undefined) {
    yield* readLog(only, options, onMalformed);
    return;
  }
  const waiting = await orderByStart(files, options);
  const open: Cursor[] = [];
  try {
    let batch: LogRecord[] = [];
    while (open.length > 0 || waiting.length > 0) {
      const present = earliest(open);
      const [due] = waiting;
      if (due !== undefined && due.startMs <= (present?.head?.timeMs ?? Number.POSITIVE_INFINITY)) {
        waiting.shift();
        const cursor = new Cursor(readLog(due.file, options, onMalformed));
        if (await cursor.fill()) open.push(cursor);
        continue;
      }
      if (present?.head === undefined) continue;
      batch.push(present.head);
      present.advance();
      // Waits only where a read is needed.
      if (present.head === undefined && !(await present.fill())) open.splice(open.indexOf(present), 1);
      if (batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    await Promise.all(open.map((cursor) => cursor.close()));
  }
}

function earliest(open: readonly Cursor[]): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of open) {
    if (best === undefined || (cursor.head?.timeMs ?? 0) < (best.head?.timeMs ?? 0)) best = cursor;
  }
  return best;
}

interface Waiting {
  readonly file: LogFile;
  readonly startMs: number;
}

async function orderByStart(files: readonly LogFile[], options: FormatOptions): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const file of files) {
    const source = readLog(file, options, () => undefined);
    const first = await source.next();
    await source.return(undefined);
    // Without a single request its lines are still to be counted.
    waiting.push({ file, startMs: first.done === true ? 0 : (first.value[0]?.timeMs ?? 0) });
  }
  return waiting.sort((a, b) => a.startMs - b.startMs);
}
