import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResourcesSync, envDetectorSync } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { type Call, CallKind, type OpenCall, type RequestTrace, type Telemetry } from "./request-trace";

const SCOPE = "storefront";
const DEFAULT_METRIC_INTERVAL_MS = 60_000;
/** Buckets that the semantic conventions of HTTP recommend, seconds. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Asked by balancers and scrapers, not by customers. */
const UNTRACED = /^\/(health|ready|metrics)(\?|$)/;

/** Seconds and nanoseconds since the epoch. The SDK's own times are whole milliseconds at the start, too coarse for a cache look-up. */
function now(): [number, number] {
  const ms = performance.timeOrigin + performance.now();
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}

/** Attributes by the semantic conventions of OpenTelemetry. */
function attributesOf({ kind, name, attributes }: Call): Attributes {
  switch (kind) {
    case CallKind.PoolWait:
      return { "perfbed.tier": "pool-wait", ...attributes };
    case CallKind.Query:
      return { "db.system.name": "postgresql", "db.query.summary": name, ...attributes };
    case CallKind.Cache:
      return { "db.system.name": "redis", "db.operation.name": name, ...attributes };
    case CallKind.Service:
      return { "http.request.method": name.split(" ")[0] ?? "", ...attributes };
  }
}

class SpanTrace implements RequestTrace {
  private readonly context: Context;

  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
    private readonly method: string,
    private readonly propagator: W3CTraceContextPropagator,
  ) {
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }

  begin(call: Call): OpenCall {
    const kind = call.kind === CallKind.PoolWait ? SpanKind.INTERNAL : SpanKind.CLIENT;
    const span = this.tracer.startSpan(
      call.name,
      { kind, attributes: attributesOf(call), startTime: now() },
      this.context,
    );
    const headers: Record<string, string> = {};
    if (call.kind === CallKind.Service) {
      this.propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
        set: (carrier, key, value) => {
          carrier[key] = value;
        },
      });
    }
    return {
      headers,
      end: (error) => {
        if (error !== undefined) fail(span, error);
        span.end(now());
      },
    };
  }

  end(route: string, status: number): void {
    this.span.updateName(`${this.method} ${route}`);
    this.span.setAttributes({ "http.route": route, "http.response.status_code": status });
    if (status >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end(now());
  }
}

/** Messages of errors may hold what a customer has typed: only the class is told. */
function fail(span: Span, error: unknown): void {
  span.setAttribute("error.type", error instanceof Error ? error.name : "error");
  span.setStatus({ code: SpanStatusCode.ERROR });
}

const headerOf = (headers: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
};

/** Traces and metrics over OTLP/HTTP, set up by the OTEL_… variables of OpenTelemetry's specification: endpoint, resource, sampler, delays. */
export function startTelemetry(env: NodeJS.ProcessEnv = process.env): Telemetry {
  const resource = detectResourcesSync({ detectors: [envDetectorSync] });
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const meters = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(),
        exportIntervalMillis: Number(env.OTEL_METRIC_EXPORT_INTERVAL) || DEFAULT_METRIC_INTERVAL_MS,
      }),
    ],
  });
  const tracer = tracers.getTracer(SCOPE);
  const duration = meters.getMeter(SCOPE).createHistogram("http.server.request.duration", {
    unit: "s",
    description: "Duration of HTTP server requests.",
    advice: { explicitBucketBoundaries: DURATION_BUCKETS },
  });
  const propagator = new W3CTraceContextPropagator();
  return {
    request(method, url, headers) {
      if (UNTRACED.test(url)) return undefined;
      const parent = propagator.extract(ROOT_CONTEXT, headers, {
        get: (carrier, key) => headerOf(carrier, key),
        keys: (carrier) => Object.keys(carrier),
      });
      const span = tracer.startSpan(
        method,
        {
          kind: SpanKind.SERVER,
          attributes: { "http.request.method": method, "url.path": url.split("?")[0] ?? url },
          startTime: now(),
        },
        parent,
      );
      return span.isRecording() ? new SpanTrace(tracer, span, method, propagator) : undefined;
    },
    observe: (method, route, status, seconds) =>
      duration.record(seconds, {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
      }),
    async stop() {
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
    },
  };
}
