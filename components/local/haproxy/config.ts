import { isAbsolute } from "node:path";
import { ConfigError, type Problem } from "../../../core/errors";

/** How HAProxy picks an instance. Both are dynamic algorithms, which servers added at run time need. */
export enum HaproxyBalance {
  /** The instance with the fewest requests in flight (as ALB's `least_outstanding_requests`). */
  LeastConnections = "leastconn",
  /** The less busy of two drawn at random: spreads better when several balancers share the instances. */
  PowerOfTwo = "random(2)",
}

export interface HaproxyConfigOptions {
  /** Loopback port of the frontend. */
  readonly listenPort: number;
  /** Absolute path of the runtime API's unix socket (mode 600, level admin). At most 94 bytes. */
  readonly statsSocketPath: string;
  /** Path answering 200 once an instance may be sent requests. */
  readonly readyPath: string;
  /** Connections accepted at once; further ones wait in the kernel's backlog. @default 4000 */
  readonly maxConnections?: number;
  /** Name of the backend that instances are added to. @default "app" */
  readonly backendName?: string;
  /** @default LeastConnections */
  readonly balance?: HaproxyBalance;
  /** Seconds without a byte from the instance until the request fails with 504 (ALB: 60). @default 60 */
  readonly responseTimeoutSeconds?: number;
  /** Seconds a request may wait for an instance until it fails with 503. @default 10 */
  readonly queueTimeoutSeconds?: number;
  /** Seconds HAProxy itself may take to finish requests on a soft stop (SIGUSR1). @default 10 */
  readonly drainSeconds?: number;
  /**
   * Send GET and HEAD again, once, to another instance when an instance closes the connection without an answer. Counted in
   * the `wretr` and `wredis` columns of `show stat`, so nothing is hidden. Connections that could not be opened are retried always.
   * @default true
   */
  readonly retrySafeRequests?: boolean;
  /** One line a request in HAProxy's log (its stdout). Costs CPU and disk. @default false */
  readonly requestLog?: boolean;
  /** Threads. One serves tens of thousands of requests a second and leaves the other cores to the parts under test. @default 1 */
  readonly threads?: number;
}

/** HAProxy binds `<path>.<pid>.tmp` first and renames: the name must leave room below the kernel's 108 bytes. */
const MAX_SOCKET_PATH_BYTES = 94;
const SAFE_PATH = /^[\w./+@:-]+$/;
const URL_PATH = /^\/[\w./~!$&'()*+,;=:@%?-]*$/;
const NAME = /^[A-Za-z][\w.-]*$/;

const isCount = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

function problemsOf(options: Required<HaproxyConfigOptions>): Problem[] {
  const problems: Problem[] = [];
  const need = (ok: boolean, field: keyof HaproxyConfigOptions, allowed: string): void => {
    if (!ok) problems.push({ field, value: options[field], allowed });
  };
  const socket = options.statsSocketPath;
  need(isCount(options.listenPort, 1, 65_535), "listenPort", "a whole number from 1 to 65535");
  need(
    isAbsolute(socket) && SAFE_PATH.test(socket) && Buffer.byteLength(socket) <= MAX_SOCKET_PATH_BYTES,
    "statsSocketPath",
    `an absolute path of at most ${MAX_SOCKET_PATH_BYTES} bytes without spaces or quotes`,
  );
  need(URL_PATH.test(options.readyPath), "readyPath", "a URL path that starts with / and has no spaces");
  need(isCount(options.maxConnections, 1, 1_000_000), "maxConnections", "a whole number from 1 to 1000000");
  need(NAME.test(options.backendName), "backendName", "letters, digits, dot, dash, underscore");
  need(
    isCount(options.responseTimeoutSeconds, 1, 3600),
    "responseTimeoutSeconds",
    "a whole number from 1 to 3600",
  );
  need(isCount(options.queueTimeoutSeconds, 1, 3600), "queueTimeoutSeconds", "a whole number from 1 to 3600");
  need(isCount(options.drainSeconds, 0, 3600), "drainSeconds", "a whole number from 0 to 3600");
  need(isCount(options.threads, 1, 64), "threads", "a whole number from 1 to 64");
  return problems;
}

/**
 * The whole configuration of the app tier's load balancer, for HAProxy 2.4 to 3.x; run it in the foreground (`haproxy -db -f FILE`).
 *
 * It names no server: the autoscaler adds each instance through the runtime API (`add server`), so that an instance has one name
 * everywhere (statistics, `X-Instance` header, events, logs) and the maximum may be raised without a reload. A `server-template`
 * would work as well, but fixes the number of slots and shows slots instead of instances. While there is no ready instance HAProxy
 * answers 503 by itself.
 *
 * @throws ConfigError naming every bad option.
 */
export function renderHaproxyConfig(given: HaproxyConfigOptions): string {
  const options: Required<HaproxyConfigOptions> = {
    maxConnections: 4000,
    backendName: "app",
    balance: HaproxyBalance.LeastConnections,
    responseTimeoutSeconds: 60,
    queueTimeoutSeconds: 10,
    drainSeconds: 10,
    retrySafeRequests: true,
    requestLog: false,
    threads: 1,
    ...given,
  };
  const problems = problemsOf(options);
  if (problems.length > 0) throw new ConfigError("HAProxy configuration", problems);

  const lines = [
    "global",
    `  maxconn ${options.maxConnections}`,
    `  nbthread ${options.threads}`,
    `  hard-stop-after ${Math.max(1, options.drainSeconds)}s`,
    `  stats socket ${options.statsSocketPath} mode 600 level admin`,
    "  stats timeout 10s",
    // Changes of an instance's state are notices; a request is logged at level info.
    `  log stdout format raw local0 ${options.requestLog ? "info" : "notice"}`,
    "",
    "defaults",
    "  mode http",
    "  log global",
    ...(options.requestLog ? ["  option httplog"] : []),
    "  timeout connect 2s",
    "  timeout client 75s",
    "  timeout http-keep-alive 75s",
    "  timeout http-request 15s",
    `  timeout server ${options.responseTimeoutSeconds}s`,
    `  timeout queue ${options.queueTimeoutSeconds}s`,
    "  timeout check 2s",
    "",
    "frontend public",
    `  bind 127.0.0.1:${options.listenPort}`,
    `  maxconn ${options.maxConnections}`,
    `  default_backend ${options.backendName}`,
    "",
    `backend ${options.backendName}`,
    `  balance ${options.balance}`,
    "  http-reuse safe",
    "  option forwardfor",
    `  option httpchk GET ${options.readyPath}`,
    // One try elsewhere: an instance that has just died must not cost a request that was never sent.
    "  retries 2",
    "  option redispatch 1",
    ...(options.retrySafeRequests
      ? ["  retry-on conn-failure empty-response", "  http-request disable-l7-retry if !METH_GET"]
      : ["  retry-on conn-failure"]),
    "  http-response set-header X-Instance %s",
    "",
  ];
  return lines.join("\n");
}
