import { type EnvironmentAccess, TelemetryKind, type TelemetrySource } from "../../components/contracts";
import type { Collector } from "./collector";
import { AutoscalerCollector } from "./collectors/autoscaler";
import { HaproxyCollector } from "./collectors/haproxy";
import { MachineCollector } from "./collectors/machine";
import { PgbouncerCollector } from "./collectors/pgbouncer";
import { PostgresPrimaryCollector, PostgresReplicaCollector } from "./collectors/postgres";
import { ProcessCollector } from "./collectors/processes";
import { RedisCollector } from "./collectors/redis";
import { VarnishCollector } from "./collectors/varnish";

/** Outside programs that collectors run. */
export interface TelemetryTools {
  /** Absolute path of `varnishstat`. */
  readonly varnishstat: string;
}

function createCollector(
  source: TelemetrySource,
  tools: TelemetryTools,
  timeoutMs: number,
): Collector | undefined {
  switch (source.kind) {
    case TelemetryKind.Haproxy:
      return new HaproxyCollector(source);
    case TelemetryKind.Varnish:
      return new VarnishCollector(source, tools.varnishstat, timeoutMs);
    case TelemetryKind.Redis:
      return new RedisCollector(source, timeoutMs);
    case TelemetryKind.Pgbouncer:
      return new PgbouncerCollector(source, timeoutMs);
    case TelemetryKind.PostgresPrimary:
      return new PostgresPrimaryCollector(source, timeoutMs);
    case TelemetryKind.PostgresReplica:
      return new PostgresReplicaCollector(source, timeoutMs);
    case TelemetryKind.Autoscaler:
      return new AutoscalerCollector(source);
    case TelemetryKind.OpenTelemetryFiles:
      return undefined;
  }
}

/** A collector for every source of the environment, for its processes and for the machine. */
export function createCollectors(
  access: Pick<EnvironmentAccess, "environmentId" | "telemetry">,
  tools: TelemetryTools,
  timeoutMs: number,
): readonly Collector[] {
  return [
    ...access.telemetry.flatMap((source) => createCollector(source, tools, timeoutMs) ?? []),
    new ProcessCollector(access.environmentId),
    new MachineCollector(),
  ];
}
