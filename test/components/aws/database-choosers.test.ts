import * as fc from "fast-check";
import {
  CONNECTIONS_BESIDE_POOL,
  instanceClassFor,
  maxConnections,
  proxyConnectionsPercent,
  serverPlan,
} from "../../../components/aws/database/connections";
import { INSTANCE_CLASSES, smallestInstanceClass } from "../../../components/aws/database/instance-classes";
import { awsSettings, DatabaseEngine, type DatabaseSettings } from "../../../components/aws/settings";

const settings = (changes: Partial<DatabaseSettings> = {}): DatabaseSettings =>
  awsSettings({ region: "eu-west-1", database: changes }).database;
const sizing = (changes: {
  readonly cpu?: number;
  readonly memoryMiB?: number;
  readonly poolSize?: number;
}) => ({
  cpu: 0.5,
  memoryMiB: 256,
  replicas: 1,
  poolSize: 20,
  maxClientConnections: 500,
  ...changes,
});

describe("the class of a database server", () => {
  const engines = fc.constantFrom(DatabaseEngine.Rds, DatabaseEngine.Aurora);
  const cpu = fc.double({ min: 0.05, max: 64, noNaN: true });
  const memoryMiB = fc.integer({ min: 128, max: 512 * 1024 });

  test("holds what was asked for, on that engine, and no class with fewer vCPUs or the same and less memory does", () => {
    fc.assert(
      fc.property(engines, cpu, memoryMiB, (engine, cores, memory) => {
        const chosen = smallestInstanceClass(engine, cores, memory);
        const candidates = INSTANCE_CLASSES.filter(
          (one) => one.engines.includes(engine) && one.vcpus >= cores && one.memoryMiB >= memory,
        );
        if (chosen === undefined) {
          expect(candidates).toEqual([]);
          return;
        }
        expect(candidates).toContain(chosen);
        for (const other of candidates) {
          expect(other.vcpus > chosen.vcpus || other.memoryMiB >= chosen.memoryMiB).toBe(true);
          expect(other.vcpus).toBeGreaterThanOrEqual(chosen.vcpus);
        }
      }),
    );
  });

  test.each([
    [DatabaseEngine.Rds, 0.5, 256, "db.t4g.micro"],
    [DatabaseEngine.Rds, 2, 8_192, "db.t4g.large"],
    [DatabaseEngine.Rds, 2, 8_193, "db.r7g.large"],
    [DatabaseEngine.Rds, 16, 65_536, "db.m7g.4xlarge"],
    [DatabaseEngine.Rds, 64, 524_288, "db.r7g.16xlarge"],
    [DatabaseEngine.Aurora, 0.5, 256, "db.t4g.medium"],
    [DatabaseEngine.Aurora, 4, 16_384, "db.r7g.xlarge"],
  ])("%s, %s cores and %s MiB: %s", (engine, cores, memory, expected) => {
    expect(smallestInstanceClass(engine, cores, memory)?.name).toBe(expected);
  });

  test("there is none beyond the largest", () => {
    expect(smallestInstanceClass(DatabaseEngine.Rds, 65, 1_024)).toBeUndefined();
    expect(smallestInstanceClass(DatabaseEngine.Aurora, 1, 524_289)).toBeUndefined();
  });

  test("names are unique", () => {
    expect(new Set(INSTANCE_CLASSES.map(({ name }) => name)).size).toBe(INSTANCE_CLASSES.length);
  });

  test("a class that is named is taken; the memory of an unknown one is what was asked for", () => {
    expect(instanceClassFor(settings({ instanceClass: "db.m7g.large" }), sizing({}))).toMatchObject({
      name: "db.m7g.large",
      memoryMiB: 8_192,
    });
    expect(
      instanceClassFor(settings({ instanceClass: "db.x2g.large" }), sizing({ memoryMiB: 4_096 })),
    ).toEqual({
      name: "db.x2g.large",
      memoryMiB: 4_096,
    });
  });
});

describe("connections of a database server", () => {
  test.each([
    [1_024, 20, 112],
    [8_192, 20, 901],
    [65_536, 20, 5_000],
    [1_024, 200, 215],
  ])("%s MiB with a pool of %s: %s", (memoryMiB, poolSize, expected) => {
    expect(maxConnections(memoryMiB, poolSize)).toBe(expected);
  });

  test.each([
    [20, 112, 18],
    [20, 901, 2],
    [20, 5_000, 1],
    [1_000, 1_000, 100],
  ])("a pool of %s in %s connections: %s percent", (poolSize, connections, expected) => {
    expect(proxyConnectionsPercent(poolSize, connections)).toBe(expected);
  });

  test("the pool is right to half a percent of all connections, or one percent where that is more than was asked", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 128, max: 524_288 }),
        (pool, memory) => {
          const connections = maxConnections(memory, pool);
          const percent = proxyConnectionsPercent(pool, connections);
          expect(Number.isInteger(percent)).toBe(true);
          expect(percent).toBeGreaterThanOrEqual(1);
          expect(percent).toBeLessThanOrEqual(100);
          expect(connections).toBeGreaterThanOrEqual(pool + CONNECTIONS_BESIDE_POOL);
          const error = Math.abs((percent / 100) * connections - pool);
          expect(error).toBeLessThanOrEqual(connections * (percent === 1 ? 0.01 : 0.005) + 1e-9);
        },
      ),
    );
  });

  test("max_connections that the user states is what the pool's share is taken of", () => {
    expect(
      serverPlan(settings({ parameters: { max_connections: "400" } }), sizing({ poolSize: 100 })),
    ).toEqual({
      instanceClass: "db.t4g.micro",
      maxConnections: 400,
      proxyConnectionsPercent: 25,
    });
  });

  test("there is no plan without a class", () => {
    expect(serverPlan(settings(), sizing({ cpu: 128 }))).toBeUndefined();
  });
});
