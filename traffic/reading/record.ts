/** What kind of program asked, by what it says of itself. */
export type AgentKind = "browser" | "bot" | "health-check";

/** One request of a log, whatever the log's format. Nothing in it identifies a person but hashes that never leave memory. */
export interface LogRecord {
  /** When the log says it happened, ms since the epoch. */
  readonly timeMs: number;
  /** Local time of the log minus UTC, minutes. */
  readonly offsetMinutes: number;
  readonly method: string;
  /** From the first "/" to the "?", percent-encoded where it needs it. */
  readonly path: string;
  /** Behind the "?"; empty when there is none. */
  readonly query: string;
  readonly status: number;
  /** Hash of address and user agent. */
  readonly client: number;
  /** Hash of the session's cookie or field; null when the log has none. */
  readonly session: number | null;
  readonly agent: AgentKind;
}

/** Why a line could not be read. Never holds any of its text, which may be personal. */
export type Malformed =
  | "cut off in the middle"
  | "field missing: address"
  | "field missing: method"
  | "field missing: path"
  | "field missing: request"
  | "field missing: status"
  | "field missing: time"
  | "fewer fields than the format has"
  | "line too long"
  | "not JSON"
  | "not an HTTP request"
  | "no #Fields line before it"
  | "not of the format"
  | "status is not a number 100..599"
  | "time is not understood"
  | "time is before 1995 or in the future";

/** How a format reads one line: bytes `from` up to `to`, without the line's end. Null for a line that holds no request (a comment). */
export interface LineParser {
  parse(bytes: Buffer, from: number, to: number): LogRecord | Malformed | null;
}

/** Earliest time that is believed: there were no web server logs before. */
export const EARLIEST_MS = Date.UTC(1995, 0, 1);
const DAY_MS = 86_400_000;

/** True for a time that a log of today can hold; a clock may be a day off. */
export const isBelievable = (timeMs: number, nowMs: number): boolean =>
  timeMs >= EARLIEST_MS && timeMs <= nowMs + DAY_MS;
