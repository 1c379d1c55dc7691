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
  readonly durationMs: number;
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
    // Also sets the visibility map and freezes rows, so that autovacuum has no reason to start in the middle of a measurement.
    if (fresh) await client.query("VACUUM (FREEZE, ANALYZE) categories, products, stock");
    return { migrations, seeded: fresh, durationMs: performance.now() - started };
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
      `${result.seeded ? `seeded ${config.productCount} products` : "rows were there already"}, variant ${config.variant}\n`,
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
