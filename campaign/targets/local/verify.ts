import Redis from "ioredis";
import { Client } from "pg";
import { type EnvironmentAccess, TelemetryKind, type TelemetrySource } from "../../../components/contracts";
import type { EnvironmentPlan } from "../../plan";
import { answers, type Check, requireAll } from "../checks";

const DEADLINE_MS = 10_000;
const PAUSE_MS = 100;
const REQUEST_MS = 3_000;

async function sql(url: string, query: string): Promise<readonly unknown[][]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  await client.connect();
  try {
    const result = await client.query<unknown[]>({ text: query, rowMode: "array" });
    return result.rows;
  } finally {
    await client.end();
  }
}

function expectNumber(rows: readonly unknown[][], expected: number, what: string): void {
  const found = Number(rows[0]?.[0]);
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}

async function ping(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null });
  redis.on("error", () => {
    // reported by the rejected call
  });
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

function checkOf(source: TelemetrySource, replicas: number): Check[] {
  switch (source.kind) {
    case TelemetryKind.PostgresPrimary:
      return [
        {
          what: `${source.name} takes writes and streams to every replica`,
          run: async () => {
            expectNumber(
              await sql(source.endpoint, "select pg_is_in_recovery()::int"),
              0,
              "servers in recovery",
            );
            expectNumber(
              await sql(
                source.endpoint,
                "select count(*)::int from pg_stat_replication where state = 'streaming'",
              ),
              replicas,
              "streaming replicas",
            );
          },
        },
      ];
    case TelemetryKind.PostgresReplica:
      return [
        {
          what: `${source.name} answers and follows the primary`,
          run: async () =>
            expectNumber(
              await sql(source.endpoint, "select pg_is_in_recovery()::int"),
              1,
              "servers in recovery",
            ),
        },
      ];
    case TelemetryKind.Redis:
      return [{ what: `${source.name} answers with its password`, run: () => ping(source.endpoint) }];
    default:
      return [];
  }
}

/**
 * Asks every tier to do its work once, from outside, before any load: what was provisioned must be what was asked for.
 * @returns how many checks passed
 * @throws EnvironmentError naming every check that failed
 */
export async function verifyEnvironment(
  plan: EnvironmentPlan,
  access: EnvironmentAccess,
  signal: AbortSignal,
): Promise<number> {
  const readyPath = plan.application.readyPath;
  const checks: Check[] = [
    {
      what: "the edge passes requests on to the application",
      run: () => answers(`${access.entryUrl}${readyPath}`, REQUEST_MS),
    },
    {
      what: "the load balancer reaches an instance",
      run: () => answers(`${access.appUrl}${readyPath}`, REQUEST_MS),
    },
    ...access.telemetry.flatMap((source) => checkOf(source, plan.sizing.database.replicas)),
  ];
  return requireAll(checks, {
    deadlineMs: DEADLINE_MS,
    pauseMs: PAUSE_MS,
    signal,
    reasonOf,
    hint: "The logs of every process are in the results folder.",
  });
}

/** The reason without anything that could be a credential. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\/\/[^@\s]*@/g, "//");
}
