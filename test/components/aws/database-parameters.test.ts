import {
  auroraParameters,
  parameterGroupFamily,
  serverParameters,
} from "../../../components/aws/database/parameters";
import { connectionUrl } from "../../../components/aws/database/urls";
import { awsSettings, DatabaseEngine, type DatabaseSettings } from "../../../components/aws/settings";

const settings = (changes: Partial<DatabaseSettings> = {}): DatabaseSettings =>
  awsSettings({ region: "eu-west-1", database: changes }).database;

const parameterValue = (parameters: ReturnType<typeof serverParameters>, name: string): string | undefined =>
  parameters.find((parameter) => parameter.name === name)?.value;

test.each([
  [DatabaseEngine.Rds, "16.9", "postgres16"],
  [DatabaseEngine.Rds, "17", "postgres17"],
  [DatabaseEngine.Aurora, "15.4", "aurora-postgresql15"],
])("the family of %s %s is %s", (engine, version, family) => {
  expect(parameterGroupFamily(engine, version)).toBe(family);
});

describe("parameters of a server", () => {
  test("are these, in the order of their names; those that need a start wait for one", () => {
    const rows = serverParameters(settings({ explainSlowerThanMs: 100 }), 112).map(
      ({ name, value, applyMethod }) => `${name}=${value} ${applyMethod}`,
    );
    expect(rows).toEqual([
      "auto_explain.log_analyze=1 immediate",
      "auto_explain.log_buffers=1 immediate",
      "auto_explain.log_format=json immediate",
      "auto_explain.log_min_duration=100 immediate",
      "auto_explain.log_nested_statements=1 immediate",
      "auto_explain.log_timing=0 immediate",
      "log_lock_waits=1 immediate",
      "log_min_duration_statement=100 immediate",
      "max_connections=112 pending-reboot",
      "pg_stat_statements.track=all immediate",
      "rds.force_ssl=1 pending-reboot",
      "shared_preload_libraries=pg_stat_statements,auto_explain pending-reboot",
      "track_io_timing=1 immediate",
    ]);
  });

  test("the user's come on top; libraries are added, TLS stays", () => {
    const parameters = serverParameters(
      settings({
        parameters: {
          work_mem: "65536",
          track_io_timing: "0",
          max_connections: "300",
          shared_preload_libraries: "pg_cron, auto_explain",
          "rds.force_ssl": "0",
        },
      }),
      112,
    );
    expect(parameterValue(parameters, "work_mem")).toBe("65536");
    expect(parameterValue(parameters, "track_io_timing")).toBe("0");
    expect(parameterValue(parameters, "max_connections")).toBe("300");
    expect(parameterValue(parameters, "shared_preload_libraries")).toBe(
      "pg_stat_statements,auto_explain,pg_cron",
    );
    expect(parameterValue(parameters, "rds.force_ssl")).toBe("1");
    expect(parameters.find(({ name }) => name === "work_mem")?.applyMethod).toBe("pending-reboot");
  });

  test("Aurora's two groups share them out without loss", () => {
    const parameters = serverParameters(settings(), 112);
    const { cluster, instance } = auroraParameters(parameters);
    expect(instance.map(({ name }) => name)).toEqual(["max_connections"]);
    expect([...cluster, ...instance]).toHaveLength(parameters.length);
  });
});

test("a URL refers to the password, and asks for TLS", () => {
  expect(
    connectionUrl({
      username: "a b",
      secretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf",
      host: "db.internal",
      database: "shop",
    }),
  ).toBe(
    "postgresql://a%20b:{{secret:arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf:password}}@db.internal:5432/shop?sslmode=require",
  );
});
