import type { RequestTrace } from "./request-trace";

/** Where the time of one request went. Handed down explicitly: cheaper than async context, and visible in every signature. */
export class RequestTimings {
  databaseMs = 0;
  databaseQueries = 0;
  cacheMs = 0;
  cacheCalls = 0;
  pricingMs = 0;
  readonly startedAtMs = performance.now();

  constructor(
    readonly requestId: string,
    /** Only of requests that are traced. */
    readonly trace?: RequestTrace,
  ) {}

  /** Value of the Server-Timing header. */
  header(): string {
    const totalMs = performance.now() - this.startedAtMs;
    const pricing = this.pricingMs === 0 ? "" : `, pricing;dur=${this.pricingMs.toFixed(1)}`;
    return (
      `db;dur=${this.databaseMs.toFixed(1)};desc="${this.databaseQueries} queries", ` +
      `cache;dur=${this.cacheMs.toFixed(1)};desc="${this.cacheCalls} calls"${pricing}, total;dur=${totalMs.toFixed(1)}`
    );
  }
}
