import { AgentTable } from "./agents";
import { clientHash } from "./combined";
import { hashText } from "./hash";
import { isBelievable, type LineParser, type LogRecord, type Malformed } from "./record";
import { isMethod, parseTarget } from "./request-line";
import { parseTimeText } from "./timestamps";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const NEWLINE = 0x0a;
const ENTRIES = Buffer.from('"entries"');

/** A part of the file that is one entry of the recording. */
export type EntryListener = (bytes: Buffer, from: number, to: number, line: number) => void;

/**
 * Cuts an HTTP archive into its entries without holding it in memory: the objects of the first list called "entries". Response bodies
 * inside an entry pass through; an entry above the limit is told as such.
 */
export class HarSplitter {
  #state: "before" | "name" | "list" | "after" = "before";
  #matched = 0;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #line = 1;
  #entryLine = 1;
  #parts: Buffer[] = [];
  #held = 0;
  #dropped = false;

  constructor(
    private readonly mostBytes: number,
    private readonly onEntry: EntryListener,
    private readonly onTooLong: (line: number) => void,
  ) {}

  /** True when an entry had begun and not ended. */
  get unfinished(): boolean {
    return this.#depth > 0 || this.#state === "list";
  }

  get line(): number {
    return this.#line;
  }

  push(chunk: Buffer): void {
    let entryFrom = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === NEWLINE) this.#line += 1;
      if (this.#state !== "list") {
        this.#beforeList(byte);
        continue;
      }
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inText = false;
      } else if (byte === QUOTE) {
        this.#inText = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_LIST) {
        if (this.#depth === 0) {
          entryFrom = at;
          this.#entryLine = this.#line;
        }
        this.#depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_LIST) {
        if (this.#depth === 0) {
          this.#state = "after";
          continue;
        }
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#finish(chunk, entryFrom, at + 1);
          entryFrom = -1;
        }
      }
    }
    if (entryFrom >= 0) this.#hold(chunk.subarray(entryFrom));
  }

  #beforeList(byte: number | undefined): void {
    if (this.#state === "after") return;
    if (this.#state === "name") {
      if (byte === OPEN_LIST) this.#state = "list";
      return;
    }
    this.#matched = byte === ENTRIES[this.#matched] ? this.#matched + 1 : byte === QUOTE ? 1 : 0;
    if (this.#matched === ENTRIES.length) this.#state = "name";
  }

  #hold(part: Buffer): void {
    if (this.#dropped) return;
    this.#held += part.length;
    if (this.#held > this.mostBytes) {
      this.#dropped = true;
      this.#parts = [];
    } else {
      this.#parts.push(Buffer.from(part));
    }
  }

  #finish(chunk: Buffer, from: number, to: number): void {
    if (this.#held === 0 && !this.#dropped && to - from <= this.mostBytes) {
      this.onEntry(chunk, from, to, this.#entryLine);
    } else {
      this.#hold(chunk.subarray(from, to));
      if (this.#dropped) this.onTooLong(this.#entryLine);
      else {
        const whole = Buffer.concat(this.#parts);
        this.onEntry(whole, 0, whole.length, this.#entryLine);
      }
    }
    this.#parts = [];
    this.#held = 0;
    this.#dropped = false;
  }
}

const get = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function headerOf(request: unknown, name: string): string | undefined {
  const headers = get(request, "headers");
  if (!Array.isArray(headers)) return undefined;
  const found: unknown = headers.find(
    (header: unknown) => String(get(header, "name")).toLowerCase() === name,
  );
  const value = get(found, "value");
  return typeof value === "string" ? value : undefined;
}

/** One entry of an HTTP archive (HAR 1.2). A recording is one browser's: its client is the file. */
export class HarEntryParser implements LineParser {
  readonly #agents = new AgentTable();
  readonly #client: number;

  constructor(
    private readonly options: {
      readonly file: string;
      readonly sessionCookie: string | undefined;
      readonly nowMs: number;
    },
  ) {
    this.#client = clientHash(options.file, "har");
  }

  parse(bytes: Buffer, from: number, to: number): LogRecord | Malformed | null {
    let entry: unknown;
    try {
      entry = JSON.parse(bytes.toString("utf8", from, to));
    } catch {
      return "not JSON";
    }
    const started = get(entry, "startedDateTime");
    if (typeof started !== "string") return "field missing: time";
    const when = parseTimeText(started);
    if (when === undefined) return "time is not understood";
    if (!isBelievable(when.timeMs, this.options.nowMs)) return "time is before 1995 or in the future";
    const request = get(entry, "request");
    const method = get(request, "method");
    const url = get(request, "url");
    if (typeof method !== "string") return "field missing: method";
    if (typeof url !== "string") return "field missing: path";
    const target = parseTarget(url, "unicode");
    if (!isMethod(method) || target === undefined) return "not an HTTP request";
    const status = get(get(entry, "response"), "status");
    if (typeof status !== "number") return "field missing: status";
    const agent = headerOf(request, "user-agent");
    return {
      ...when,
      method,
      ...target,
      status,
      client: this.#client,
      session: this.#session(request),
      agent: agent === undefined ? "browser" : this.#agents.kindOfText(agent),
    };
  }

  #session(request: unknown): number | null {
    const { sessionCookie } = this.options;
    const cookies = get(request, "cookies");
    // Without a name the recording is one person's; its cookies only cut it in pieces.
    if (sessionCookie === undefined || !Array.isArray(cookies)) return null;
    const found: unknown = cookies.find((cookie: unknown) => get(cookie, "name") === sessionCookie);
    const value = get(found, "value");
    return typeof value === "string" ? hashText(value, 1) : null;
  }
}
