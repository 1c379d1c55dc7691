import { databaseProblems } from "../../../components/aws/database/validation";
import { awsSettings, DatabaseEngine, type DatabaseSettings } from "../../../components/aws/settings";
import type { DatabaseArgs, DatabaseSizing } from "../../../components/contracts";

const args = (changes: Partial<DatabaseSizing> = {}, id = "pb-test"): DatabaseArgs => ({
  environment: { id, owner: "ada", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} },
  sizing: { cpu: 0.5, memoryMiB: 256, replicas: 1, poolSize: 20, maxClientConnections: 500, ...changes },
});

const fields = (changes: Partial<DatabaseSettings>, given: DatabaseArgs = args()): string[] =>
  databaseProblems(given, awsSettings({ region: "eu-west-1", database: changes }).database).map(
    ({ field }) => field,
  );

const AURORA = { engine: DatabaseEngine.Aurora };
const SCALING = { minReplicas: 1, maxReplicas: 4, targetCpuPercent: 60 };

test("the defaults have no problem", () => {
  expect(fields({})).toEqual([]);
  expect(fields(AURORA)).toEqual([]);
});

test.each<[string, Partial<DatabaseSettings>, string[]]>([
  ["a version that is none", { engineVersion: "latest" }, ["aws.database.engineVersion"]],
  ["a major version", { engineVersion: "17" }, []],
  ["a full version", { engineVersion: "16.13" }, []],
  ["a class that is none", { instanceClass: "m7g.large" }, ["aws.database.instanceClass"]],
  ["a database name with a quote", { databaseName: 'a"b' }, ["aws.database.databaseName"]],
  ["too little storage", { storageGiB: 19 }, ["aws.database.storageGiB"]],
  ["IOPS on little storage", { iops: 12_000 }, ["aws.database.iops"]],
  ["IOPS on enough storage", { iops: 12_000, storageGiB: 400 }, []],
  [
    "a monitoring interval AWS has not",
    { monitoringIntervalSeconds: 2 },
    ["aws.database.monitoringIntervalSeconds"],
  ],
  ["half a millisecond", { explainSlowerThanMs: 0.5 }, ["aws.database.explainSlowerThanMs"]],
  ["a parameter that is none", { parameters: { "work mem": "1" } }, ["aws.database.parameters"]],
  ["TLS off", { parameters: { "rds.force_ssl": "0" } }, ["aws.database.parameters.rds.force_ssl"]],
  [
    "a pool that does not fit",
    { parameters: { max_connections: "34" } },
    ["aws.database.parameters.max_connections"],
  ],
  ["a pool that just fits", { parameters: { max_connections: "35" } }, []],
  ["scaled replicas of RDS", { replicaAutoscaling: SCALING }, ["aws.database.replicaAutoscaling"]],
  ["scaled readers of Aurora", { ...AURORA, replicaAutoscaling: SCALING }, []],
  [
    "scaling without room",
    { ...AURORA, replicaAutoscaling: { minReplicas: 5, maxReplicas: 4, targetCpuPercent: 5 } },
    ["aws.database.replicaAutoscaling.minReplicas", "aws.database.replicaAutoscaling.targetCpuPercent"],
  ],
  [
    "a standby and IOPS of Aurora",
    { ...AURORA, multiAz: true, iops: 12_000 },
    ["aws.database.multiAz", "aws.database.iops"],
  ],
  [
    "a masking file that is missing",
    { masking: { sqlFile: `${__dirname}/missing.sql` }, snapshotIdentifier: "prod", engineVersion: "16" },
    ["aws.database.masking.sqlFile"],
  ],
  [
    "masking of a folder, and without data",
    { masking: { sqlFile: __dirname } },
    ["aws.database.masking.sqlFile", "aws.database.masking"],
  ],
  [
    "masking with a file",
    { masking: { sqlFile: __filename }, snapshotIdentifier: "prod", engineVersion: "16" },
    [],
  ],
])("%s", (_what, changes, expected) => {
  expect(fields(changes)).toEqual(expected);
});

test("the version of a snapshot has to be given: the default may be another major one", () => {
  const { database } = awsSettings({ region: "eu-west-1", database: { snapshotIdentifier: "prod" } });
  expect(databaseProblems(args(), database)).toEqual([
    {
      field: "aws.database.engineVersion",
      allowed: "the version of the snapshot, e.g. 15 or 15.8",
      hint: expect.stringContaining("parameter group"),
    },
  ]);
  // Settings that have their defaults already are settings like any other: filling them in again gives no version.
  const again = awsSettings({ region: "eu-west-1", database });
  expect(databaseProblems(args(), again.database)).toHaveLength(1);
});

test("readers scale from one that is there", () => {
  const scaling = { ...AURORA, replicaAutoscaling: SCALING };
  expect(fields(scaling, args({ replicas: 0 }))).toEqual(["sizing.database.replicas"]);
  expect(fields(scaling, args({ replicas: 5 }))).toEqual(["sizing.database.replicas"]);
});

test("what no class holds, and an id that RDS refuses", () => {
  expect(fields({}, args({ cpu: 100 }, "pb--test"))).toEqual(["environment.id", "sizing.database"]);
});
