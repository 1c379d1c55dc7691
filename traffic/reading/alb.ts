import { AgentTable } from "./agents";
import { clientHash } from "./combined";
import { isBelievable, type LineParser, type LogRecord, type Malformed } from "./record";
import { parseRequestLine } from "./request-line";
import { parseTimeText } from "./timestamps";

/** Words of a line; a quoted one keeps what is between its quotes, a quote behind a backslash belongs to it. */
const WORD = /"((?:[^"\\]|\\.)*)"|(\S+)/g;

/** Positions in an entry of an Application Load Balancer (access log entry syntax, AWS documentation). */
const TIME = 1;
const CLIENT = 3;
const ELB_STATUS = 8;
const REQUEST = 12;
const AGENT = 13;

/** Access logs of AWS Application Load Balancers. They hold no cookies. */
export class AlbParser implements LineParser {
  readonly #agents = new AgentTable();

  constructor(private readonly nowMs: number) {}

  parse(bytes: Buffer, from: number, to: number): LogRecord | Malformed | null {
    const line = bytes.toString("latin1", from, to);
    const words: string[] = [];
    for (const match of line.matchAll(WORD)) {
      words.push(match[1] ?? match[2] ?? "");
      if (words.length > AGENT) break;
    }
    const [time, client, status, request, agent] = [TIME, CLIENT, ELB_STATUS, REQUEST, AGENT].map(
      (index) => words[index],
    );
    if (time === undefined || client === undefined || status === undefined) {
      return "fewer fields than the format has";
    }
    // A quote that is never closed begins a word of its own.
    if (request === undefined || agent === undefined || request.startsWith('"') || agent.startsWith('"')) {
      return "cut off in the middle";
    }
    const when = parseTimeText(time);
    if (when === undefined) return "time is not understood";
    if (!isBelievable(when.timeMs, this.nowMs)) return "time is before 1995 or in the future";
    const parsed = parseRequestLine(request, "bytes");
    if (parsed === undefined) return "not an HTTP request";
    // "-": the balancer gave no answer.
    const code = status === "-" ? 0 : Number(status);
    if (code !== 0 && !(code >= 100 && code <= 599)) return "status is not a number 100..599";
    // address:port; an IPv6 address has colons of its own
    const colon = client.lastIndexOf(":");
    return {
      ...when,
      ...parsed,
      status: code,
      client: clientHash(colon < 0 ? client : client.slice(0, colon), agent),
      session: null,
      agent: this.#agents.kindOfText(agent),
    };
  }
}
