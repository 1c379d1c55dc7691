import { identifier, literal, type SAMPLE_COLUMNS } from "../../../storage";

/** What a test says of a request; the rest of the row is filled in. */
export interface Request {
  readonly journey: string;
  readonly step: string;
  readonly startedAtUs: number;
  readonly durationUs: number;
  readonly ok: boolean;
}

/** A SELECT of these requests with all sample columns in order. */
export function samplesSql(generator: string, requests: readonly Request[]): string {
  const values = requests.map(
    ({ journey, step, startedAtUs, durationUs, ok }) =>
      `(${literal(journey)}, ${literal(step)}, ${startedAtUs}, ${durationUs}, ${ok})`,
  );
  const source =
    values.length === 0
      ? "SELECT '' AS journey, '' AS step, 0 AS startedAtUs, 0 AS durationUs, true AS ok WHERE false"
      : `SELECT * FROM (VALUES ${values.join(", ")}) AS r(journey, step, startedAtUs, durationUs, ok)`;
  const columns: Record<keyof typeof SAMPLE_COLUMNS, string> = {
    campaign: "'c'",
    run: "'r'",
    side: "'single'",
    replicate: "0",
    generator: literal(generator),
    scenario: "'load'",
    journey: "journey",
    step: "step",
    scheduledAtUs: "NULL",
    startedAtUs: "startedAtUs",
    durationUs: "durationUs",
    firstByteUs: "NULL",
    status: "CASE WHEN ok THEN 200 ELSE 503 END",
    ok: "ok",
    error: "NULL",
    bytes: "NULL",
    traceId: "NULL",
  };
  const list = Object.entries(columns).map(([name, sql]) => `${sql} AS ${identifier(name)}`);
  return `SELECT ${list.join(", ")} FROM (${source})`;
}
