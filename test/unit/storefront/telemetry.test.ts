import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CallKind, traced } from "../../../sample/storefront/request-trace";
import { startTelemetry } from "../../../sample/storefront/telemetry";

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code?: number };
}
interface OtlpBody {
  readonly resourceSpans?: readonly {
    readonly resource: OtlpSpan;
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly object[];
}

/** Stands where a collector would: keeps what is posted. test/e2e has a real one. */
let receiver: Server;
const received: { path: string; body: OtlpBody }[] = [];
const saved = { ...process.env };

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ path: request.url ?? "", body: JSON.parse(Buffer.concat(chunks).toString("utf8")) });
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const address: string | AddressInfo | null = receiver.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_SERVICE_NAME: "shop",
    OTEL_RESOURCE_ATTRIBUTES: "service.version=1.2,perfbed.side=candidate,service.instance.id=app-1",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0",
  });
});
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  receiver.close();
});

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const sampled = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };

test("a request that asks for a trace gets one, with its calls, its resource and the generator as its parent", async () => {
  const telemetry = startTelemetry();
  expect(telemetry.request("GET", "/", {})).toBeUndefined();
  expect(
    telemetry.request("GET", "/", { traceparent: sampled.traceparent.replace(/01$/, "00") }),
  ).toBeUndefined();
  expect(telemetry.request("GET", "/ready", sampled)).toBeUndefined();

  const trace = telemetry.request("GET", "/products/7?x=secret", sampled);
  await traced(trace, { kind: CallKind.PoolWait, name: "pool wait" }, async () => undefined);
  await traced(trace, { kind: CallKind.Query, name: "product-by-id" }, async () => undefined);
  const call = { kind: CallKind.Service, name: "POST /quotes" };
  const headers = await traced(trace, call, async (passedOn) => passedOn);
  await traced(trace, { kind: CallKind.Cache, name: "GET" }, async () => {
    throw new RangeError("customer@example.com is not a key");
  }).catch(() => undefined);
  trace?.end("/products/:id", 503);
  telemetry.observe("GET", "/products/:id", 503, 0.25);
  await telemetry.stop();

  const group = received.find(({ path }) => path === "/v1/traces")?.body.resourceSpans?.[0];
  const resource = Object.fromEntries(
    (group?.resource.attributes ?? []).map(({ key, value }) => [key, value.stringValue]),
  );
  expect(resource).toMatchObject({
    "service.name": "shop",
    "service.version": "1.2",
    "perfbed.side": "candidate",
    "service.instance.id": "app-1",
  });
  const spans = group?.scopeSpans.flatMap(({ spans: found }) => found) ?? [];
  const byName = new Map(spans.map((span) => [span.name, span]));
  expect([...byName.keys()].sort()).toEqual([
    "GET",
    "GET /products/:id",
    "POST /quotes",
    "pool wait",
    "product-by-id",
  ]);
  const root = byName.get("GET /products/:id");
  expect(root).toMatchObject({
    traceId: TRACE_ID,
    parentSpanId: "00f067aa0ba902b7",
    kind: 2,
    status: { code: 2 },
  });
  for (const span of spans.filter((one) => one !== root)) {
    expect(span).toMatchObject({ traceId: TRACE_ID, parentSpanId: root?.spanId });
    expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root?.startTimeUnixNano ?? 0));
    expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root?.endTimeUnixNano ?? 0));
  }
  expect(headers.traceparent).toBe(`00-${TRACE_ID}-${byName.get("POST /quotes")?.spanId}-01`);
  expect(byName.get("GET")?.status.code).toBe(2);
  expect(JSON.stringify(received)).not.toMatch(/customer@example|secret/);
  expect(
    received.some(({ path, body }) => path === "/v1/metrics" && (body.resourceMetrics?.length ?? 0) > 0),
  ).toBe(true);
});
