import { Agent, request } from "undici";
import { z } from "zod";

/** k6's REST API, of which this much is used. Statuses: k6's lib/execution.go; 4 is "paused before run". */
const statusSchema = z.looseObject({
  data: z.looseObject({ attributes: z.looseObject({ status: z.number(), paused: z.boolean().nullish() }) }),
});

const PAUSED_BEFORE_RUN = 4;

/** One generator's API. Close it when done. */
export class K6Api {
  readonly statusUrl: string;
  // One kept connection, opened by the first status request: the start signal then goes out at once.
  readonly #agent = new Agent({
    connections: 1,
    keepAliveTimeout: 60_000,
    headersTimeout: 5_000,
    bodyTimeout: 5_000,
  });

  constructor(port: number) {
    this.statusUrl = `http://127.0.0.1:${port}/v1/status`;
  }

  /** True once every virtual user is initialised and k6 waits for its start. */
  async isReady(): Promise<boolean> {
    const response = await request(this.statusUrl, { dispatcher: this.#agent });
    const body: unknown = await response.body.json();
    const parsed = statusSchema.safeParse(body);
    return parsed.success && parsed.data.data.attributes.status === PAUSED_BEFORE_RUN;
  }

  /** Starts the paused run. @throws Error when k6 does not agree */
  start(): Promise<void> {
    return this.#patch({ paused: false });
  }

  /** Sets the number of virtual users of an externally controlled run. @throws Error when k6 does not agree */
  scale(users: number): Promise<void> {
    return this.#patch({ vus: users });
  }

  async #patch(attributes: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await request(this.statusUrl, {
      dispatcher: this.#agent,
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ data: { type: "status", id: "default", attributes } }),
    });
    const text = await response.body.text();
    if (response.statusCode !== 200)
      throw new Error(`k6 answered ${response.statusCode}: ${text.slice(0, 200)}`);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
