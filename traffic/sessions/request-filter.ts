import type { LogRecord } from "../reading/record";

/** Why a request is no step of a visitor. */
export type SetApart =
  | "bot by its user agent"
  | "health check"
  | "static file"
  | "other method (HEAD, OPTIONS, …)"
  | "not found or not understood (400, 404, 405, 410, 444)"
  | "no answer";

export interface FilterOptions {
  /** Count static files as steps. @default false */
  readonly includeStatic: boolean;
  /** Count health checks as steps. @default false */
  readonly includeHealthChecks: boolean;
  /** Count what bots do. @default false */
  readonly includeBots: boolean;
}

/** Methods that a scenario can make requests with. */
export const STEP_METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

const STATIC =
  /\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|bmp|woff2?|ttf|otf|eot|mp4|webm|mp3|ogg|wav|wasm|webmanifest)$/i;
const HEALTH =
  /^\/(?:[\w-]+\/)?(?:health|healthz|livez|readyz|ready|live|ping|heartbeat|status|metrics|nginx_status|server-status|\.well-known\/health)\/?$/i;
const NO_PAGE = new Set([400, 404, 405, 410, 444]);

/** Why a request does not count; undefined for one that does. */
export function setApart(record: LogRecord, options: FilterOptions): SetApart | undefined {
  const { agent, method, path, status } = record;
  if (!options.includeHealthChecks && (agent === "health-check" || HEALTH.test(path))) return "health check";
  if (!options.includeBots && agent === "bot") return "bot by its user agent";
  if (!STEP_METHODS.has(method)) return "other method (HEAD, OPTIONS, …)";
  if (!options.includeStatic && STATIC.test(path)) return "static file";
  if (NO_PAGE.has(status)) return "not found or not understood (400, 404, 405, 410, 444)";
  // The client or the balancer gave up (499 of nginx is a client's): 0 has no answer at all.
  return status === 0 ? "no answer" : undefined;
}
