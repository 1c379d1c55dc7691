import { HaproxyError, HaproxyErrorCode } from "./errors";

export enum HaproxyStatKind {
  Frontend = "frontend",
  Backend = "backend",
  Server = "server",
  Listener = "listener",
}

/** One row of `show stat`. `null` where HAProxy leaves the column empty for this kind of row. */
export interface HaproxyStat {
  /** Frontend or backend the row belongs to. */
  readonly proxy: string;
  /** Instance name, or FRONTEND or BACKEND. */
  readonly name: string;
  readonly kind: HaproxyStatKind;
  /** `UP`, `DOWN`, `DRAIN`, `MAINT`, `no check`, `OPEN`, with details such as `UP 1/3`. */
  readonly status: string;
  /** Requests in flight now (column scur). */
  readonly currentSessions: number;
  /** Requests waiting now (qcur). */
  readonly queued: number | null;
  /** Requests sent to it so far, whatever came of them (stot). */
  readonly totalSessions: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Responses so far by class of status; `other` are invalid ones. */
  readonly responses: ResponseCounts;
  /** Means over the last 1024 requests, in milliseconds. */
  readonly queueTimeMs: number | null;
  readonly connectTimeMs: number | null;
  readonly responseTimeMs: number | null;
  readonly totalTimeMs: number | null;
  /** Connections that could not be opened (econ), and responses that broke (eresp). */
  readonly connectionErrors: number | null;
  readonly responseErrors: number | null;
  /** Requests tried again (wretr), and sent to another instance (wredis). */
  readonly retries: number | null;
  readonly redispatches: number | null;
  /** `L7OK`, `L4CON` …; empty without a check. */
  readonly checkStatus: string;
  readonly address: string;
}

export interface ResponseCounts {
  readonly "1xx": number;
  readonly "2xx": number;
  readonly "3xx": number;
  readonly "4xx": number;
  readonly "5xx": number;
  readonly other: number;
}

const KINDS: Readonly<Record<string, HaproxyStatKind>> = {
  "0": HaproxyStatKind.Frontend,
  "1": HaproxyStatKind.Backend,
  "2": HaproxyStatKind.Server,
  "3": HaproxyStatKind.Listener,
};

/** Splits one CSV line; check descriptions are quoted and may hold commas. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === '"') {
      if (quoted && line.charAt(i + 1) === '"') {
        field += '"';
        i++;
      } else quoted = !quoted;
    } else if (character === "," && !quoted) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  fields.push(field);
  return fields;
}

const malformed = (what: string): HaproxyError =>
  new HaproxyError(HaproxyErrorCode.Malformed, `HAProxy's statistics are not readable: ${what}`, {
    hint: "perfbed supports HAProxy 2.4 and later; see `perfbed doctor` for the version found.",
  });

/**
 * Parses the CSV answer of `show stat`. Columns are found by name, so that columns added by later versions change nothing.
 * @throws HaproxyError (malformed) when the header or a needed column is missing.
 */
export function parseShowStat(text: string): HaproxyStat[] {
  const [header, ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (header === undefined || !header.startsWith("# ")) throw malformed("the header line is missing");
  const columns = new Map(fieldsOf(header.slice(2)).map((name, index) => [name, index]));
  return lines.map((line) => {
    const fields = fieldsOf(line);
    const text = (column: string): string => {
      const index = columns.get(column);
      if (index === undefined) throw malformed(`column ${column} is missing`);
      return fields[index] ?? "";
    };
    const optional = (column: string): number | null => {
      const value = text(column);
      if (value === "") return null;
      const number = Number(value);
      if (!Number.isFinite(number)) throw malformed(`column ${column} holds ${JSON.stringify(value)}`);
      return number;
    };
    const count = (column: string): number => optional(column) ?? 0;
    const kind = KINDS[text("type")];
    if (kind === undefined) throw malformed(`row type ${JSON.stringify(text("type"))} is unknown`);
    return {
      proxy: text("pxname"),
      name: text("svname"),
      kind,
      status: text("status"),
      currentSessions: count("scur"),
      queued: optional("qcur"),
      totalSessions: count("stot"),
      bytesIn: count("bin"),
      bytesOut: count("bout"),
      responses: {
        "1xx": count("hrsp_1xx"),
        "2xx": count("hrsp_2xx"),
        "3xx": count("hrsp_3xx"),
        "4xx": count("hrsp_4xx"),
        "5xx": count("hrsp_5xx"),
        other: count("hrsp_other"),
      },
      queueTimeMs: optional("qtime"),
      connectTimeMs: optional("ctime"),
      responseTimeMs: optional("rtime"),
      totalTimeMs: optional("ttime"),
      connectionErrors: optional("econ"),
      responseErrors: optional("eresp"),
      retries: optional("wretr"),
      redispatches: optional("wredis"),
      checkStatus: text("check_status"),
      address: text("addr"),
    };
  });
}

/** Responses of all classes together. */
export function totalResponses(row: HaproxyStat): number {
  const { responses } = row;
  return (
    responses["1xx"] +
    responses["2xx"] +
    responses["3xx"] +
    responses["4xx"] +
    responses["5xx"] +
    responses.other
  );
}
