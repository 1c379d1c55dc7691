import { HISTORY_COLUMNS } from "./columns";
import { HISTORY_SCHEMA_VERSION } from "./model";

/**
 * Version 0, the layout before the first release: the instant as ISO 8601 text, latencies in microseconds (`p95_us`), errors in
 * percent, one target, and neither parameters, side, replicate nor a flag of validity.
 */
const fromVersion0 = (source: string): string => `
  SELECT
    campaign, run, 'single' AS side, 1 AS replicate,
    epoch_us(CAST("at" AS TIMESTAMP)) AS atUs,
    application, version, 'local' AS target, sizing, scenario, '' AS parametersHash, journey,
    CASE WHEN metric LIKE 'p%\\_us' ESCAPE '\\' THEN replace(metric, '_us', '_ms')
         WHEN metric = 'error_percent' THEN 'error_ratio' ELSE metric END AS metric,
    CASE WHEN metric LIKE 'p%\\_us' ESCAPE '\\' THEN value / 1000.0
         WHEN metric = 'error_percent' THEN value / 100.0 ELSE value END AS value,
    requests, verdict, verdict <> 'invalid' AS valid
  FROM (${source})`;

const current = (source: string): string => {
  const names = Object.keys(HISTORY_COLUMNS).filter((name) => name !== "schemaVersion");
  return `SELECT ${names.join(", ")} FROM (${source})`;
};

/** By the version of a file: SQL that makes it rows of today. Files are never rewritten; they are migrated as they are read. */
const READERS: readonly ((source: string) => string)[] = [fromVersion0, current];

/** SELECT with HISTORY_COLUMNS in order, whatever the version of the source. `schemaVersion` tells what was stored. */
export function migratedSelect(source: string, version: number): string {
  const reader = READERS[version];
  if (reader === undefined || READERS.length !== HISTORY_SCHEMA_VERSION + 1) {
    throw new RangeError(`no reader for history version ${version}`);
  }
  const columns = Object.entries(HISTORY_COLUMNS)
    .filter(([name]) => name !== "schemaVersion")
    .map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`);
  return `SELECT ${columns.join(", ")}, ${version}::INTEGER AS schemaVersion FROM (${reader(source)})`;
}
