import { DatabaseEngine, type DatabaseSettings } from "../settings";

/** One parameter of a parameter group. */
export interface ServerParameter {
  readonly name: string;
  readonly value: string;
  readonly applyMethod: ApplyMethod;
}

export enum ApplyMethod {
  Immediate = "immediate",
  /** At the next start. A server that is made with the group has it from its first start. */
  PendingReboot = "pending-reboot",
}

const PRELOADED = "shared_preload_libraries";
const MAX_CONNECTIONS = "max_connections";

/** `16` and `16.9` are of `postgres16`, or of `aurora-postgresql16`. */
export function parameterGroupFamily(engine: DatabaseEngine, engineVersion: string): string {
  const [major = ""] = engineVersion.split(".");
  return `${engine === DatabaseEngine.Aurora ? "aurora-postgresql" : "postgres"}${major}`;
}

/** What perfbed sets; all of it may change while the server runs. */
function observing(settings: DatabaseSettings): Readonly<Record<string, string>> {
  const threshold = String(settings.explainSlowerThanMs);
  return {
    "auto_explain.log_min_duration": threshold,
    // Row counts and buffers are cheap; reading the clock for every node of every plan would slow down what is measured.
    "auto_explain.log_analyze": "1",
    "auto_explain.log_timing": "0",
    "auto_explain.log_buffers": "1",
    "auto_explain.log_nested_statements": "1",
    "auto_explain.log_format": "json",
    "pg_stat_statements.track": "all",
    // Also statements that auto_explain has no plan for.
    log_min_duration_statement: threshold,
    log_lock_waits: "1",
    track_io_timing: "1",
  };
}

const preloaded = (further: string | undefined): string =>
  [
    ...new Set([
      "pg_stat_statements",
      "auto_explain",
      ...(further ?? "")
        .split(",")
        .map((library) => library.trim())
        .filter((library) => library !== ""),
    ]),
  ].join(",");

/**
 * The parameters of a PostgreSQL server, by name: statistics of all statements, plans of slow ones, TLS alone. What the settings say comes on
 * top, except that TLS stays on and that preloaded libraries are added to.
 */
export function serverParameters(
  settings: DatabaseSettings,
  maxConnections: number,
): readonly ServerParameter[] {
  const dynamic = observing(settings);
  const all = new Map<string, string>([
    ...Object.entries(dynamic),
    [MAX_CONNECTIONS, String(maxConnections)],
    ...Object.entries(settings.parameters),
    [PRELOADED, preloaded(settings.parameters[PRELOADED])],
    ["rds.force_ssl", "1"],
  ]);
  return [...all]
    .map(([name, value]) => ({
      name,
      value,
      // RDS refuses `immediate` for a parameter that needs a start, and takes `pending-reboot` for any.
      applyMethod: name in dynamic ? ApplyMethod.Immediate : ApplyMethod.PendingReboot,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Aurora has two groups: what depends on the instance's class is in the instances' one, all else in the cluster's. */
export function auroraParameters(parameters: readonly ServerParameter[]): {
  readonly cluster: readonly ServerParameter[];
  readonly instance: readonly ServerParameter[];
} {
  return {
    cluster: parameters.filter(({ name }) => name !== MAX_CONNECTIONS),
    instance: parameters.filter(({ name }) => name === MAX_CONNECTIONS),
  };
}
