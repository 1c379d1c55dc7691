import { setTimeout as delay } from "node:timers/promises";
import Redis from "ioredis";
import { Client } from "pg";
import { type EnvironmentAccess, TelemetryKind, type TelemetrySource } from "../../../components/contracts";
import { EnvironmentError } from "../../../core/errors";
import type { EnvironmentPlan } from "../../plan";

const DEADLINE_MS = 10_000;

interface Check {
  readonly what: string;
  run(): Promise<void>;
}

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

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`GET ${new URL(url).pathname} answered ${response.status}`);
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
      run: () => answers(`${access.entryUrl}${readyPath}`),
    },
    { what: "the load balancer reaches an instance", run: () => answers(`${access.appUrl}${readyPath}`) },
    ...access.telemetry.flatMap((source) => checkOf(source, plan.sizing.database.replicas)),
  ];
  const deadline = Date.now() + DEADLINE_MS;
  const failures = await Promise.all(
    checks.map(async ({ what, run }) => {
      for (;;) {
        try {
          await run();
          return undefined;
        } catch (error) {
          signal.throwIfAborted();
          if (Date.now() > deadline) {
            return { field: what, allowed: `to hold within ${DEADLINE_MS / 1000} s`, hint: reasonOf(error) };
          }
          await delay(100, undefined, { signal });
        }
      }
    }),
  );
  const problems = failures.flatMap((failure) => failure ?? []);
  if (problems.length > 0) {
    throw new EnvironmentError("PERFBED_NOT_VERIFIED", "The environment came up but does not do its work", {
      problems,
      hint: "The logs of every process are in the results folder.",
    });
  }
  return checks.length;
}

/** The reason without anything that could be a credential. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\/\/[^@\s]*@/g, "//");
}
