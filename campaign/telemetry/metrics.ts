/** Every figure that telemetry records, with its unit. The names are what `TelemetryPoint.metric` holds. */
export const METRICS = {
  // every source
  reading_failed: { unit: "", text: "1 when the source could not be read, else 0" },

  // processes, from /proc and control groups
  cpu_cores: { unit: "cores", text: "CPU used by the process and its children" },
  memory_mib: { unit: "MiB", text: "Memory: private pages of all its processes, shared ones once" },
  throttled_share: {
    unit: "share",
    text: "Share of the scheduling periods in which the CPU quota stopped it",
  },

  // machine
  machine_idle_share: { unit: "share", text: "Free share of the machine's CPU" },
  machine_steal_share: {
    unit: "share",
    text: "Share of the machine's CPU that its host gave to others while work waited (steal time)",
  },
  memory_available_mib: { unit: "MiB", text: "Memory the machine could still give out" },

  // load balancer: the backend as a whole (source of the tier) and each instance (source is the instance)
  in_flight: { unit: "requests", text: "Requests being served" },
  queued: { unit: "requests", text: "Requests waiting for an instance" },
  requests_per_second: { unit: "1/s", text: "Requests (or commands) per second" },
  errors_5xx_per_second: { unit: "1/s", text: "Responses with status 500 and above per second" },
  response_time_ms: { unit: "ms", text: "Mean time to the response's head, last 1024 requests" },
  instances_up: { unit: "instances", text: "Instances that the balancer sends requests to" },

  // autoscaler
  instances_desired: { unit: "instances", text: "Instances the autoscaler wants" },
  instances_in_service: { unit: "instances", text: "Instances that serve requests" },
  instances_warming: { unit: "instances", text: "Instances launched that do not count yet" },
  scaling_metric: { unit: "", text: "The figure that the autoscaler decides on" },
  scaling_target: { unit: "", text: "Where the autoscaler keeps it" },
  cpu_percent: { unit: "%", text: "CPU used, of the instance's allotment" },

  // edge and cache
  hit_ratio: { unit: "share", text: "Share of look-ups answered from the store" },
  hits_per_second: { unit: "1/s", text: "Look-ups answered from the store per second" },
  misses_per_second: { unit: "1/s", text: "Look-ups that had to go further per second" },
  passes_per_second: { unit: "1/s", text: "Requests that may not be cached per second" },
  backend_requests_per_second: { unit: "1/s", text: "Requests the edge sent to the balancer per second" },
  objects: { unit: "objects", text: "Objects in the store" },
  evictions_per_second: { unit: "1/s", text: "Objects pushed out for want of space per second" },
  memory_used_mib: { unit: "MiB", text: "Memory that the stored objects use" },
  clients: { unit: "connections", text: "Client connections" },

  // connection pool, per database
  pool_clients_active: { unit: "connections", text: "Client connections that hold a server connection" },
  pool_clients_waiting: { unit: "connections", text: "Client connections waiting for a server connection" },
  pool_servers_active: { unit: "connections", text: "Server connections in use" },
  pool_servers_idle: { unit: "connections", text: "Server connections ready for use" },
  pool_max_wait_ms: { unit: "ms", text: "How long the first client in the queue has waited" },
  pool_mean_wait_ms: { unit: "ms", text: "Mean wait for a server connection, per transaction" },
  queries_per_second: { unit: "1/s", text: "Queries through the pool per second" },

  // database servers
  transactions_per_second: { unit: "1/s", text: "Transactions ended per second" },
  rollbacks_per_second: { unit: "1/s", text: "Transactions rolled back per second" },
  block_hit_ratio: { unit: "share", text: "Share of block reads found in shared buffers" },
  connections_active: { unit: "connections", text: "Connections running a query" },
  connections_total: { unit: "connections", text: "Connections of clients" },
  connections_blocked: { unit: "connections", text: "Connections waiting for a lock" },
  replicas_connected: { unit: "replicas", text: "Replicas that stream from the primary" },
  replica_lag_bytes: { unit: "bytes", text: "Write-ahead log that the replica has yet to replay" },
  replica_lag_ms: {
    unit: "ms",
    text: "Time from a commit on the primary to its replay, as the primary sees it",
  },
  replay_backlog_bytes: { unit: "bytes", text: "Log that the replica has received and not yet replayed" },
} as const satisfies Readonly<Record<string, { readonly unit: string; readonly text: string }>>;

export type MetricName = keyof typeof METRICS;

/** True for the name of a metric in the table. */
export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}
