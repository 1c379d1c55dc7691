import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  costProblems,
  costText,
  estimateHourlyCost,
  LIST_PRICES,
  loadPrices,
  type PriceList,
  refuseCostly,
} from "../../../components/aws/cost";
import { hourlyDemand } from "../../../components/aws/cost/demand";
import {
  AppFlavour,
  type AwsSettingsInput,
  awsSettings,
  CacheFlavour,
  DatabaseEngine,
  FleetFlavour,
  NatStrategy,
} from "../../../components/aws/settings";
import { awsSizings } from "../../../components/aws/sizings";
import type { Sizing } from "../../../components/contracts";
import { localSizings } from "../../../components/local/sizings";
import { ConfigError } from "../../../core/errors";
import { packageRoot } from "../../../core/home";

const SMALL: Sizing = {
  ...localSizings.small,
  app: { ...localSizings.small.app, minInstances: 2, maxInstances: 6, cpu: 2, memoryMiB: 4_096 },
  database: { ...localSizings.small.database, cpu: 2, memoryMiB: 4_096, replicas: 1 },
  cache: { cpu: 1, memoryMiB: 1_024 },
  fleet: { generators: 2 },
};
const settings = (input: Partial<AwsSettingsInput> = {}) => awsSettings({ region: "us-east-1", ...input });

test("the figures of one environment, item by item", () => {
  const estimate = estimateHourlyCost(SMALL, settings({ edge: { waf: true } }));
  const priced = Object.fromEntries(
    estimate.items.map(({ what, item, min, max, unitUsd }) => [what, [item, min, max, unitUsd]]),
  );
  expect(priced).toEqual({
    "NAT gateways": ["nat-gateway", 1, 1, 0.045],
    "public addresses": ["public-ipv4", 3, 3, 0.005],
    "load balancer": ["alb", 1, 1, 0.0225],
    "app instances": ["ec2:c7g.large", 2, 6, 0.0725],
    "app volumes": ["gp3-gib", 40, 120, 0.08 / 730],
    "database servers": ["rds-postgresql:db.t4g.medium", 2, 2, 0.065],
    "database storage": ["rds-gp3-gib", 100, 100, 0.115 / 730],
    "database proxy, vCPUs": ["rds-proxy-vcpu", 2, 2, 0.015],
    "cache nodes": ["elasticache-valkey:cache.t4g.small", 1, 1, 0.0256],
    firewall: ["waf-web-acl", 1, 1, 5 / 730],
    "firewall rules": ["waf-rule", 2, 2, 1 / 730],
    generators: ["ec2:c7g.large", 2, 2, 0.0725],
    "generator volumes": ["gp3-gib", 60, 60, 0.08 / 730],
  });
  // Added up by hand.
  expect(estimate.minUsd).toBeCloseTo(0.594401, 5);
  expect(estimate.maxUsd).toBeCloseTo(0.893168, 5);
  expect(estimate.unknown).toEqual([]);
  expect(costText(estimate)).toMatch(
    /^USD 0\.59 to 0\.89 an hour \(AWS public price list, on demand, as of June 2025; copied by hand, not asked of AWS since\)\nNot included: data transfer/,
  );
});

test("a region or type without a price is said to be unknown, and refuses a limit instead of passing it", () => {
  const estimate = estimateHourlyCost(SMALL, settings({ region: "eu-west-1" }));
  expect(estimate.minUsd).toBe(0);
  expect(estimate.unknown).toContain("ec2:c7g.large");
  expect(costText(estimate)).toContain("which is not known: ");
  expect(() => refuseCostly(estimate, 1_000)).toThrow(ConfigError);
  expect(() => refuseCostly(estimate, undefined)).not.toThrow();
  const odd = estimateHourlyCost(SMALL, settings({ app: { instanceType: "x9.mega" } }));
  expect(costProblems(odd, 1_000)).toEqual([
    {
      field: "prices.regions.us-east-1.ec2:x9.mega",
      allowed: "a known price, while there is a limit on the cost",
      hint: expect.stringContaining("aws.guard.priceFile"),
    },
  ]);
});

test("a limit below the largest size refuses, naming the cost; one above does not", () => {
  const estimate = estimateHourlyCost(SMALL, settings());
  expect(costProblems(estimate, 0.9)).toEqual([]);
  expect(costProblems(estimate, 0.7)).toEqual([
    {
      field: "aws.guard.maxHourlyCostUsd",
      value: 0.7,
      allowed: expect.stringMatching(/^at least USD 0\.88,/),
      hint: expect.stringContaining("--max-hourly-cost"),
    },
  ]);
});

/** Units at the largest size, by what they are. */
const unitsOf = (sizing: Sizing, input: Partial<AwsSettingsInput>): Record<string, number> =>
  Object.fromEntries(hourlyDemand(sizing, settings(input)).map(({ what, max }) => [what, max]));

test("IOPS that gp3 has at its size are not paid for", () => {
  const storage = (iops: number) => unitsOf(SMALL, { database: { storageGiB: 400, iops } });
  expect(storage(12_000)).not.toHaveProperty("database IOPS");
  expect(storage(20_000)).toMatchObject({ "database IOPS": 2 * 8_000 });
});

test("scheduled sizes count for tasks as they do for instances", () => {
  const schedules = [{ name: "day", recurrence: "0 7 * * MON-FRI", minInstances: 1, maxInstances: 9 }];
  expect(unitsOf(SMALL, { app: { schedules } })).toMatchObject({ "app instances": 9 });
  const tasks = { flavour: AppFlavour.Fargate, containerImage: "shop:1", schedules };
  expect(unitsOf(SMALL, { app: tasks })).toMatchObject({
    "app tasks, vCPUs": 9 * 2,
    "app tasks, GiB": 9 * 4,
  });
});

test("generators elsewhere cost what they cost there, with a way out of their own; a region without prices is named", () => {
  const fleet = { regions: ["us-east-1", "us-west-2", "eu-west-1"] };
  const sizing = { ...SMALL, fleet: { generators: 4 } };
  expect(unitsOf(sizing, { fleet })).toMatchObject({
    generators: 2,
    "generators in us-west-2": 1,
    "NAT gateways in us-west-2": 1,
    "public addresses in us-west-2": 1,
    "generator volumes in eu-west-1": 30,
  });
  const prices = {
    ...LIST_PRICES,
    regions: {
      ...LIST_PRICES.regions,
      "us-west-2": { ...LIST_PRICES.regions["us-west-2"], "ec2:c7g.large": 7 },
    },
  };
  const estimate = estimateHourlyCost(sizing, settings({ fleet }), prices);
  expect(estimate.items.find(({ what }) => what === "generators in us-west-2")?.unitUsd).toBe(7);
  expect(estimate.unknown).toContain("ec2:c7g.large in eu-west-1");
  expect(costProblems(estimate, 1_000).map(({ field }) => field)).toContain(
    "prices.regions.eu-west-1.ec2:c7g.large",
  );
});

test("readers of Aurora behind a proxy have an endpoint that is paid by the zone", () => {
  const database = { engine: DatabaseEngine.Aurora };
  const what = "readers' endpoint of the proxy";
  expect(unitsOf(SMALL, { database, network: { availabilityZones: 3 } })).toMatchObject({ [what]: 3 });
  expect(unitsOf(SMALL, { database: { ...database, proxy: false } })).not.toHaveProperty(what);
  const alone = { ...SMALL, database: { ...SMALL.database, replicas: 0 } };
  expect(unitsOf(alone, { database })).not.toHaveProperty(what);
  expect(unitsOf(SMALL, {})).not.toHaveProperty(what);
});

/** One dollar for everything that is asked for, so that the sum is the number of units. */
const flat = (sizing: Sizing, chosen: ReturnType<typeof settings>): PriceList => ({
  ...LIST_PRICES,
  regions: { "us-east-1": Object.fromEntries(hourlyDemand(sizing, chosen).map(({ item }) => [item, 1])) },
});

const sizings = fc
  .record({ min: fc.integer({ min: 1, max: 20 }), more: fc.integer({ min: 0, max: 30 }) })
  .chain(({ min, more }) =>
    fc.record({
      name: fc.constant("any"),
      app: fc
        .record({ cpu: fc.constantFrom(0.25, 1, 2, 4), memoryMiB: fc.constantFrom(512, 2_048, 8_192) })
        .map((size) => ({ ...SMALL.app, ...size, minInstances: min, maxInstances: min + more })),
      database: fc
        .record({ cpu: fc.constantFrom(1, 2, 4), replicas: fc.integer({ min: 0, max: 5 }) })
        .map((size) => ({ ...SMALL.database, ...size })),
      cache: fc.record({ cpu: fc.constantFrom(0.5, 1, 2), memoryMiB: fc.constantFrom(64, 1_024, 4_096) }),
      edge: fc.constant(SMALL.edge),
      fleet: fc.record({ generators: fc.integer({ min: 1, max: 20 }) }),
    }),
  );
const choices = fc
  .record({
    network: fc.record({
      nat: fc.constantFrom(...Object.values(NatStrategy)),
      availabilityZones: fc.constantFrom(2, 3),
      interfaceEndpoints: fc.constantFrom([], ["ssm", "logs"]),
    }),
    app: fc.record({ flavour: fc.constantFrom(...Object.values(AppFlavour)) }),
    database: fc.record({
      engine: fc.constantFrom(...Object.values(DatabaseEngine)),
      multiAz: fc.boolean(),
      proxy: fc.boolean(),
    }),
    cache: fc.record({ flavour: fc.constantFrom(...Object.values(CacheFlavour)) }),
    fleet: fc.record({ flavour: fc.constantFrom(...Object.values(FleetFlavour)) }),
  })
  .map((input) => settings(input));

test("properties: the largest size costs no less than the smallest, and more of anything never costs less", () => {
  fc.assert(
    fc.property(sizings, choices, (sizing, chosen) => {
      const prices = flat(sizing, chosen);
      const estimate = estimateHourlyCost(sizing, chosen, prices);
      expect(estimate.unknown).toEqual([]);
      expect(estimate.minUsd).toBeGreaterThan(0);
      expect(estimate.maxUsd).toBeGreaterThanOrEqual(estimate.minUsd);
      const larger: Sizing = {
        ...sizing,
        app: { ...sizing.app, maxInstances: sizing.app.maxInstances + 1 },
        database: { ...sizing.database, replicas: sizing.database.replicas + 1 },
        fleet: { generators: sizing.fleet.generators + 1 },
      };
      const more = estimateHourlyCost(larger, chosen, prices);
      expect(more.maxUsd).toBeGreaterThan(estimate.maxUsd);
      // A cap at the estimate itself is no refusal; a cent less is.
      expect(costProblems(estimate, estimate.maxUsd)).toEqual([]);
      expect(costProblems(estimate, estimate.maxUsd - 0.01)).toHaveLength(1);
    }),
    { seed: 20_250_601 },
  );
});

test("a missing price is never nothing: without it the item is in the list of unknown ones", () => {
  fc.assert(
    fc.property(sizings, choices, fc.nat(), (sizing, chosen, pick) => {
      const demand = hourlyDemand(sizing, chosen);
      const item = demand[pick % demand.length]?.item ?? "";
      const { [item]: _, ...rest } = flat(sizing, chosen).regions["us-east-1"] ?? {};
      const prices = { ...LIST_PRICES, regions: { "us-east-1": rest } };
      expect(estimateHourlyCost(sizing, chosen, prices).unknown).toEqual([item]);
    }),
    { seed: 20_250_602 },
  );
});

test("a price file of one's own is read, and every mistake in it is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "perfbed-prices-"));
  try {
    const file = join(folder, "prices.json");
    writeFileSync(file, JSON.stringify({ ...LIST_PRICES, regions: { "eu-west-1": { alb: 0.03 } } }));
    expect(loadPrices(file).regions).toEqual({ "eu-west-1": { alb: 0.03 } });
    writeFileSync(
      file,
      JSON.stringify({ currency: "EUR", asOf: "June", source: "me", regions: { "eu-west-1": { alb: -1 } } }),
    );
    expect(() => loadPrices(file)).toThrow("3 problems");
    expect(() => loadPrices(join(folder, "none.json"))).toThrow("cannot be read");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(["small", "medium", "large"] as const)(
  "docs/aws-cost.md has the price of the example %s",
  (size) => {
    const { minUsd, maxUsd, unknown } = estimateHourlyCost(awsSizings[size], settings());
    expect(unknown).toEqual([]);
    const row = readFileSync(join(packageRoot(), "docs/aws-cost.md"), "utf8")
      .split("\n")
      .find((line) => line.startsWith(`| \`${size}\``));
    expect(row?.split("|").map((cell) => cell.trim())).toEqual([
      "",
      `\`${size}\``,
      minUsd.toFixed(2),
      maxUsd.toFixed(2),
      "",
    ]);
  },
);
