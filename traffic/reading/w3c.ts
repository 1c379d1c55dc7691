import { AgentTable } from "./agents";
import { clientHash } from "./combined";
import { sessionOfCookies } from "./cookies";
import { isBelievable, type LineParser, type LogRecord, type Malformed } from "./record";
import { cleanTarget, isMethod, parseTarget } from "./request-line";
import { parseTimeText } from "./timestamps";

/** Names of the fields that count, the ones that are taken first in front. */
const FIELDS = {
  date: ["date"],
  time: ["time"],
  address: ["c-ip"],
  method: ["cs-method"],
  path: ["cs-uri-stem"],
  query: ["cs-uri-query"],
  status: ["sc-status"],
  agent: ["cs(User-Agent)"],
  cookies: ["cs(Cookie)"],
} as const;

type Field = keyof typeof FIELDS;
const NEEDED = ["date", "time", "address", "method", "path", "status"] as const;

function decoded(text: string): string {
  let result = text;
  // CloudFront encodes agents and cookies once or twice.
  for (let round = 0; round < 2 && /%[0-9A-Fa-f]{2}/.test(result); round++) {
    try {
      result = decodeURIComponent(result);
    } catch {
      return result;
    }
  }
  return result;
}

/**
 * Standard logs of AWS CloudFront, and any other log in the W3C extended format (IIS): a `#Fields:` line says what the columns are. Times
 * are UTC, to the second.
 */
export class W3cParser implements LineParser {
  readonly #agents = new AgentTable();
  #columns: Partial<Record<Field, number>> | undefined;

  constructor(
    private readonly options: { readonly sessionCookie: string | undefined; readonly nowMs: number },
  ) {}

  parse(bytes: Buffer, from: number, to: number): LogRecord | Malformed | null {
    const line = bytes.toString("latin1", from, to);
    if (line.startsWith("#")) {
      const fields = /^#Fields:\s*(.*)$/i.exec(line)?.[1];
      if (fields !== undefined) this.#columns = columnsOf(fields.trim().split(/\s+/));
      return null;
    }
    const columns = this.#columns;
    if (columns === undefined) return "no #Fields line before it";
    // CloudFront separates by tabs, others by spaces; values hold neither.
    const values = line.split(line.includes("\t") ? "\t" : " ");
    const value = (field: Field): string | undefined => {
      const column = columns[field];
      return column === undefined ? undefined : values[column];
    };
    const [date, time, address, method, path, status] = NEEDED.map(value);
    if (date === undefined || time === undefined || path === undefined || status === undefined) {
      return "fewer fields than the format has";
    }
    if (address === undefined || address === "-") return "field missing: address";
    const when = parseTimeText(`${date}T${time}Z`);
    if (when === undefined) return "time is not understood";
    if (!isBelievable(when.timeMs, this.options.nowMs)) return "time is before 1995 or in the future";
    // 000: the viewer closed the connection before the answer.
    const code = Number(status);
    if (!(code === 0 || (code >= 100 && code <= 599))) return "status is not a number 100..599";
    const target = parseTarget(path, "bytes");
    if (method === undefined || !isMethod(method) || target === undefined) return "not an HTTP request";
    const query = value("query") ?? "-";
    const agent = decoded(value("agent") ?? "-");
    const cookies = value("cookies");
    return {
      ...when,
      method,
      path: target.path,
      query: query === "-" ? target.query : cleanTarget(query, "bytes"),
      status: code,
      client: clientHash(address, agent),
      session:
        cookies === undefined || cookies === "-"
          ? null
          : sessionOfCookies(decoded(cookies), this.options.sessionCookie),
      agent: columns.agent === undefined ? "browser" : this.#agents.kindOfText(agent),
    };
  }
}

function columnsOf(names: readonly string[]): Partial<Record<Field, number>> {
  const columns: Partial<Record<Field, number>> = {};
  for (const field of [
    "date",
    "time",
    "address",
    "method",
    "path",
    "query",
    "status",
    "agent",
    "cookies",
  ] as const) {
    const found = FIELDS[field].map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (found !== undefined) columns[field] = found;
  }
  return columns;
}
