import {
  AppFlavour,
  type AwsSettingsInput,
  awsSettings,
  CacheFlavour,
  CpuArchitecture,
  DatabaseEngine,
  EdgePriceClass,
  FleetFlavour,
  NatStrategy,
} from "../../../components/aws/settings";
import { validateAwsSettings } from "../../../components/aws/settings-validation";
import { type Application, ScalingMetric, type Sizing } from "../../../components/contracts";
import type { Problem } from "../../../core/errors";
import { APPLICATION, sizing } from "../support";

type Changes = Partial<AwsSettingsInput>;

/** The local sizing, scaled by CPU: what AWS counts needs no further settings. */
function cpuSizing(): Sizing {
  const base = sizing();
  const scaling = { ...base.app.scaling, metric: ScalingMetric.CpuUtilization, targetValue: 60 };
  return { ...base, app: { ...base.app, scaling } };
}

const problemsOf = (
  changes: Changes = {},
  size: Sizing = cpuSizing(),
  application: Application = APPLICATION,
): readonly Problem[] =>
  validateAwsSettings(awsSettings({ region: "eu-west-1", ...changes }), size, application);

const fieldsOf = (...args: Parameters<typeof problemsOf>): string[] =>
  problemsOf(...args).map(({ field }) => field);

const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const { setup: _setup, ...WITHOUT_SETUP } = APPLICATION;
const TASKS_ONLY: Changes = {
  app: { flavour: AppFlavour.Fargate, containerImage: `${ECR}/shop:1` },
  fleet: { flavour: FleetFlavour.Fargate, containerImage: `${ECR}/k6:1` },
};
const TASK_ENDPOINTS = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];
const spot = { onDemandBase: 1, onDemandPercentAboveBase: 0, instanceTypes: ["m7g.xlarge"] };
const schedule = { name: "day", recurrence: "0 7 * * MON-FRI", minInstances: 1, maxInstances: 4 };

describe("settings that are fine", () => {
  test.each<[string, Changes]>([
    ["a region alone", {}],
    ["another region", { region: "ap-southeast-2" }],
    ["three zones in a small network", { network: { cidrBlock: "192.168.4.0/22", availabilityZones: 3 } }],
    ["the middle private range", { network: { cidrBlock: "172.31.0.0/16" } }],
    ["every endpoint", { network: { interfaceEndpoints: ["ssm", "autoscaling", ...TASK_ENDPOINTS] } }],
    ["a warm pool", { app: { warmPool: { minSize: 2, running: false } } }],
    ["spot instances", { app: { spot } }],
    ["a schedule", { app: { schedules: [schedule] } }],
    ["an image of one's own", { app: { imageId: "ami-0123456789abcdef0" } }],
    ["tasks in place of instances", TASKS_ONLY],
    [
      "an image by digest, from a registry with a port",
      {
        app: {
          flavour: AppFlavour.Fargate,
          containerImage: `registry.example.com:5000/shop/app@sha256:${"0a".repeat(32)}`,
        },
      },
    ],
    ["fast storage", { database: { storageGiB: 400, iops: 12_000, multiAz: true } }],
    [
      "Aurora that scales its readers",
      {
        database: {
          engine: DatabaseEngine.Aurora,
          replicaAutoscaling: { minReplicas: 1, maxReplicas: 15, targetCpuPercent: 60 },
        },
      },
    ],
    [
      "masked data of a snapshot",
      {
        database: {
          snapshotIdentifier: "rds:shop-2030-01-01",
          engineVersion: "15.8",
          masking: { sqlFile: __filename },
        },
      },
    ],
    ["a cluster of caches", { cache: { shards: 15, replicasPerShard: 5 } }],
    ["a serverless cache", { cache: { flavour: CacheFlavour.Serverless } }],
    ["hosts beside the environment's", { fleet: { allowedHosts: ["pay.example.com", "*.cdn.example.com"] } }],
    ["a budget with addresses", { guard: { monthlyBudgetUsd: 0.5, alertEmails: ["ada+aws@example.co.uk"] } }],
    [
      "a permissions boundary",
      { guard: { permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/teams/perfbed-boundary" } },
    ],
  ])("%s", (_name, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });

  test("without NAT: tasks, whose images are in the region's own registry", () => {
    const network = { nat: NatStrategy.None, interfaceEndpoints: TASK_ENDPOINTS };
    expect(problemsOf({ ...TASKS_ONLY, network }, cpuSizing(), WITHOUT_SETUP)).toEqual([]);
  });
});

describe("region and network", () => {
  test.each(["eu-west", "EU-WEST-1", "eu-west-1a", "cn-north-1", "us-gov-west-1", ""])(
    "region %p",
    (region) => {
      expect(problemsOf({ region })).toEqual([
        {
          field: "aws.region",
          value: region,
          allowed: "a region of AWS's standard partition, like eu-west-1",
        },
      ]);
    },
  );

  test.each([
    "10.0.0.0/15",
    "10.0.0.0/23",
    "10.0.1.0/16",
    "172.32.0.0/16",
    "192.169.0.0/16",
    "8.8.0.0/16",
    "200.0.0.0/16",
    "10.0.0.256/16",
    "10.0.0.0",
    "fd00::/16",
  ])("network %p", (cidrBlock) => {
    expect(problemsOf({ network: { cidrBlock } })).toEqual([
      {
        field: "aws.network.cidrBlock",
        value: cidrBlock,
        allowed: "a private IPv4 network from /16 to /22, like 10.64.0.0/16",
        hint: "Private are 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16.",
      },
    ]);
  });

  test.each([1, 4, 2.5, Number.NaN])("%p zones", (availabilityZones) => {
    expect(problemsOf({ network: { availabilityZones } })).toEqual([
      {
        field: "aws.network.availabilityZones",
        value: availabilityZones,
        allowed: "a whole number from 2 to 3",
      },
    ]);
  });

  test("endpoints that nothing speaks to, and endpoints named twice", () => {
    expect(problemsOf({ network: { interfaceEndpoints: ["ssm", "s3", "ssm"] } })).toEqual([
      {
        field: "aws.network.interfaceEndpoints[1]",
        value: "s3",
        allowed: "one of ssm, ssmmessages, ec2messages, logs, ecr.api, ecr.dkr, secretsmanager, autoscaling",
      },
      { field: "aws.network.interfaceEndpoints", value: ["ssm"], allowed: "each of them once" },
    ]);
  });

  test("without NAT instances need endpoints for all they do, no packages, and generators cannot be instances", () => {
    const found = problemsOf({ network: { nat: NatStrategy.None } });
    expect(found.map(({ field, allowed }) => `${field}: ${allowed}`)).toEqual([
      "aws.network.interfaceEndpoints: with ssm, ssmmessages, ec2messages, logs as well, as long as there is no NAT",
      "aws.app.packages: none, as long as there is no NAT",
      "aws.network.interfaceEndpoints: with autoscaling, secretsmanager as well, as long as there is no NAT",
      "aws.network.nat: a NAT gateway, for generators on EC2",
    ]);
  });

  test("without NAT tasks need a registry within reach, and other hosts are out of it", () => {
    const found = problemsOf(
      {
        network: { nat: NatStrategy.None, interfaceEndpoints: ["secretsmanager"] },
        app: { flavour: AppFlavour.Fargate, containerImage: "docker.io/shop:1" },
        fleet: {
          flavour: FleetFlavour.Fargate,
          containerImage: `${ECR.replace("eu-west-1", "eu-west-2")}/k6:1`,
          allowedHosts: ["pay.example.com"],
        },
      },
      cpuSizing(),
      WITHOUT_SETUP,
    );
    expect(found.map(({ field, allowed }) => `${field}: ${allowed}`)).toEqual([
      "aws.network.interfaceEndpoints: with ecr.api, ecr.dkr, logs as well, as long as there is no NAT",
      "aws.app.containerImage: an image in ECR in eu-west-1, as long as there is no NAT",
      "aws.fleet.containerImage: an image in ECR in eu-west-1, as long as there is no NAT",
      "aws.fleet.allowedHosts: none, as long as there is no NAT",
      "aws.network.interfaceEndpoints: with ecr.api, ecr.dkr, logs as well, as long as there is no NAT",
    ]);
  });
});

describe("app", () => {
  test.each<[string, NonNullable<Changes["app"]>, readonly string[]]>([
    ["no port", { port: 0 }, ["aws.app.port"]],
    ["a port beyond the last", { port: 65_536 }, ["aws.app.port"]],
    ["a volume too small for the image", { volumeGiB: 7 }, ["aws.app.volumeGiB"]],
    ["no instance type", { instanceType: "large" }, ["aws.app.instanceType"]],
    [
      "a type of the other architecture",
      { instanceType: "c7i.large", architecture: CpuArchitecture.Arm64 },
      ["aws.app.instanceType"],
    ],
    ["no image id", { imageId: "al2023" }, ["aws.app.imageId"]],
    ["Fargate without an image", { flavour: AppFlavour.Fargate }, ["aws.app.containerImage"]],
    [
      "an image with a space",
      { flavour: AppFlavour.Fargate, containerImage: "shop 1" },
      ["aws.app.containerImage"],
    ],
    [
      "a warm pool beside spot instances",
      { warmPool: { minSize: 1, running: false }, spot },
      ["aws.app.warmPool"],
    ],
    [
      "a warm pool of less than none",
      { warmPool: { minSize: -1, running: false } },
      ["aws.app.warmPool.minSize"],
    ],
    [
      "spot instances of no type and no share",
      { spot: { onDemandBase: 0.5, onDemandPercentAboveBase: 101, instanceTypes: ["any"] } },
      ["aws.app.spot.onDemandBase", "aws.app.spot.onDemandPercentAboveBase", "aws.app.spot.instanceTypes[0]"],
    ],
    [
      "a spot type named twice",
      { spot: { ...spot, instanceTypes: ["m7g.xlarge", "m7g.xlarge"] } },
      ["aws.app.spot.instanceTypes"],
    ],
    [
      "a schedule with a sentence for a time",
      { schedules: [{ ...schedule, recurrence: "at seven" }] },
      ["aws.app.schedules[0].recurrence"],
    ],
    [
      "schedules of one name, the second upside down",
      { schedules: [schedule, { ...schedule, minInstances: 5 }] },
      ["aws.app.schedules", "aws.app.schedules[1]"],
    ],
    [
      "a schedule without a name and with half an instance",
      { schedules: [{ ...schedule, name: "", minInstances: 0.5, maxInstances: 101 }] },
      ["aws.app.schedules[0].name", "aws.app.schedules[0].minInstances", "aws.app.schedules[0].maxInstances"],
    ],
    ["packages that are options", { packages: ["--nogpgcheck"] }, ["aws.app.packages"]],
    ["no requests a minute", { requestsPerTargetPerMinute: 0 }, ["aws.app.requestsPerTargetPerMinute"]],
  ])("%s", (_name, app, fields) => {
    expect(fieldsOf({ app })).toEqual(fields);
  });

  test("a forecast of what AWS does not count", () => {
    const size = sizing();
    const scaling = { ...size.app.scaling, metric: ScalingMetric.InFlightRequests, targetValue: 10 };
    expect(
      fieldsOf({ app: { predictiveScaling: true } }, { ...size, app: { ...size.app, scaling } }),
    ).toEqual(["aws.app.predictiveScaling"]);
  });
});

describe("database", () => {
  const autoscaling = { minReplicas: 1, maxReplicas: 3, targetCpuPercent: 60 };
  const aurora = { engine: DatabaseEngine.Aurora };
  test.each<[string, NonNullable<Changes["database"]>, readonly string[]]>([
    ["an engine's name for a version", { engineVersion: "postgres16" }, ["engineVersion"]],
    ["little storage", { storageGiB: 19 }, ["storageGiB"]],
    ["more storage than there is", { storageGiB: 65_537 }, ["storageGiB"]],
    ["IOPS that small storage does not have", { iops: 12_000 }, ["iops"]],
    ["fewer IOPS than the baseline", { storageGiB: 400, iops: 3_000 }, ["iops"]],
    ["an interval between those there are", { monitoringIntervalSeconds: 20 }, ["monitoringIntervalSeconds"]],
    ["replicas of RDS that scale", { replicaAutoscaling: autoscaling }, ["replicaAutoscaling"]],
    [
      "readers beyond fifteen",
      { ...aurora, replicaAutoscaling: { ...autoscaling, maxReplicas: 16 } },
      ["replicaAutoscaling.maxReplicas"],
    ],
    [
      "more readers at least than at most",
      { ...aurora, replicaAutoscaling: { ...autoscaling, minReplicas: 4 } },
      ["replicaAutoscaling.minReplicas"],
    ],
    ["a standby of Aurora", { ...aurora, multiAz: true }, ["multiAz"]],
    ["IOPS of Aurora", { ...aurora, iops: 12_000 }, ["iops"]],
    ["nothing to mask", { masking: { sqlFile: __filename } }, ["masking"]],
    [
      "a mask that is not there",
      { snapshotIdentifier: "shop", engineVersion: "15", masking: { sqlFile: "/nowhere.sql" } },
      ["masking.sqlFile"],
    ],
    [
      "a path for a snapshot",
      { snapshotIdentifier: "/backups/shop", engineVersion: "15" },
      ["snapshotIdentifier"],
    ],
    ["a snapshot of nobody knows which version", { snapshotIdentifier: "shop" }, ["engineVersion"]],
    [
      "a pool that goes around encryption",
      { parameters: { "rds.force_ssl": "0" } },
      ["parameters.rds.force_ssl"],
    ],
  ])("%s", (_name, database, fields) => {
    expect(fieldsOf({ database })).toEqual(fields.map((field) => `aws.database.${field}`));
  });
});

describe("cache", () => {
  test.each<[string, NonNullable<Changes["cache"]>, readonly string[]]>([
    ["no shard", { shards: 0 }, ["shards"]],
    ["more shards than nodes", { shards: 91 }, ["shards"]],
    ["more replicas than five", { replicasPerShard: 6 }, ["replicasPerShard"]],
    ["nodes beyond ninety in all", { shards: 16, replicasPerShard: 5 }, ["shards"]],
    [
      "a node type of what has no nodes",
      { flavour: CacheFlavour.Serverless, nodeType: "cache.m7g.large" },
      ["nodeType"],
    ],
  ])("%s", (_name, cache, fields) => {
    expect(fieldsOf({ cache })).toEqual(fields.map((field) => `aws.cache.${field}`));
  });
});

describe("fleet", () => {
  test.each([
    "https://shop.example.com",
    "shop.example.com:443",
    "*.com.*",
    "shop.*.com",
    "*",
    "localhost",
    "10.0.0.1",
    "-shop.example.com",
    "shop_1.example.com",
  ])("%p is no host that may be loaded", (host) => {
    expect(problemsOf({ fleet: { allowedHosts: ["shop.example.com", host] } })).toEqual([
      {
        field: "aws.fleet.allowedHosts[1]",
        value: host,
        allowed: "a host name, or *. and a domain for everything below it",
      },
    ]);
  });

  test.each<[string, NonNullable<Changes["fleet"]>, readonly string[]]>([
    ["Fargate without an image", { flavour: FleetFlavour.Fargate }, ["aws.fleet.containerImage"]],
    [
      "tasks in one rack",
      { flavour: FleetFlavour.Fargate, containerImage: "k6", placementGroup: true },
      ["aws.fleet.placementGroup"],
    ],
    ["no instance type", { instanceType: "big" }, ["aws.fleet.instanceType"]],
    ["a type of the other architecture", { instanceType: "c7i.large" }, ["aws.fleet.instanceType"]],
  ])("%s", (_name, fleet, fields) => {
    expect(fieldsOf({ fleet })).toEqual(fields);
  });
});

describe("guard", () => {
  test.each<[string, NonNullable<Changes["guard"]>, readonly string[]]>([
    ["a budget that nobody hears of", { monthlyBudgetUsd: 100 }, ["alertEmails"]],
    ["addresses without a budget", { alertEmails: ["ada@example.com"] }, ["alertEmails"]],
    ["a budget of nothing", { monthlyBudgetUsd: 0, alertEmails: ["ada@example.com"] }, ["monthlyBudgetUsd"]],
    [
      "a boundary that is no policy",
      { permissionsBoundaryArn: "perfbed-boundary" },
      ["permissionsBoundaryArn"],
    ],
    ["a limit of nothing", { maxHourlyCostUsd: 0 }, ["maxHourlyCostUsd"]],
    ["a limit that is no number", { maxHourlyCostUsd: Number.NaN }, ["maxHourlyCostUsd"]],
    [
      "what is no address",
      { monthlyBudgetUsd: 100, alertEmails: ["ada", "ada@example", "a b@example.com", "a@b.com,c@d.com"] },
      ["alertEmails[0]", "alertEmails[1]", "alertEmails[2]", "alertEmails[3]"],
    ],
    [
      "more addresses than AWS sends to, one of them twice",
      {
        monthlyBudgetUsd: 100,
        alertEmails: [...Array.from({ length: 10 }, (_, index) => `a${index}@example.com`), "a0@example.com"],
      },
      ["alertEmails", "alertEmails"],
    ],
  ])("%s", (_name, guard, fields) => {
    expect(fieldsOf({ guard })).toEqual(fields.map((field) => `aws.guard.${field}`));
  });
});

test("words that are none of the choices, as a file may hold them", () => {
  const settings = awsSettings({ region: "eu-west-1" });
  const wrong = JSON.parse(
    JSON.stringify(settings)
      .replace(NatStrategy.Single, "cheap")
      .replace(EdgePriceClass.Class100, "PriceClass_1")
      .replace(
        `"flavour":"${AppFlavour.Ec2}","architecture":"${CpuArchitecture.Arm64}"`,
        '"flavour":"vm","architecture":"risc"',
      )
      .replace(`"engine":"${DatabaseEngine.Rds}"`, '"engine":"mysql"')
      .replace(`"flavour":"${CacheFlavour.ReplicationGroup}"`, '"flavour":"memcached"'),
  );
  expect(validateAwsSettings(wrong, cpuSizing(), APPLICATION)).toMatchObject([
    { field: "aws.network.nat", value: "cheap", allowed: "one of single, one-per-availability-zone, none" },
    { field: "aws.app.flavour", value: "vm", allowed: "one of ec2, fargate" },
    { field: "aws.app.architecture", value: "risc", allowed: "one of arm64, x86_64" },
    { field: "aws.database.engine", value: "mysql", allowed: "one of rds, aurora" },
    { field: "aws.cache.flavour", value: "memcached" },
    { field: "aws.edge.priceClass", value: "PriceClass_1" },
  ]);
});

test("problems of all parts are found at once", () => {
  const fields = fieldsOf({
    region: "somewhere",
    network: { availabilityZones: 5 },
    app: { port: -1 },
    database: { engineVersion: "9" },
    cache: { shards: 0 },
    fleet: { allowedHosts: ["*"] },
    guard: { monthlyBudgetUsd: -1, alertEmails: ["x@example.com"] },
  });
  expect(fields).toEqual([
    "aws.region",
    "aws.network.availabilityZones",
    "aws.app.port",
    "aws.database.engineVersion",
    "aws.cache.shards",
    "aws.fleet.allowedHosts[0]",
    "aws.guard.monthlyBudgetUsd",
  ]);
});

describe("a limit on the cost", () => {
  const region = "us-east-1";

  test("above it nothing is made; below it all is well", () => {
    expect(problemsOf({ region, guard: { maxHourlyCostUsd: 100 } })).toEqual([]);
    expect(problemsOf({ region, guard: { maxHourlyCostUsd: 0.1 } })).toEqual([
      expect.objectContaining({ field: "aws.guard.maxHourlyCostUsd", value: 0.1 }),
    ]);
  });

  test("a price that is not known is no price of nothing", () => {
    const fields = fieldsOf({ guard: { maxHourlyCostUsd: 100 } });
    expect(fields).toContain("prices.regions.eu-west-1.alb");
    expect(fieldsOf({ guard: { maxHourlyCostUsd: 100, priceFile: "/no/such.json" } })).toEqual([
      "aws.guard.priceFile",
    ]);
  });

  test("what cannot be made is said first, without a price", () => {
    expect(fieldsOf({ region, app: { port: 0 }, guard: { maxHourlyCostUsd: 0.1 } })).toEqual([
      "aws.app.port",
    ]);
  });
});
