import { PerformanceEnvironment } from "../../components/environment";
import {
  allRegistered,
  environmentArgs,
  type Registration,
  recordRegistrations,
  secret,
  settled,
  sizing,
  TOOLS,
  targets,
} from "./support";

const DYNAMIC = "pulumi-nodejs:dynamic/perfbed/local:";

/** Registers an environment named `shop` and returns what the engine would have been asked for. */
async function register(
  args = environmentArgs(),
): Promise<{ environment: PerformanceEnvironment; registrations: Registration[] }> {
  const registrations = recordRegistrations();
  const environment = new PerformanceEnvironment("shop", args, targets());
  await settled(environment.telemetry);
  await settled(environment.entryUrl);
  await settled(environment.generators);
  await allRegistered();
  return { environment, registrations };
}

const named = (registrations: readonly Registration[], name: string): Registration => {
  const found = registrations.filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  return found[0] ?? { type: "", name, inputs: {} };
};

/** Inputs without the provider's text, which has a test of its own. */
const inputsOf = (registrations: readonly Registration[], name: string): Record<string, unknown> => {
  const { __provider: _text, ...inputs } = named(registrations, name).inputs;
  return inputs;
};

describe("PerformanceEnvironment on the local target, as registered with the engine", () => {
  test("it registers these components and resources under these types and names, and no others", async () => {
    const { registrations } = await register();
    const custom = (kind: string): string => `${DYNAMIC}${kind}`;
    expect(registrations.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
      [
        "perfbed:environment:PerformanceEnvironment shop",
        "perfbed:local:Foundation shop-foundation",
        `${custom("Environment")} shop-foundation-environment`,
        "perfbed:local:Database shop-database",
        `${custom("Credential")} shop-database-superuser-password`,
        `${custom("Credential")} shop-database-application-password`,
        `${custom("Credential")} shop-database-replication-password`,
        `${custom("Credential")} shop-database-monitor-password`,
        `${custom("PostgresPrimary")} shop-database-primary`,
        `${custom("PostgresReplica")} shop-database-replica-1`,
        `${custom("Pgbouncer")} shop-database-pool-writer`,
        `${custom("Pgbouncer")} shop-database-pool-reader-1`,
        "perfbed:local:Cache shop-cache",
        `${custom("Credential")} shop-cache-password`,
        `${custom("Redis")} shop-cache-redis`,
        "perfbed:local:App shop-app",
        `${custom("LoadBalancer")} shop-app-balancer`,
        `${custom("ApplicationSetup")} shop-app-setup`,
        `${custom("AutoscalingGroup")} shop-app-autoscaling-group`,
        "perfbed:local:Edge shop-edge",
        `${custom("Varnish")} shop-edge-varnish`,
        `${custom("EdgeReadiness")} shop-edge-readiness`,
        "perfbed:local:Fleet shop-fleet",
        `${custom("FleetSlots")} shop-fleet-slots`,
      ].sort(),
    );
  });

  test("every resource carries the environment's id and home, and names its provider's code by path alone", async () => {
    const { registrations } = await register();
    const resources = registrations.filter(({ type }) => type.startsWith(DYNAMIC));
    expect(resources).toHaveLength(17);
    for (const { type, inputs } of resources) {
      expect(inputs).toMatchObject({ environmentId: "pb-test", home: expect.stringMatching(/^\//) });
      expect(inputs.__provider).toMatch(
        /^exports\.handler = \(\) => require\("\/[^"]+\/dist\/components\/local\/provider\/runtime\.js"\)\.providerFor\("\w+"\);$/,
      );
      expect(inputs.__provider).toContain(`"${type.slice(DYNAMIC.length)}"`);
    }
  });

  test("the foundation knows owner, expiry and tags, and owns the folder unless the caller prepared it", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-foundation-environment")).toMatchObject({
      owner: "ada",
      expiresAt: "2030-01-01T00:00:00.000Z",
      tags: { team: "checkout" },
      prepared: false,
    });
  });

  test("the primary is given its size, its passwords and the replicas to seed", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-primary")).toEqual({
      environmentId: "pb-test",
      home: expect.any(String),
      service: "database-primary",
      cpu: 0.5,
      memoryMiB: 256,
      poolSize: 20,
      tool: TOOLS.postgres,
      superuserPassword: "secret-of-shop-database-superuser-password",
      applicationPassword: "secret-of-shop-database-application-password",
      replicationPassword: "secret-of-shop-database-replication-password",
      monitorPassword: "secret-of-shop-database-monitor-password",
      seededReplicas: ["database-replica-1"],
    });
  });

  test("each replica streams from the primary and has a pool of its own", async () => {
    const { registrations } = await register(environmentArgs({ sizing: sizing({ replicas: 3 }) }));
    for (const number of [1, 2, 3]) {
      expect(inputsOf(registrations, `shop-database-replica-${number}`)).toMatchObject({
        service: `database-replica-${number}`,
        primaryPort: 21_000,
        primaryFolder: "/folder/database-primary",
        replicationPassword: "secret-of-shop-database-replication-password",
      });
      expect(inputsOf(registrations, `shop-database-pool-reader-${number}`)).toMatchObject({
        service: `database-pool-reader-${number}`,
        serverPort: 21_100 + number,
        poolSize: 20,
        maxClientConnections: 500,
      });
    }
    expect(inputsOf(registrations, "shop-database-pool-writer")).toMatchObject({ serverPort: 21_000 });
  });

  test("set-up goes straight to the primary; the instances go through the pools, to the cache, behind the balancer", async () => {
    const { registrations } = await register();
    const direct = "postgres://app:secret-of-shop-database-application-password@127.0.0.1:21000/app";
    const cacheUrl = "redis://:secret-of-shop-cache-password@127.0.0.1:21300/0";
    expect(inputsOf(registrations, "shop-app-setup")).toMatchObject({
      databaseAdminUrl: secret(direct),
      cacheUrl: secret(cacheUrl),
      version: "abc123",
      command: ["node", "migrate.js"],
      workingDirectory: "/srv/shop",
      environment: secret({ LOG_LEVEL: "info" }),
      timeoutSeconds: 30,
    });
    expect(inputsOf(registrations, "shop-app-autoscaling-group")).toMatchObject({
      service: "autoscaler",
      databaseUrl: secret(direct.replace("21000", "21200")),
      databaseReplicaUrls: secret([direct.replace("21000", "21201")]),
      cacheUrl: secret(cacheUrl),
      balancerSocketPath: "/folder/api.sock",
      setupCompletedAt: "2030-01-01T00:00:00.000Z",
      sizing: sizing().app,
      environment: secret({ LOG_LEVEL: "info" }),
      application: { name: "shop", version: "abc123", command: ["node", "server.js"], readyPath: "/ready" },
    });
    expect(inputsOf(registrations, "shop-app-balancer")).toMatchObject({
      readyPath: "/ready",
      drainSeconds: 5,
    });
  });

  test("without a replica the readers are the writer; without a set-up command none is run", async () => {
    const { setup: _setup, ...application } = environmentArgs().application;
    const { environment, registrations } = await register(
      environmentArgs({ sizing: sizing({ replicas: 0 }), application }),
    );
    expect((await settled(environment.databaseReplicaUrls)).value).toEqual([
      (await settled(environment.databaseUrl)).value,
    ]);
    expect(registrations.map(({ name }) => name)).not.toContain("shop-app-setup");
    expect(inputsOf(registrations, "shop-app-autoscaling-group")).not.toHaveProperty("setupCompletedAt");
  });

  test("the edge is given the balancer as its origin and is ready only after the app is", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-edge-varnish")).toMatchObject({
      originUrl: "http://127.0.0.1:21400",
      originHealthPath: "/ready",
      defaultTtlSeconds: 0,
      graceSeconds: 10,
      memoryMiB: 64,
    });
    expect(inputsOf(registrations, "shop-edge-readiness")).toMatchObject({
      url: "http://127.0.0.1:21600",
      healthPath: "/ready",
      originInService: 1,
    });
  });

  test("its outputs are an EnvironmentAccess; everything with a credential in it is secret", async () => {
    const { environment } = await register();
    expect(await settled(environment.environmentId)).toEqual({ value: "pb-test", secret: false });
    expect(await settled(environment.target)).toEqual({ value: "local", secret: false });
    expect(await settled(environment.entryUrl)).toEqual({ value: "http://127.0.0.1:21600", secret: false });
    expect(await settled(environment.appUrl)).toEqual({ value: "http://127.0.0.1:21400", secret: false });
    expect((await settled(environment.generators)).value).toEqual([
      { name: "generator-1", location: "/folder/generator-1" },
    ]);
    const telemetry = await settled(environment.telemetry);
    expect(telemetry.secret).toBe(true);
    const monitor = "postgres://perfbed_monitor:secret-of-shop-database-monitor-password@127.0.0.1:";
    expect(telemetry.value).toEqual([
      {
        kind: "postgres-primary",
        name: "database-primary",
        tier: "database",
        endpoint: `${monitor}21000/app`,
      },
      {
        kind: "pgbouncer",
        name: "database-pool-writer",
        tier: "database",
        endpoint: `${monitor}21200/pgbouncer`,
      },
      {
        kind: "postgres-replica",
        name: "database-replica-1",
        tier: "database",
        endpoint: `${monitor}21101/app`,
      },
      {
        kind: "pgbouncer",
        name: "database-pool-reader-1",
        tier: "database",
        endpoint: `${monitor}21201/pgbouncer`,
      },
      {
        kind: "redis",
        name: "cache-redis",
        tier: "cache",
        endpoint: "redis://:secret-of-shop-cache-password@127.0.0.1:21300/0",
      },
      { kind: "haproxy", name: "load-balancer", tier: "app", endpoint: "/folder/api.sock" },
      { kind: "autoscaler", name: "autoscaler", tier: "app", endpoint: "/folder/events.jsonl" },
      { kind: "varnish", name: "edge-varnish", tier: "edge", endpoint: "/folder/work" },
    ]);
    for (const url of [environment.databaseUrl, environment.databaseReplicaUrls, environment.cacheUrl]) {
      expect(await settled<unknown>(url)).toMatchObject({ secret: true });
    }
  });
});
