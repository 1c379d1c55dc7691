import type { Trace, TraceSpan } from "../../analysis/traces/model";
import type { Row, SqlEngine } from "../engine";
import { parquetSource } from "../parquet-table";
import type { TimeWindow } from "../sample-figures";

const within = (column: string, window: TimeWindow, unit: number): string =>
  `${column} >= ${Math.round(window.fromUs)} * ${unit} AND ${column} < ${Math.round(window.toUs)} * ${unit}`;

/** Requests of the window that asked to be traced. */
export async function countAsked(
  engine: SqlEngine,
  samples: readonly string[],
  window: TimeWindow,
): Promise<number> {
  if (samples.length === 0) return 0;
  const row = await engine.row(
    `SELECT count(*) AS asked FROM ${parquetSource(samples)} WHERE traceId IS NOT NULL AND ${within("startedAtUs", window, 1)}`,
  );
  return row?.number("asked") ?? 0;
}

/** Attributes as they were stored. */
function attributesOf(json: string): Record<string, string> {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== "object" || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([name, value]: [string, unknown]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

const spanOf = (row: Row): TraceSpan => ({
  spanId: row.text("spanId"),
  parentSpanId: row.textOrNull("parentSpanId"),
  name: row.text("name"),
  kind: row.number("kind"),
  startUs: row.number("startUs"),
  durationUs: row.number("durationUs"),
  failed: row.boolean("failed"),
  attributes: attributesOf(row.text("attributes")),
});

/**
 * The traces of the window, one after the other: those of its samples, and those that no sample has asked for and that began in it. A
 * sample that was taken outside of the window keeps its trace outside as well.
 */
export async function* queryTraces(
  engine: SqlEngine,
  spans: string,
  samples: readonly string[],
  window: TimeWindow,
): AsyncGenerator<Trace> {
  const asked =
    samples.length === 0
      ? "SELECT NULL::VARCHAR AS traceId, NULL::VARCHAR AS journey, NULL::VARCHAR AS step, NULL::BIGINT AS sampleUs, false AS measured WHERE false"
      : `SELECT traceId, journey, step, durationUs AS sampleUs, ${within("startedAtUs", window, 1)} AS measured
         FROM ${parquetSource(samples)} WHERE traceId IS NOT NULL`;
  const rows = engine.stream(`WITH asked AS (${asked})
    SELECT traceId, spanId, parentSpanId, service, instance, name, kind, failed, attributes,
      (startNs - min(startNs) OVER (PARTITION BY traceId)) / 1000.0::DOUBLE AS startUs, durationNs / 1000.0::DOUBLE AS durationUs,
      journey, step, sampleUs
    FROM ${parquetSource([spans])} LEFT JOIN asked USING (traceId)
    WHERE coalesce(measured, ${within("startNs", window, 1000)})
    ORDER BY traceId, startUs, spanId`);
  let open: { traceId: string; first: Row; spans: TraceSpan[] } | undefined;
  const closed = ({ traceId, first, spans: found }: NonNullable<typeof open>): Trace => {
    const journey = first.textOrNull("journey");
    return {
      traceId,
      service: first.text("service"),
      instance: first.text("instance"),
      spans: found,
      sample:
        journey === null ? null : { journey, step: first.text("step"), durationUs: first.number("sampleUs") },
    };
  };
  for await (const row of rows) {
    const traceId = row.text("traceId");
    if (open !== undefined && open.traceId !== traceId) {
      yield closed(open);
      open = undefined;
    }
    open ??= { traceId, first: row, spans: [] };
    open.spans.push(spanOf(row));
  }
  if (open !== undefined) yield closed(open);
}
