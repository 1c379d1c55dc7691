import { escapeIdentifier, type PoolClient } from "pg";
import { HistoryError } from "./errors";
import { HISTORY_SCHEMA_VERSION } from "./model";

/** Serialises migrations of every perfbed at one server. Any number will do, as long as it stays the same. */
const MIGRATION_LOCK = 7_236_459_001;

/** Version 0, the layout before the first release: one table, the instant as a timestamp, latencies in microseconds, errors in percent. */
const createVersion0 = (schema: string): string => `
  CREATE TABLE ${schema}.results (
    campaign text NOT NULL,
    run text NOT NULL,
    at timestamptz NOT NULL,
    application text NOT NULL,
    version text NOT NULL,
    sizing text NOT NULL,
    scenario text NOT NULL,
    journey text NOT NULL,
    metric text NOT NULL,
    value double precision NOT NULL,
    requests bigint NOT NULL,
    verdict text NOT NULL,
    PRIMARY KEY (campaign, run, journey, metric)
  );`;

/** Version 1: runs have a table of their own, with manifest, side, replicate, target, parameters and validity; units as in Parquet. */
const toVersion1 = (schema: string): string => `
  CREATE TABLE ${schema}.runs (
    campaign text NOT NULL,
    run text NOT NULL,
    side text NOT NULL,
    replicate integer NOT NULL,
    at_us bigint NOT NULL,
    application text NOT NULL,
    version text NOT NULL,
    target text NOT NULL,
    sizing text NOT NULL,
    scenario text NOT NULL,
    parameters_hash text NOT NULL,
    verdict text NOT NULL,
    valid boolean NOT NULL,
    schema_version integer NOT NULL,
    manifest json,
    PRIMARY KEY (campaign, run)
  );
  INSERT INTO ${schema}.runs
    SELECT DISTINCT ON (campaign, run) campaign, run, 'single', 1, (extract(epoch FROM at) * 1000000)::bigint, application, version,
      'local', sizing, scenario, '', verdict, verdict <> 'invalid', 0, NULL::json
    FROM ${schema}.results;
  UPDATE ${schema}.results SET
    value = CASE WHEN metric LIKE 'p%\\_us' THEN value / 1000 WHEN metric = 'error_percent' THEN value / 100 ELSE value END,
    metric = CASE WHEN metric LIKE 'p%\\_us' THEN replace(metric, '_us', '_ms')
                  WHEN metric = 'error_percent' THEN 'error_ratio' ELSE metric END;
  ALTER TABLE ${schema}.results
    DROP COLUMN at, DROP COLUMN application, DROP COLUMN version, DROP COLUMN sizing, DROP COLUMN scenario, DROP COLUMN verdict,
    ADD FOREIGN KEY (campaign, run) REFERENCES ${schema}.runs ON DELETE CASCADE;
  CREATE INDEX runs_in_time ON ${schema}.runs (application, at_us);
  CREATE VIEW ${schema}.history AS
    SELECT r.*, f.journey, f.metric, f.value, f.requests FROM ${schema}.runs r JOIN ${schema}.results f USING (campaign, run);`;

/** By the version that each one leads to. */
const MIGRATIONS: readonly ((schema: string) => string)[] = [createVersion0, toVersion1];

async function storedVersion(client: PoolClient, schema: string): Promise<number | undefined> {
  const name = `${escapeIdentifier(schema)}.schema_version`;
  // Not to_regclass: it may answer from what this session knew before it waited for the lock.
  const { rows } = await client.query(
    "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
    [schema, "schema_version"],
  );
  if (rows.length === 0) return undefined;
  const versions = await client.query<{ version: number }>(`SELECT version FROM ${name}`);
  return versions.rows[0]?.version;
}

/**
 * Brings the tables to the version of this perfbed, in one transaction; two at once do it once. A user who may only read is enough
 * while there is nothing to change.
 * @param upTo for tests of migrations only @default the version of this perfbed
 * @throws HistoryError when a newer perfbed has been at work
 */
export async function migrate(
  client: PoolClient,
  schema: string,
  upTo: number = HISTORY_SCHEMA_VERSION,
): Promise<void> {
  const before = await storedVersion(client, schema);
  requireNotNewer(schema, before);
  if (before !== undefined && before >= upTo) return;
  const quoted = escapeIdentifier(schema);
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    const version = await storedVersion(client, schema);
    requireNotNewer(schema, version);
    if (version === undefined) {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted}`);
      await client.query(`CREATE TABLE ${quoted}.schema_version (version integer NOT NULL)`);
      await client.query(`INSERT INTO ${quoted}.schema_version VALUES (-1)`);
    }
    for (const [to, migration] of MIGRATIONS.slice(0, upTo + 1).entries()) {
      if (to <= (version ?? -1)) continue;
      await client.query(migration(quoted));
      await client.query(`UPDATE ${quoted}.schema_version SET version = $1`, [to]);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

function requireNotNewer(schema: string, version: number | undefined): void {
  if (version === undefined || version <= HISTORY_SCHEMA_VERSION) return;
  throw new HistoryError(
    "PERFBED_HISTORY_NEWER",
    `The history in schema ${schema} has version ${version}; this perfbed reads up to version ${HISTORY_SCHEMA_VERSION}`,
    { hint: "Use the perfbed version that wrote it, or a later one." },
  );
}
