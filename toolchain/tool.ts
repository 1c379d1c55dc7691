/** The outside programs that perfbed drives. The value is the name of the tool's folder in the tools folder. */
export enum Tool {
  Pulumi = "pulumi",
  K6 = "k6",
  Postgres = "postgres",
  Pgbouncer = "pgbouncer",
  Redis = "redis",
  Haproxy = "haproxy",
  Varnish = "varnish",
  /** Pulumi's Node.js language host: only plain `pulumi up` needs it, campaigns do not. */
  PulumiLanguageNodejs = "pulumi-language-nodejs",
  /** Make the load in place of k6, where they are asked for. */
  Locust = "locust",
  Gatling = "gatling",
  Jmeter = "jmeter",
  /** OpenTelemetry Collector: only where the config's `apm` list asks for it. */
  Otelcol = "otelcol",
  /** Only for the browser tests of the report. */
  Chromium = "chromium",
}

/** What a campaign on the local target needs. */
export const LOCAL_TARGET_TOOLS: readonly Tool[] = [
  Tool.Pulumi,
  Tool.K6,
  Tool.Postgres,
  Tool.Pgbouncer,
  Tool.Redis,
  Tool.Haproxy,
  Tool.Varnish,
];

/** Where a tool was found: `PERFBED_<TOOL>_PATH`, PATH and the usual system folders, or the tools folder. */
export type ToolSource = "setting" | "path" | "cache";

/** A tool that is there, at an accepted version. */
export interface ResolvedTool {
  readonly tool: Tool;
  /** As the program itself prints it, e.g. `15.18`. */
  readonly version: string;
  readonly source: ToolSource;
  /** Absolute path by program name: `postgres`, `initdb`, `pg_ctl`. Valkey's server answers to `redis-server` too. */
  readonly executables: Readonly<Record<string, string>>;
  /**
   * Only for tools in the tools folder: the self-contained folder of this version. It runs from any other place, so a component
   * may hard-link or copy it where an unprivileged user can reach it (see `reachableByOthers`).
   */
  readonly installDir?: string;
  /**
   * Whether every folder on the way to the programs lets other users pass. When false and perfbed runs as root, a program that
   * must run under an unprivileged uid (PostgreSQL, PgBouncer) cannot be started from here: copy `installDir` first.
   */
  readonly reachableByOthers: boolean;
  /** How a tool in the tools folder came there, e.g. `official release v1.8.1`. */
  readonly origin?: string;
}

/** One line of progress; show it as `<title>: <text>` (see formatProgress). */
export interface InstallProgress {
  readonly tool: Tool;
  readonly text: string;
}

export type OnInstallProgress = (progress: InstallProgress) => void;
