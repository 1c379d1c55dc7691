import { AgentTable } from "./agents";
import { clientHash } from "./combined";
import { sessionOfCookies } from "./cookies";
import { hashText } from "./hash";
import type { JsonField } from "./json-fields";
import { isBelievable, type LineParser, type LogRecord, type Malformed } from "./record";
import { isMethod, parseRequestLine, parseTarget, type RequestLine } from "./request-line";
import { parseEpoch, parseTimeText, type Timestamp } from "./timestamps";

/** Where each is looked for unless the user says; dots lead into objects. nginx, Caddy, Traefik, Envoy, ECS, pino and other usual names. */
const USUAL_NAMES: Readonly<Record<JsonField, readonly string[]>> = {
  time: [
    "time_iso8601",
    "@timestamp",
    "timestamp",
    "msec",
    "time_local",
    "StartUTC",
    "start_time",
    "startTime",
    "ts",
    "time",
    "datetime",
    "date",
  ],
  method: [
    "request_method",
    "method",
    "verb",
    "http.request.method",
    "RequestMethod",
    "request.method",
    "req.method",
    "httpRequest.requestMethod",
    "httpMethod",
  ],
  path: [
    "request_uri",
    "uri",
    "url.original",
    "RequestPath",
    "request.uri",
    "req.url",
    "httpRequest.requestUrl",
    "url.path",
    "url",
    "path",
  ],
  query: ["args", "query_string", "url.query"],
  request: ["request", "request_line"],
  status: [
    "status",
    "http.response.status_code",
    "DownstreamStatus",
    "response_code",
    "status_code",
    "statusCode",
    "response.status",
    "res.statusCode",
    "httpRequest.status",
    "response",
  ],
  address: [
    "remote_addr",
    "client_ip",
    "clientip",
    "client.ip",
    "source.ip",
    "ClientHost",
    "request.remote_ip",
    "request.client_ip",
    "req.remoteAddress",
    "httpRequest.remoteIp",
    "remote_ip",
    "downstream_remote_address",
    "ip",
    "host_ip",
    "x_forwarded_for",
    "http_x_forwarded_for",
  ],
  agent: [
    "http_user_agent",
    "user_agent.original",
    "user_agent",
    "userAgent",
    "agent",
    "request.headers.User-Agent",
    "req.headers.user-agent",
    "request_User-Agent",
    "httpRequest.userAgent",
  ],
  session: [
    "cookie_session",
    "cookie_sessionid",
    "cookie_sid",
    "session_id",
    "sessionId",
    "sessionid",
    "session",
  ],
  cookies: ["http_cookie", "cookie", "request.headers.Cookie", "req.headers.cookie"],
};

export type JsonFieldNames = Partial<Readonly<Record<JsonField, string>>>;

function at(document: unknown, name: string): unknown {
  if (typeof document !== "object" || document === null) return undefined;
  // A flat name with dots in it goes before the way into objects.
  if (Object.hasOwn(document, name)) return Reflect.get(document, name);
  const dot = name.indexOf(".");
  if (dot < 0) return undefined;
  const head = name.slice(0, dot);
  return Object.hasOwn(document, head) ? at(Reflect.get(document, head), name.slice(dot + 1)) : undefined;
}

function textOf(value: unknown): string | undefined {
  // Headers are lists in some logs.
  const single: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof single === "number") return String(single);
  return typeof single === "string" && single !== "" && single !== "-" ? single : undefined;
}

/** A log of one JSON object a line. Names of fields are guessed from the lines themselves, unless the user gives them. */
export class JsonLinesParser implements LineParser {
  readonly #agents = new AgentTable();
  /** The name that last held each field: lines of one log are alike. */
  readonly #found = new Map<JsonField, string>();

  constructor(
    private readonly options: {
      readonly fields: JsonFieldNames;
      readonly sessionCookie: string | undefined;
      readonly nowMs: number;
    },
  ) {}

  parse(bytes: Buffer, from: number, to: number): LogRecord | Malformed | null {
    let document: unknown;
    try {
      document = JSON.parse(bytes.toString("utf8", from, to));
    } catch {
      return bytes[from] === 0x7b && bytes[to - 1] !== 0x7d ? "cut off in the middle" : "not JSON";
    }
    if (typeof document !== "object" || document === null) return "not JSON";
    const when = this.#time(document);
    if (typeof when === "string") return when;
    const request = this.#request(document);
    if (typeof request === "string") return request;
    const statusText = this.#text(document, "status");
    if (statusText === undefined) return "field missing: status";
    const status = Number(statusText);
    if (!(status === 0 || (Number.isInteger(status) && status >= 100 && status <= 599))) {
      return "status is not a number 100..599";
    }
    const agent = this.#text(document, "agent");
    const address = this.#text(document, "address");
    const session = this.#session(document);
    if (address === undefined && session === null) return "field missing: address";
    return {
      ...when,
      ...request,
      status,
      client:
        address === undefined && session !== null
          ? session
          : clientHash((address ?? "").split(",")[0]?.trim() ?? "", agent ?? ""),
      session,
      agent: agent === undefined ? "browser" : this.#agents.kindOfText(agent),
    };
  }

  #time(document: object): Timestamp | Malformed {
    const text = this.#text(document, "time");
    if (text === undefined) return "field missing: time";
    const when = parseTimeText(text) ?? parseEpoch(Number(text));
    if (when === undefined) return "time is not understood";
    return isBelievable(when.timeMs, this.options.nowMs) ? when : "time is before 1995 or in the future";
  }

  #request(document: object): RequestLine | Malformed {
    const line = this.#text(document, "request");
    if (line !== undefined) {
      const parsed = parseRequestLine(line, "unicode");
      if (parsed !== undefined) return parsed;
    }
    const method = this.#text(document, "method")?.toUpperCase();
    const path = this.#text(document, "path");
    if (path === undefined) return line === undefined ? "field missing: path" : "not an HTTP request";
    if (method === undefined) return "field missing: method";
    const target = parseTarget(path, "unicode");
    if (!isMethod(method) || target === undefined) return "not an HTTP request";
    if (target.query !== "") return { method, ...target };
    return { method, path: target.path, query: (this.#text(document, "query") ?? "").replace(/^\?/, "") };
  }

  #session(document: object): number | null {
    const session = this.#text(document, "session");
    if (session !== undefined) return hashText(session, 1);
    const cookies = this.#text(document, "cookies");
    return cookies === undefined ? null : sessionOfCookies(cookies, this.options.sessionCookie);
  }

  #text(document: object, field: JsonField): string | undefined {
    const given = this.options.fields[field];
    if (given !== undefined) return textOf(at(document, given));
    const last = this.#found.get(field);
    if (last !== undefined) {
      const text = textOf(at(document, last));
      if (text !== undefined) return text;
    }
    for (const name of USUAL_NAMES[field]) {
      const text = textOf(at(document, name));
      if (text === undefined) continue;
      this.#found.set(field, name);
      return text;
    }
    return undefined;
  }
}
