import { Agent, request } from "node:http";
import type { Metrics } from "./metrics";
import type { PriceBook, PriceContext, PricedProduct, Quote } from "./promotions";
import type { RequestTimings } from "./request-timings";
import { CallKind, traced } from "./request-trace";

export interface QuoteRequest {
  readonly product: PricedProduct;
  readonly context: PriceContext;
}

/** Where product pages and carts get their prices. */
export interface Pricing {
  quote(timings: RequestTimings, requests: readonly QuoteRequest[]): Promise<Quote[]>;
  close(): void;
}

/** Prices worked out in this process: what the shop normally does. */
export class LocalPricing implements Pricing {
  constructor(private readonly prices: PriceBook) {}

  async quote(timings: RequestTimings, requests: readonly QuoteRequest[]): Promise<Quote[]> {
    const started = performance.now();
    const quotes = requests.map((one) => this.prices.quote(one.product, one.context));
    timings.pricingMs += performance.now() - started;
    return quotes;
  }

  close(): void {
    // Nothing is open.
  }
}

const TIMEOUT_MS = 2_000;

/** Prices asked of the pricing service (the "slow-dependency" variant); worked out here when it fails. */
export class RemotePricing implements Pricing {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(
    private readonly port: () => number,
    private readonly fallback: PriceBook,
    private readonly metrics: Metrics,
  ) {}

  async quote(timings: RequestTimings, requests: readonly QuoteRequest[]): Promise<Quote[]> {
    const started = performance.now();
    try {
      const call = {
        kind: CallKind.Service,
        name: "POST /quotes",
        attributes: { "server.address": "pricing" },
      };
      return await traced(timings.trace, call, (headers) => this.ask(requests, headers));
    } catch {
      this.metrics.pricingFallbacks.inc();
      return requests.map((one) => this.fallback.quote(one.product, one.context));
    } finally {
      timings.pricingMs += performance.now() - started;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private ask(
    requests: readonly QuoteRequest[],
    traceHeaders: Readonly<Record<string, string>>,
  ): Promise<Quote[]> {
    return new Promise((resolve, reject) => {
      const body = JSON.stringify(requests);
      const outgoing = request(
        {
          host: "127.0.0.1",
          port: this.port(),
          path: "/quotes",
          method: "POST",
          agent: this.agent,
          timeout: TIMEOUT_MS,
          headers: {
            ...traceHeaders,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            if (response.statusCode !== 200) {
              reject(new Error(`The pricing service answered ${response.statusCode}.`));
              return;
            }
            try {
              const quotes: Quote[] = JSON.parse(Buffer.concat(chunks).toString("utf8"));
              resolve(quotes);
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`No price within ${TIMEOUT_MS} ms.`)));
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
