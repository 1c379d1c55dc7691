import type { MetricName } from "../../../telemetry";

/** A figure of CloudWatch and what it becomes in the telemetry table. */
export interface CloudFigure {
  /** CloudWatch's name. */
  readonly name: string;
  readonly statistic: "Average" | "Sum" | "Maximum";
  readonly metric: MetricName;
  /** @param periodSeconds length of the period that the figure stands for */
  convert(value: number, periodSeconds: number): number;
  /** Without a value it was 0, as long as the source's leading figure has one: CloudWatch keeps no zeros of these. */
  readonly absentIsZero?: boolean;
}

const plain = (value: number): number => value;
const perSecond = (value: number, periodSeconds: number): number => value / periodSeconds;
const share = (percent: number): number => percent / 100;
const secondsToMs = (seconds: number): number => seconds * 1000;
const microsecondsToMs = (us: number): number => us / 1000;
const bytesToMiB = (bytes: number): number => bytes / 2 ** 20;

const figure = (
  name: string,
  statistic: CloudFigure["statistic"],
  metric: MetricName,
  convert: CloudFigure["convert"] = plain,
): CloudFigure => ({ name, statistic, metric, convert });

const orZero = (one: CloudFigure): CloudFigure => ({ ...one, absentIsZero: true });

/** Percent of all CPUs as cores, where the number of them is known. */
export const cpuCores = (vcpus: number | undefined): readonly CloudFigure[] =>
  vcpus === undefined
    ? []
    : [figure("CPUUtilization", "Average", "cpu_cores", (percent) => (percent / 100) * vcpus)];

/** The first of each list leads: where it has no value for a period, the source was not read. */

export const LOAD_BALANCER_FIGURES: readonly CloudFigure[] = [
  figure("RequestCount", "Sum", "requests_per_second", perSecond),
  figure("TargetResponseTime", "Average", "response_time_ms", secondsToMs),
  orZero(figure("HTTPCode_Target_5XX_Count", "Sum", "errors_5xx_per_second", perSecond)),
];

export const TARGET_GROUP_FIGURES: readonly CloudFigure[] = [
  figure("HealthyHostCount", "Average", "instances_up"),
];

export const GROUP_FIGURES: readonly CloudFigure[] = [
  figure("GroupInServiceInstances", "Average", "instances_in_service"),
  figure("GroupDesiredCapacity", "Average", "instances_desired"),
  figure("GroupPendingInstances", "Average", "instances_warming"),
];

/** Of all instances of the group together: mean of their CPU. */
export const GROUP_CPU_FIGURES: readonly CloudFigure[] = [figure("CPUUtilization", "Average", "cpu_percent")];

export const DATABASE_FIGURES: readonly CloudFigure[] = [
  figure("CPUUtilization", "Average", "cpu_percent"),
  figure("DatabaseConnections", "Average", "connections_total"),
  figure("FreeableMemory", "Average", "memory_available_mib", bytesToMiB),
];

/** RDS says it in seconds, Aurora in milliseconds. */
export const RDS_REPLICA_FIGURES: readonly CloudFigure[] = [
  ...DATABASE_FIGURES,
  figure("ReplicaLag", "Maximum", "replica_lag_ms", secondsToMs),
];
export const AURORA_REPLICA_FIGURES: readonly CloudFigure[] = [
  ...DATABASE_FIGURES,
  figure("AuroraReplicaLag", "Maximum", "replica_lag_ms"),
];

export const PROXY_FIGURES: readonly CloudFigure[] = [
  figure("DatabaseConnections", "Average", "pool_servers_idle"),
  figure("DatabaseConnectionsCurrentlyBorrowed", "Average", "pool_servers_active"),
  figure("DatabaseConnectionsBorrowLatency", "Average", "pool_mean_wait_ms", microsecondsToMs),
  figure("QueryRequests", "Sum", "queries_per_second", perSecond),
];

export const CACHE_FIGURES: readonly CloudFigure[] = [
  figure("CurrConnections", "Average", "clients"),
  orZero(figure("CacheHits", "Sum", "hits_per_second", perSecond)),
  orZero(figure("CacheMisses", "Sum", "misses_per_second", perSecond)),
  orZero(figure("Evictions", "Sum", "evictions_per_second", perSecond)),
  figure("BytesUsedForCache", "Average", "memory_used_mib", bytesToMiB),
  figure("CurrItems", "Average", "objects"),
  figure("CacheHitRate", "Average", "hit_ratio", share),
];

export const EDGE_FIGURES: readonly CloudFigure[] = [
  figure("Requests", "Sum", "requests_per_second", perSecond),
  figure("CacheHitRate", "Average", "hit_ratio", share),
];
