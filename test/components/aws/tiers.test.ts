import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AwsSettingsInput,
  awsSettings,
  awsSizings,
  createAwsTiers,
  DatabaseEngine,
  NatStrategy,
} from "../../../components/aws";
import { nodeTypeFor } from "../../../components/aws/cache/validation";
import { instanceClassFor } from "../../../components/aws/database/connections";
import { chooseInstanceType } from "../../../components/aws/instance-types";
import { validateAwsSettings } from "../../../components/aws/settings-validation";
import { type PerformanceEnvironmentArgs, Target } from "../../../components/contracts";
import { PerformanceEnvironment } from "../../../components/environment";
import { ConfigError } from "../../../core/errors";
import { APPLICATION, environmentArgs } from "../support";
import { listed, type Recording, recordResources } from "./mocks";

jest.setTimeout(120_000);

const SIZES = ["small", "medium", "large"] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pb-tiers-"));
  writeFileSync(join(folder, "index.js"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const argsOf = (size: (typeof SIZES)[number] = "small"): PerformanceEnvironmentArgs =>
  environmentArgs({
    target: Target.Aws,
    sizing: awsSizings[size],
    application: { ...APPLICATION, workingDirectory: folder },
  });

const record = (settings: AwsSettingsInput, args = argsOf()): Promise<Recording> =>
  recordResources(
    () =>
      new PerformanceEnvironment("environment", args, {
        [Target.Aws]: createAwsTiers({ settings, sweeperCode: folder }),
      }),
  );

test("an environment on AWS is made of the same tiers under the same names, with a provider of its region", async () => {
  const recording = await record({ region: "eu-central-1" });
  expect(listed(recording).filter((one) => one.startsWith("perfbed:"))).toEqual([
    "perfbed:aws:App environment-app",
    "perfbed:aws:Cache environment-cache",
    "perfbed:aws:Database environment-database",
    "perfbed:aws:Edge environment-edge",
    "perfbed:aws:Fleet environment-fleet",
    "perfbed:aws:Foundation environment-foundation",
    "perfbed:environment:PerformanceEnvironment environment",
  ]);
  expect(recording.registrations.filter(({ type }) => type === "pulumi:providers:aws")).toEqual([
    expect.objectContaining({
      name: "environment-foundation-provider",
      parent: "environment",
      inputs: expect.objectContaining({ region: "eu-central-1" }),
    }),
  ]);
});

test("one set of tiers makes several environments, each on its own ground", async () => {
  const { environment, sizing } = argsOf();
  const { registrations } = await recordResources(() => {
    const tiers = createAwsTiers({ settings: { region: "eu-west-1" }, sweeperCode: folder });
    for (const name of ["a", "b"]) {
      const foundation = tiers.foundation(`${name}-foundation`, { environment }, {});
      tiers.cache(`${name}-cache`, { environment, sizing: sizing.cache }, { dependsOn: [foundation] });
    }
  });
  const subnets = registrations.filter(({ type }) => type === "aws:elasticache/subnetGroup:SubnetGroup");
  expect(
    subnets.map(({ name, dependsOn }) => [name, dependsOn.filter((one) => one.endsWith("-bucket"))]),
  ).toEqual([
    ["a-cache-subnets", ["a-foundation-bucket"]],
    ["b-cache-subnets", ["b-foundation-bucket"]],
  ]);
});

test("everything wrong is reported at once, before anything is created", async () => {
  const args = argsOf();
  const wrong: PerformanceEnvironmentArgs = {
    ...args,
    environment: { ...args.environment, id: "two--dashes", owner: "" },
    sizing: { ...args.sizing, database: { ...args.sizing.database, replicas: 9 } },
  };
  const settings = { region: "mars", network: { cidrBlock: "8.8.8.0/24", nat: NatStrategy.Single } };
  const { registrations } = await recordResources(() => {
    const tiers = createAwsTiers({ settings, sweeperCode: join(folder, "missing") });
    const make = () => new PerformanceEnvironment("environment", wrong, { [Target.Aws]: tiers });
    expect(make).toThrow(ConfigError);
    try {
      make();
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [];
      expect(problems.map(({ field }) => field)).toEqual([
        "environment.owner",
        "sizing.database.replicas",
        "environment.id",
        "aws.region",
        "aws.network.cidrBlock",
        "aws.guard.expiryTeardown",
      ]);
    }
  });
  expect(registrations).toEqual([]);
});

test("a tier before its foundation is a fault of the program", async () => {
  const { environment, sizing } = argsOf();
  const { registrations } = await recordResources(() => {
    const tiers = createAwsTiers({ settings: { region: "eu-west-1" } });
    expect(() => tiers.database("database", { environment, sizing: sizing.database }, {})).toThrow(
      /before the foundation/,
    );
  });
  expect(registrations).toEqual([]);
});

describe("sizings", () => {
  test.each(SIZES)("%s is fine with the default settings and with Aurora", (size) => {
    const { sizing, application } = argsOf(size);
    for (const engine of [DatabaseEngine.Rds, DatabaseEngine.Aurora]) {
      const settings = awsSettings({ region: "eu-west-1", database: { engine } });
      expect(validateAwsSettings(settings, sizing, application)).toEqual([]);
    }
  });

  test("they become the machines that their description says", () => {
    const { app, database, cache } = awsSettings({ region: "eu-west-1" });
    const machines = SIZES.map((size) => awsSizings[size]).map((sizing) => [
      chooseInstanceType(sizing.app.cpu, sizing.app.memoryMiB, app.architecture).name,
      instanceClassFor(database, sizing.database)?.name,
      nodeTypeFor(cache, sizing.cache),
    ]);
    expect(machines).toEqual([
      ["c7g.medium", "db.t4g.medium", "cache.t4g.small"],
      ["c7g.large", "db.r7g.large", "cache.m7g.large"],
      ["c7g.xlarge", "db.r7g.2xlarge", "cache.r7g.large"],
    ]);
  });
});
