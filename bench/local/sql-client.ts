import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Client } from "pg";

/**
 * `psql -qAt` for the plain script on machines whose PostgreSQL comes without it: statements on standard input, one value a line on
 * standard output, password from PGPASSFILE.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: "string", short: "h" },
      port: { type: "string", short: "p" },
      user: { type: "string", short: "U" },
      database: { type: "string", short: "d" },
    },
  });
  const { host, port, user, database } = values;
  if (host === undefined || port === undefined || user === undefined || database === undefined) {
    throw new Error("usage: sql-client -h HOST -p PORT -U USER -d DATABASE < statements");
  }
  const client = new Client({ host, port: Number(port), user, database, connectionTimeoutMillis: 2_000 });
  // A server that is still starting cuts connections; the failed query says so.
  client.on("error", () => undefined);
  await client.connect();
  try {
    for (const statement of (await text(process.stdin)).split(";\n")) {
      if (statement.trim() === "") continue;
      const { rows } = await client.query<unknown[]>({ text: statement, rowMode: "array" });
      for (const row of rows)
        console.log(row.map((value) => (value === true ? "t" : String(value))).join("|"));
    }
  } finally {
    await client.end();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
