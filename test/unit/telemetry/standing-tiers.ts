import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TelemetryKind, type TelemetrySource } from "../../../components/contracts";
import {
  loadBalancerLifecycle,
  loadBalancerOutputs,
} from "../../../components/local/application/load-balancer";
import { HaproxyRuntime } from "../../../components/local/haproxy";
import { pgbouncerLifecycle } from "../../../components/local/pgbouncer/pool";
import { primaryLifecycle } from "../../../components/local/postgres/primary";
import { replicaLifecycle } from "../../../components/local/postgres/replica";
import { postgresUrl, ROLES } from "../../../components/local/postgres/roles";
import type { Lifecycle, Properties } from "../../../components/local/provider/lifecycle";
import { serviceOutputs } from "../../../components/local/provider/service";
import { redisUrl } from "../../../components/local/redis/config";
import { redisLifecycle } from "../../../components/local/redis/server";
import { prepareEnvironment, sweepEnvironment } from "../../../components/local/supervisor";
import { varnishLifecycle, varnishOutputs } from "../../../components/local/varnish/server";
import { newEnvironmentId } from "../../../core/ids";
import { findLocalTools } from "../../../stacks/local-tools";
import { resolveTool, Tool } from "../../../toolchain";

/** Real tiers of the local target, each with one service, and an application that runs in the test. */
export interface StandingTiers {
  readonly environmentId: string;
  readonly sources: readonly TelemetrySource[];
  readonly varnishstat: string;
  readonly edgeUrl: string;
  readonly cacheUrl: string;
  /** Through the pool to the primary. */
  readonly writerUrl: string;
  readonly replica: Properties;
  /** Lets the requests to `/slow/…` go on. */
  finishSlowRequests(): void;
  /** Ends everything and proves it. */
  remove(): Promise<void>;
}

interface TestApplication {
  readonly server: Server;
  readonly port: number;
  finishSlowRequests(): void;
}

/** `/cached` may be stored by the edge for a minute, everything else may not; `/slow/…` waits until it is told to go on. */
async function startApplication(): Promise<TestApplication> {
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith("/slow/")) await new Promise<void>((resolve) => waiting.push(resolve));
    const cacheable = request.url === "/cached";
    response.writeHead(request.url === "/broken" ? 500 : 200, {
      "cache-control": cacheable ? "public, max-age=60" : "private, no-store",
    });
    response.end("hello");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port }: AddressInfo = Object(server.address());
  const finishSlowRequests = (): void => {
    for (const finish of waiting.splice(0)) finish();
  };
  return { server, port, finishSlowRequests };
}

async function create(lifecycle: Lifecycle, inputs: Properties): Promise<Properties> {
  return { ...(await lifecycle.create(inputs)).outs };
}

export async function standUpTiers(): Promise<StandingTiers> {
  const home = mkdtempSync(join(tmpdir(), "pbtel-"));
  // Servers run under another account and must get through.
  chmodSync(home, 0o711);
  const previousHome = process.env.PERFBED_HOME;
  process.env.PERFBED_HOME = home;
  const environmentId = newEnvironmentId();
  const application = await startApplication();
  const remove = async (): Promise<void> => {
    await new Promise((resolve) => {
      application.server.close(resolve);
      application.server.closeAllConnections();
    });
    const sweep = await sweepEnvironment(environmentId);
    if (previousHome === undefined) delete process.env.PERFBED_HOME;
    else process.env.PERFBED_HOME = previousHome;
    rmSync(home, { recursive: true, force: true });
    if (!sweep.proved) throw new Error(`left behind: ${JSON.stringify(sweep.remaining)}`);
  };
  try {
    return {
      ...(await createTiers(environmentId, home, application.port)),
      finishSlowRequests: application.finishSlowRequests,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function createTiers(
  environmentId: string,
  home: string,
  applicationPort: number,
): Promise<Omit<StandingTiers, "remove" | "finishSlowRequests">> {
  const tools = await findLocalTools();
  const varnishstat = (await resolveTool(Tool.Varnish))?.executables.varnishstat;
  if (varnishstat === undefined) throw new Error("varnishstat is needed");
  await prepareEnvironment({
    environmentId,
    owner: "test",
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    watchdog: false,
  });
  const secret = (): string => randomBytes(12).toString("hex");
  const passwords = {
    superuserPassword: secret(),
    applicationPassword: secret(),
    replicationPassword: secret(),
    monitorPassword: secret(),
  };
  const common = { environmentId, home, cpu: 0.5, memoryMiB: 128 };
  const database = { ...common, ...passwords, poolSize: 5, maxClientConnections: 50 };
  const redisPassword = secret();

  const primary = async (): Promise<readonly Properties[]> => {
    const created = serviceOutputs.parse(
      await create(primaryLifecycle, {
        ...database,
        service: "database-primary",
        tool: tools.postgres,
        seededReplicas: ["database-replica-1"],
      }),
    );
    const replica = await create(replicaLifecycle, {
      ...database,
      service: "database-replica-1",
      tool: tools.postgres,
      primaryPort: created.port,
      primaryFolder: created.folder,
    });
    const pool = await create(pgbouncerLifecycle, {
      ...database,
      service: "database-pool-writer",
      tool: tools.pgbouncer,
      serverPort: created.port,
    });
    return [created, replica, pool];
  };
  const [servers, cache, balancer] = await Promise.all([
    primary(),
    create(redisLifecycle, { ...common, service: "cache-redis", tool: tools.redis, password: redisPassword }),
    create(loadBalancerLifecycle, {
      ...common,
      service: "load-balancer",
      tool: tools.haproxy,
      readyPath: "/",
      drainSeconds: 1,
    }),
  ]);
  const [primaryServer, replica, pool] = servers;
  if (replica === undefined) throw new Error("no replica");
  const { url: originUrl, socketPath } = loadBalancerOutputs.parse(balancer);
  await new HaproxyRuntime({ socketPath }).addServer("app-1", { port: applicationPort });
  const edge = varnishOutputs.parse(
    await create(varnishLifecycle, {
      ...common,
      service: "edge-varnish",
      tool: tools.varnish,
      originUrl,
      originHealthPath: "/",
      defaultTtlSeconds: 0,
      graceSeconds: 1,
    }),
  );
  const portOf = (created: unknown): number => serviceOutputs.parse(created).port;
  const cacheUrl = redisUrl(redisPassword, portOf(cache));
  const monitor = (port: number, name: string): string =>
    postgresUrl(ROLES.monitor, passwords.monitorPassword, port, name);
  return {
    environmentId,
    varnishstat,
    edgeUrl: `http://127.0.0.1:${edge.port}`,
    cacheUrl,
    writerUrl: postgresUrl(ROLES.application, passwords.applicationPassword, portOf(pool), "app"),
    replica,
    sources: [
      { kind: TelemetryKind.Haproxy, name: "load-balancer", tier: "app", endpoint: socketPath },
      { kind: TelemetryKind.Varnish, name: "edge-varnish", tier: "edge", endpoint: edge.workingFolder },
      { kind: TelemetryKind.Redis, name: "cache-redis", tier: "cache", endpoint: cacheUrl },
      {
        kind: TelemetryKind.Pgbouncer,
        name: "database-pool-writer",
        tier: "database",
        endpoint: monitor(portOf(pool), "pgbouncer"),
      },
      {
        kind: TelemetryKind.PostgresPrimary,
        name: "database-primary",
        tier: "database",
        endpoint: monitor(portOf(primaryServer), "app"),
      },
      {
        kind: TelemetryKind.PostgresReplica,
        name: "database-replica-1",
        tier: "database",
        endpoint: monitor(portOf(replica), "app"),
      },
    ],
  };
}
