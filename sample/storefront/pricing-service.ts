import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { QuoteRequest } from "./pricing";
import { type PriceBook, seededRandom } from "./promotions";

/** Requests the service works on at once; the rest wait in its queue, as with any dependency that is too small. */
const WORKERS = 4;
/** Mean time a worker spends waiting for the service's own upstream, in milliseconds; exponentially distributed, capped at 5 times the mean. */
const UPSTREAM_MEAN_MS = 20;

/**
 * The dependency of the "slow-dependency" variant: a small HTTP service with few workers, each waiting for an upstream of its own before
 * it answers. It runs in the shop's process but is reached only over HTTP, so that connections, queueing and timeouts are real: about
 * 200 quotes a second at most, 20 ms at the median when idle, and a queue that grows beyond that.
 */
export class PricingService {
  private readonly server: Server;
  private readonly random = seededRandom(4_242);
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  constructor(private readonly prices: PriceBook) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.writeHead(500).end());
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", resolve);
    });
  }

  port(): number {
    const address: string | AddressInfo | null = this.server.address();
    return address === null || typeof address === "string" ? 0 : address.port;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const wanted: QuoteRequest[] = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    await this.takeWorker();
    try {
      await this.waitForUpstream();
      const quotes = wanted.map((one) => this.prices.quote(one.product, one.context));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(quotes));
    } finally {
      this.freeWorker();
    }
  }

  private takeWorker(): Promise<void> {
    if (this.busy < WORKERS) {
      this.busy += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.queue.push(resolve));
  }

  /** Hands the worker straight to the next request in the queue. */
  private freeWorker(): void {
    const next = this.queue.shift();
    if (next === undefined) this.busy -= 1;
    else next();
  }

  private waitForUpstream(): Promise<void> {
    const waitMs = Math.min(5 * UPSTREAM_MEAN_MS, -UPSTREAM_MEAN_MS * Math.log(1 - this.random()));
    return new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
