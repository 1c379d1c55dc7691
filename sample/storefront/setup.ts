import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { formatProblem, PerfbedError } from "../../core/errors";
import { readSetupConfig, type SetupConfig } from "./config";
import { migrate } from "./schema";
import { alignIndexes, isSeeded, seed } from "./seed";

/** Two set-ups at once must not seed twice; the number only has to be the same in both. */
const SETUP_LOCK = 7_316_401;

export interface SetupResult {
  readonly migrations: readonly string[];
  /** False when the database held the rows already. */
  readonly seeded: boolean;
  /** False when another session's snapshot was too old for too long: reads of a replica then cost more than those of one beside it. */
  readonly frozen: boolean;
  readonly durationMs: number;
}

const SEEDED_TABLES = ["categories", "products", "stock"];
const FREEZE_PAUSE_MS = 250;
const FREEZE_DEADLINE_MS = 20_000;

/**
 * Freezes the seeded rows and sets the visibility map, so that autovacuum has no reason to start in the middle of a measurement. PostgreSQL
 * skips what any snapshot might not see yet, without a word, and what replicas with hot_standby_feedback have last said may be a second old.
 * Skipped rows make each read of a replica look their transaction up for ever: it cannot note down that it was committed.
 */
async function freeze(client: Client): Promise<boolean> {
  const deadline = performance.now() + FREEZE_DEADLINE_MS;
  for (;;) {
    await client.query(`VACUUM (FREEZE, ANALYZE) ${SEEDED_TABLES.join(", ")}`);
    const { rowCount } = await client.query(
      "SELECT 1 FROM pg_class WHERE oid = ANY($1::text[]::regclass[]) AND relallvisible < relpages",
      [SEEDED_TABLES],
    );
    if (rowCount === 0) return true;
    if (performance.now() > deadline) return false;
    await sleep(FREEZE_PAUSE_MS);
  }
}

/** Migrates and seeds; safe to run again and safe to run twice at once. Wants a direct connection, not a pool's. */
export async function setUp(config: SetupConfig): Promise<SetupResult> {
  const started = performance.now();
  const client = new Client({ connectionString: config.adminUrl, application_name: "storefront-setup" });
  await client.connect();
  try {
    // A crash loses the seeding, which is repeated then; waiting for the disk buys nothing.
    await client.query("SET synchronous_commit = off");
    await client.query("SET maintenance_work_mem = '64MB'");
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [SETUP_LOCK]);
    const migrations = await migrate(client);
    const fresh = !(await isSeeded(client, config));
    if (fresh) await seed(client, config);
    await alignIndexes(client, config);
    await client.query("COMMIT");
    const frozen = !fresh || (await freeze(client));
    return { migrations, seeded: fresh, frozen, durationMs: performance.now() - started };
  } finally {
    await client.end();
  }
}

async function main(): Promise<void> {
  const config = readSetupConfig(process.env);
  const result = await setUp(config);
  const seconds = (result.durationMs / 1_000).toFixed(2);
  process.stdout.write(
    `storefront set-up in ${seconds} s: ${result.migrations.length} migrations, ` +
      `${result.seeded ? `seeded ${config.productCount} products` : "rows were there already"}, variant ${config.variant}` +
      `${result.frozen ? "" : "; rows could not be frozen: another session's snapshot is older"}\n`,
  );
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const problems =
      error instanceof PerfbedError ? error.problems.map((p) => `\n  ${formatProblem(p)}`).join("") : "";
    process.stderr.write(`storefront set-up failed: ${message}${problems}\n`);
    process.exitCode = 1;
  });
}
