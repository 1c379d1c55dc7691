import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Figures of one connection pool, read when Prometheus asks. */
export interface PoolFigures {
  readonly role: string;
  readonly inUse: number;
  readonly waiting: number;
  readonly size: number;
}

/** All metrics of one instance, in a registry of its own. */
export class Metrics {
  readonly registry = new Registry();
  private pools: () => readonly PoolFigures[] = () => [];

  readonly requestDuration = new Histogram({
    name: "storefront_request_duration_seconds",
    help: "Time from the first byte of a request to the last byte of its response.",
    labelNames: ["method", "route", "status"],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: "storefront_requests_in_flight",
    help: "Requests being worked on.",
    registers: [this.registry],
  });
  readonly queryDuration = new Histogram({
    name: "storefront_db_query_duration_seconds",
    help: "Time of one query, including the wait for a connection.",
    labelNames: ["role", "query"],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.registry],
  });
  readonly replicaFallbacks = new Counter({
    name: "storefront_db_replica_fallbacks_total",
    help: "Reads that went to the writer because a replica failed.",
    registers: [this.registry],
  });
  readonly replicaStaleReads = new Counter({
    name: "storefront_db_replica_stale_reads_total",
    help: "Reads repeated on the writer because the replica did not have the row yet.",
    registers: [this.registry],
  });
  readonly cacheRequests = new Counter({
    name: "storefront_cache_requests_total",
    help: "Cache look-ups by kind and result: hit, miss, shared (joined a load under way), error.",
    labelNames: ["kind", "result"],
    registers: [this.registry],
  });
  readonly checkouts = new Counter({
    name: "storefront_checkouts_total",
    help: "Checkouts by result: ordered, repeated, out-of-stock, refused.",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly pricingFallbacks = new Counter({
    name: "storefront_pricing_fallbacks_total",
    help: "Quotes computed in process because the pricing service failed.",
    registers: [this.registry],
  });

  constructor(labels: { readonly version: string; readonly variant: string }) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "storefront_info",
      help: "Version and variant of this instance; always 1.",
      labelNames: ["version", "variant"],
      registers: [this.registry],
    }).set(labels, 1);
    const pools = () => this.pools();
    new Gauge({
      name: "storefront_db_pool_connections",
      help: "Connections by pool and state: in-use, waiting (requests without one), size (open).",
      labelNames: ["role", "state"],
      registers: [this.registry],
      collect() {
        for (const pool of pools()) {
          this.set({ role: pool.role, state: "in-use" }, pool.inUse);
          this.set({ role: pool.role, state: "waiting" }, pool.waiting);
          this.set({ role: pool.role, state: "size" }, pool.size);
        }
      },
    });
  }

  /** Names the source of the pool figures; the pools are made after the metrics. */
  watchPools(pools: () => readonly PoolFigures[]): void {
    this.pools = pools;
  }
}
