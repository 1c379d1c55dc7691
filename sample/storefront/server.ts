import { type FastifyError, type FastifyInstance, fastify, LogController } from "fastify";
import type { StorefrontConfig } from "./config";
import { isServerTrouble } from "./database";
import { HttpError } from "./http-error";
import type { Metrics } from "./metrics";
import type { Readiness } from "./readiness";
import { RequestTimings } from "./request-timings";
import type { Telemetry } from "./request-trace";

declare module "fastify" {
  interface FastifyRequest {
    timings: RequestTimings;
  }
}

/** Longer than a load balancer keeps an idle connection, so that it is never the application that closes first. */
const KEEP_ALIVE_MS = 75_000;
const BODY_LIMIT_BYTES = 16 * 1_024;
/** Status under which a request counts whose client went away before the answer. */
const CLIENT_GONE = "499";

export interface ServerOptions {
  readonly config: StorefrontConfig;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** Only where somebody takes it. */
  readonly telemetry?: Telemetry | undefined;
}

/** The HTTP server with everything that all routes share: identity headers, timing, metrics, sampled logs, errors. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { config } = options;
  const app = fastify({
    logger: {
      level: config.logLevel,
      base: { instanceId: config.instanceId, version: config.appVersion },
    },
    // One line a request would cost more than many a request does; see LOG_SAMPLE.
    logController: new LogController({ disableRequestLogging: true }),
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: BODY_LIMIT_BYTES,
    // While draining, requests that arrive on open connections are still answered.
    return503OnClosing: false,
    genReqId: nextRequestId(config.instanceId),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
  });
  acceptEmptyJson(app);
  observeRequests(app, options);
  answerErrors(app);
  return app;
}

/** Many clients name JSON as content type and send no body (a checkout needs none): that is not worth an error. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = body.toString();
    if (text === "") done(null, {});
    else parse(request, text, done);
  });
}

/** Unique over all instances and cheap to make. */
function nextRequestId(instanceId: string): () => string {
  const prefix = `${instanceId}-${process.pid.toString(36)}-`;
  let count = 0;
  return () => {
    count += 1;
    return prefix + count.toString(36);
  };
}

function observeRequests(
  app: FastifyInstance,
  { config, metrics, readiness, telemetry }: ServerOptions,
): void {
  app.addHook("onRequest", (request, reply, done) => {
    const trace = telemetry?.request(request.method, request.url, request.headers);
    const timings = new RequestTimings(request.id, trace);
    request.timings = timings;
    metrics.inFlight.inc();
    reply.header("x-app-version", config.appVersion).header("x-instance-id", config.instanceId);
    // "close" comes for every response, "finish" only for those that the client stayed for.
    reply.raw.once("close", () => {
      const seconds = (performance.now() - timings.startedAtMs) / 1_000;
      const route = request.routeOptions.url ?? "unmatched";
      const status = reply.raw.writableFinished ? String(reply.statusCode) : CLIENT_GONE;
      metrics.inFlight.dec();
      metrics.requestDuration.labels(request.method, route, status).observe(seconds);
      telemetry?.observe(request.method, route, Number(status), seconds);
      trace?.end(route, Number(status));
      if (config.logSample > 0 && Math.random() < config.logSample) {
        request.log.info(
          {
            method: request.method,
            route,
            status,
            durationMs: seconds * 1_000,
            databaseMs: timings.databaseMs,
            queries: timings.databaseQueries,
            cacheMs: timings.cacheMs,
          },
          "request",
        );
      }
    });
    done();
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    reply.header("server-timing", request.timings.header());
    // Tells the balancer not to send more on this connection.
    if (readiness.isDraining()) reply.header("connection", "close");
    done(null, payload);
  });
}

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .header("cache-control", "no-store")
      .send({ error: { code: "not_found", message: "There is no such page." } }),
  );
  app.setErrorHandler<FastifyError | HttpError | Error>((error, request, reply) => {
    const [status, body] = describe(error);
    if (status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, "request failed");
    return reply.code(status).header("cache-control", "no-store").send({ error: body });
  });
}

function describe(error: FastifyError | HttpError | Error): readonly [number, ErrorBody] {
  if (error instanceof HttpError) {
    return [error.statusCode, { code: error.code, message: error.message, details: error.details }];
  }
  if ("validation" in error && error.validation !== undefined) {
    return [400, { code: "invalid_request", message: error.message }];
  }
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500) {
    return [status, { code: "invalid_request", message: error.message }];
  }
  // What went wrong inside is for the log, not for the customer.
  return isServerTrouble(error)
    ? [503, { code: "unavailable", message: "Please try again in a moment." }]
    : [500, { code: "internal_error", message: "Something went wrong." }];
}
