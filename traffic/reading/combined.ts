import { AgentTable } from "./agents";
import { sessionOfCookies } from "./cookies";
import { hashBytes, hashText } from "./hash";
import { isBelievable, type LineParser, type LogRecord, type Malformed } from "./record";
import { parseRequestLine } from "./request-line";
import { parseTimeText, type Timestamp } from "./timestamps";

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const LETTER_A = 0x61;
const LETTER_F = 0x66;

export interface CombinedOptions {
  /** Cookie of the session, in a cookie field behind the standard ones. @default the usual names */
  readonly sessionCookie: string | undefined;
  readonly nowMs: number;
}

/**
 * The common and combined log formats of Apache and nginx, byte by byte:
 * `address ident user [time] "request" status bytes "referrer" "agent"`, with the virtual host in front where the log has it, and with any
 * further fields behind. Of those a quoted one with `name=value` may hold the session's cookie.
 */
export class CombinedParser implements LineParser {
  readonly #agents = new AgentTable();
  readonly #options: CombinedOptions;
  /** The last time's bytes and what they mean: a busy second has hundreds of lines. */
  #timeBytes: Buffer = Buffer.alloc(0);
  #time: Timestamp | undefined;

  constructor(options: CombinedOptions) {
    this.#options = options;
  }

  parse(bytes: Buffer, from: number, to: number): LogRecord | Malformed | null {
    const open = timeStart(bytes, from, to);
    if (open < 0) return "field missing: time";
    const close = find(bytes, CLOSE, open, to);
    if (close < 0) return "field missing: time";
    const address = addressOf(bytes, from, open);
    if (address.to <= address.from) return "field missing: address";
    const time = this.#timeOf(bytes, open + 1, close);
    if (time === undefined) return "time is not understood";
    if (!isBelievable(time.timeMs, this.#options.nowMs)) return "time is before 1995 or in the future";

    let at = skipSpaces(bytes, close + 1, to);
    if (at >= to || bytes[at] !== QUOTE) return "field missing: request";
    const requestEnd = closingQuote(bytes, at, to);
    if (requestEnd < 0) return "cut off in the middle";
    const request = parseRequestLine(bytes.toString("latin1", at + 1, requestEnd), "bytes");
    at = skipSpaces(bytes, requestEnd + 1, to);
    const status = statusAt(bytes, at, to);
    if (request === undefined) return "not an HTTP request";
    if (status === undefined) return at >= to ? "field missing: status" : "status is not a number 100..599";

    // bytes "referrer" "agent" and what a user's own format has behind
    let agentFrom = to;
    let agentTo = to;
    let session: number | null = null;
    let quoted = 0;
    at += 3;
    while (at < to) {
      const start = find(bytes, QUOTE, at, to);
      if (start < 0) break;
      const end = closingQuote(bytes, start, to);
      if (end < 0) break;
      quoted += 1;
      if (quoted === 2) {
        agentFrom = start + 1;
        agentTo = end;
      } else if (quoted > 2 && session === null) {
        session = sessionOfCookies(bytes.toString("latin1", start + 1, end), this.#options.sessionCookie);
      }
      at = end + 1;
    }
    const agentHash = hashBytes(bytes, agentFrom, agentTo);
    return {
      timeMs: time.timeMs,
      offsetMinutes: time.offsetMinutes,
      method: request.method,
      path: request.path,
      query: request.query,
      status,
      client: hashBytes(bytes, address.from, address.to, agentHash),
      session,
      // The common format has no agents, so nobody is called a bot for not having one.
      agent: quoted < 2 ? "browser" : this.#agents.kindOf(bytes, agentFrom, agentTo, agentHash),
    };
  }

  #timeOf(bytes: Buffer, from: number, to: number): Timestamp | undefined {
    const last = this.#timeBytes;
    let same = last.length === to - from;
    // The seconds differ first, so from behind.
    for (let at = to - from - 1; same && at >= 0; at--) same = bytes[from + at] === last[at];
    if (!same) {
      this.#timeBytes = Buffer.from(bytes.subarray(from, to));
      this.#time = parseTimeText(bytes.toString("latin1", from, to));
    }
    return this.#time;
  }
}

/** Position of a byte; -1 when it is not there. Fields are short: a call of the native search would cost more than the loop. */
function find(bytes: Buffer, wanted: number, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === wanted) return at;
  return -1;
}

/** Where the time's bracket opens: the first one behind a space, so that the brackets of an IPv6 address do not count. */
function timeStart(bytes: Buffer, from: number, to: number): number {
  for (let at = from + 1; at < to; at++) if (bytes[at] === OPEN && bytes[at - 1] === SPACE) return at;
  return -1;
}

interface Slice {
  readonly from: number;
  readonly to: number;
}

/** The client's address: the first word, or the second where the first is a virtual host. */
function addressOf(bytes: Buffer, from: number, open: number): Slice {
  const first = wordAt(bytes, from, open);
  const second = wordAt(bytes, first.to + 1, open);
  if (!isAddress(bytes, first) && isAddress(bytes, second)) return second;
  // Logs of an address that was left out have "-".
  return first.to - first.from === 1 && bytes[first.from] === DASH ? { from, to: from } : first;
}

function wordAt(bytes: Buffer, from: number, limit: number): Slice {
  const space = find(bytes, SPACE, from, limit);
  return { from, to: space < 0 ? Math.max(from, limit) : space };
}

/** Digits, dots, colons, hexadecimal letters and brackets, with a dot or a colon among them: IPv4 or IPv6. */
function isAddress(bytes: Buffer, { from, to }: Slice): boolean {
  let separators = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const letter = byte | 0x20;
    if (byte === DOT || byte === COLON) separators += 1;
    else if (
      !(
        (byte >= ZERO && byte <= NINE) ||
        (letter >= LETTER_A && letter <= LETTER_F) ||
        byte === OPEN ||
        byte === CLOSE
      )
    )
      return false;
  }
  return separators > 0;
}

function skipSpaces(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === SPACE) at += 1;
  return at;
}

/** The quote that ends a text which begins at `open`; one behind a backslash belongs to the text. -1 when there is none. */
function closingQuote(bytes: Buffer, open: number, to: number): number {
  for (let at = open + 1; at < to; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return -1;
}

function statusAt(bytes: Buffer, at: number, to: number): number | undefined {
  if (at + 3 > to || (at + 3 < to && bytes[at + 3] !== SPACE)) return undefined;
  let status = 0;
  for (let index = at; index < at + 3; index++) {
    const digit = bytes[index] ?? 0;
    if (digit < ZERO || digit > NINE) return undefined;
    status = status * 10 + digit - ZERO;
  }
  return status >= 100 && status <= 599 ? status : undefined;
}

/** Address and agent of a text format as one hash. */
export const clientHash = (address: string, agent: string): number => hashText(address, hashText(agent));
