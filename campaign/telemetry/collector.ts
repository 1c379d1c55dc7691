import type { MetricName } from "./metrics";

/** One figure, read now. */
export interface Reading {
  readonly metric: MetricName;
  readonly value: number;
  /** @default the collector's source; e.g. one instance behind the balancer */
  readonly source?: string;
  /** @default the collector's tier */
  readonly tier?: string;
}

/** Reads the figures of one source. Collectors know nothing of each other: one that fails stops none. */
export interface Collector {
  readonly tier: string;
  readonly source: string;
  /** @throws when the source cannot be read now; it is asked again at the next tick */
  collect(): Promise<readonly Reading[]>;
  /** Lets go of connections and files; never throws. */
  close(): Promise<void>;
}
