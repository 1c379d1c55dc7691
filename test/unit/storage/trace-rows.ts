/** Spans as a collector writes them, and samples that asked for them. */

export const attribute = (key: string, value: object): object => ({ key, value });
export const text = (key: string, stringValue: string): object => attribute(key, { stringValue });
export const resource = {
  attributes: [text("service.name", "shop"), text("service.instance.id", "app-1")],
};

export const otlpSpan = (
  traceId: string,
  spanId: string,
  parentSpanId: string,
  startUs: number,
  durationUs: number,
  changes: object = {},
): object => ({
  traceId,
  spanId,
  ...(parentSpanId === "" ? {} : { parentSpanId }),
  name: spanId,
  kind: 2,
  startTimeUnixNano: String(BigInt(startUs) * 1_000n),
  endTimeUnixNano: String(BigInt(startUs + durationUs) * 1_000n),
  attributes: [],
  status: {},
  ...changes,
});

export const exported = (spans: readonly object[]): string =>
  JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] });

/** A sample with a trace, as an adapter's SELECT gives it. */
export const tracedSampleSql = (
  traceId: string | null,
  step: string,
  startedAtUs: number,
  durationUs: number,
): string =>
  `SELECT 'c' AS campaign, 'r' AS run, 'single' AS side, 1::INTEGER AS replicate, 'generator-1' AS generator, 's' AS scenario,
    'browse' AS journey, '${step}' AS step, NULL::BIGINT AS scheduledAtUs, ${startedAtUs}::BIGINT AS startedAtUs,
    ${durationUs}::BIGINT AS durationUs, NULL::BIGINT AS firstByteUs, 200::SMALLINT AS status, true AS ok, NULL::VARCHAR AS error,
    NULL::BIGINT AS bytes, ${traceId === null ? "NULL" : `'${traceId}'`}::VARCHAR AS traceId`;
