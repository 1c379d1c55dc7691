import type { FastifyInstance } from "fastify";
import type { Metrics } from "../metrics";
import type { Readiness } from "../readiness";

/** What the platform asks: is it alive, may it be given requests, how is it doing. */
export function operationRoutes(app: FastifyInstance, readiness: Readiness, metrics: Metrics): void {
  app.get("/health", async (_request, reply) =>
    reply.header("cache-control", "no-store").send({ status: "ok" }),
  );

  app.get("/ready", async (_request, reply) => {
    const state = await readiness.check();
    return reply
      .code(state.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send(state);
  });

  app.get("/metrics", async (_request, reply) => {
    const text = await metrics.registry.metrics();
    return reply.header("cache-control", "no-store").type(metrics.registry.contentType).send(text);
  });
}
