import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PerformanceEnvironmentArgs } from "../../components/contracts";
import { ConfigError, type Problem } from "../../core/errors";
import { ENVIRONMENT_ID_PATTERN } from "../../core/ids";
import { campaignEnvironment, type RawConfig, STACK_CONFIG_KEYS } from "../../stacks/config";
import { RELEASE_CANDIDATE_KEYS, releaseCandidateEnvironment } from "../../stacks/release-candidate/config";
import { SIZING_KEYS, sizingEnvironments } from "../../stacks/sizing/config";
import { type StackContext, stackEnvironmentId } from "../../stacks/stack-context";
import { defaultsOf, EXAMPLE_SIZES, readExample, readProject } from "../support/stack-examples";

const environmentArgs = (raw: RawConfig, context: StackContext): PerformanceEnvironmentArgs =>
  campaignEnvironment(raw, context).environments.args;

/** Problems of a configuration; none when it is fine. */
function problemsIn(read: () => unknown): readonly Problem[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("configuration of the environment stack", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "pb-config-"));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const context = (): StackContext => ({
    organization: "organization",
    project: "perfbed",
    stack: "dev",
    user: "ada",
    directory,
    now: new Date("2030-01-01T00:00:00Z"),
  });
  const problemsOf = (raw: RawConfig): readonly Problem[] =>
    problemsIn(() => environmentArgs(raw, context()));

  test("Pulumi.yaml describes exactly the values the program reads, and its defaults are valid", () => {
    const project = readProject();
    expect(Object.keys(project.config).sort()).toEqual([...STACK_CONFIG_KEYS].sort());
    expect(environmentArgs(defaultsOf(project), context())).toEqual(environmentArgs({}, context()));
  });

  test("agents are the text of a JSON list, and are checked with everything else", () => {
    expect(
      environmentArgs({ apm: '[{"kind":"opentelemetry","sampleRatio":0.5}]' }, context()).apm?.agents,
    ).toEqual([expect.objectContaining({ kind: "opentelemetry", sampleRatio: 0.5, version: "0.160.0" })]);
    expect(environmentArgs({ apm: "" }, context()).apm).toBeUndefined();
    expect(problemsOf({ apm: '[{"kind":"xray"}]', appCpu: "1000" }).map(({ field }) => field)).toEqual([
      "sizing.app.cpu",
      "apm.0.kind",
    ]);
    expect(problemsOf({ apm: "xray" }).map(({ field }) => field)).toEqual(["apm"]);
  });

  test("without any value: the sample application, the small sizing, four hours, the user's own", () => {
    expect(environmentArgs({}, context())).toMatchObject({
      target: "local",
      environment: {
        id: stackEnvironmentId(context()),
        owner: "ada",
        expiresAt: "2030-01-01T04:00:00.000Z",
        tags: { "pulumi:project": "perfbed", "pulumi:stack": "dev" },
      },
      sizing: { name: "small", database: { replicas: 1 }, app: { minInstances: 1, maxInstances: 3 } },
      application: { name: "storefront" },
    });
  });

  test("single figures replace those of the sizing", () => {
    const raw = {
      sizing: "medium",
      appCpu: "0.75",
      appMaxInstances: "9",
      appTargetCpuPercent: "45",
      databaseReplicas: "0",
      cacheMemoryMiB: "99",
      generators: "5",
      expiryHours: "0.5",
    };
    expect(environmentArgs(raw, context())).toMatchObject({
      environment: { expiresAt: "2030-01-01T00:30:00.000Z" },
      sizing: {
        name: "medium",
        app: { cpu: 0.75, minInstances: 2, maxInstances: 9, scaling: { targetValue: 45 } },
        database: { replicas: 0, poolSize: 40 },
        cache: { memoryMiB: 99 },
        fleet: { generators: 5 },
      },
    });
  });

  test("an application of one's own is a file; paths in it count from where it lies", () => {
    const file = {
      name: "shop",
      version: "7",
      command: ["python3", "app.py"],
      directory: "src",
      health: "/up",
    };
    writeFileSync(join(directory, "shop.yaml"), JSON.stringify(file));
    const { application } = environmentArgs({ application: "shop.yaml", applicationVersion: "8" }, context());
    expect(application).toMatchObject({
      name: "shop",
      version: "8",
      workingDirectory: join(directory, "src"),
      command: ["python3", "app.py"],
      healthPath: "/up",
      readyPath: "/up",
      startTimeoutSeconds: 30,
      drainSeconds: 10,
    });
  });

  test("every mistake is named with what is allowed", () => {
    expect(
      problemsOf({ target: "mars", expiryHours: "-1", appCpu: "lots" }).map(({ field }) => field),
    ).toEqual(["target", "expiryHours", "appCpu"]);
    writeFileSync(join(directory, "bad.yaml"), "name: shop\ncomand: [x]\n");
    expect(problemsOf({ sizing: "meduim", application: "bad.yaml" })).toEqual([
      { field: "sizing", value: "meduim", allowed: "small, medium, large", hint: "Did you mean medium?" },
      expect.objectContaining({ field: "command" }),
      expect.objectContaining({ field: "comand", hint: "Did you mean command?" }),
    ]);
    expect(problemsOf({ databaseReplicas: "9", environmentId: "No" }).map(({ field }) => field)).toEqual([
      "environment.id",
      "sizing.database.replicas",
    ]);
    expect(problemsOf({ application: "missing.yaml" })).toEqual([
      expect.objectContaining({ field: "application", allowed: expect.stringContaining("storefront") }),
    ]);
  });

  test("a stack's environment id is valid, the same every time, and its own", () => {
    const of = (stack: string, project = "perfbed"): string =>
      stackEnvironmentId({ organization: "organization", project, stack });
    const names = ["dev", "Feature/ABC_very-long-name-of-a-branch", "---", "a", "dev.eu"];
    for (const name of names) expect(of(name)).toMatch(ENVIRONMENT_ID_PATTERN);
    expect(new Set(names.map((name) => of(name))).size).toBe(names.length);
    expect(of("dev")).toBe(of("dev"));
    expect(of("dev")).not.toBe(of("dev", "other"));
  });
});

describe("the stacks of AWS", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "pb-stacks-"));
    writeFileSync(
      join(directory, "app.yaml"),
      JSON.stringify({ name: "shop", version: "7", command: ["node", "x.js"] }),
    );
    writeFileSync(join(directory, "mask.sql"), "SELECT 1");
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const context = (stack = "dev"): StackContext => ({
    organization: "organization",
    project: "perfbed-x",
    stack,
    user: "ada",
    directory,
    now: new Date("2030-01-01T00:00:00Z"),
    region: "eu-west-1",
  });
  /** The sample would need compiled code. */
  const APP = { application: "app.yaml" };
  const AWS = { ...APP, target: "aws" };

  const STACKS = [
    ["campaign", STACK_CONFIG_KEYS, campaignEnvironment],
    ["release-candidate", RELEASE_CANDIDATE_KEYS, releaseCandidateEnvironment],
    ["sizing", SIZING_KEYS, sizingEnvironments],
  ] as const;

  test.each(STACKS)("%s: its Pulumi.yaml describes exactly what the program reads", (name, keys) => {
    const { config, main } = readProject("stacks", name);
    expect(Object.keys(config).sort()).toEqual([...keys].sort());
    expect(main).toMatch(/^\.\.\/\.\.\/dist\/stacks\/[a-z-]+\/main\.js$/);
    expect(config.target?.default).toBe("aws");
  });

  const EXAMPLES = STACKS.flatMap(([name, , read]) =>
    EXAMPLE_SIZES.map((size) => [name, size, read] as const),
  );
  test.each(EXAMPLES)("%s: the example Pulumi.%s.yaml is fine", (name, size, read) => {
    const { region, raw } = readExample(name, size);
    expect(problemsIn(() => read({ ...raw, ...APP }, { ...context(size), region }))).toEqual([]);
  });

  test("settings of AWS are structured, as text and as they are; paths count from the project's folder", () => {
    const aws = {
      database: { engineVersion: 17, snapshotIdentifier: "prod", masking: { sqlFile: "mask.sql" } },
    };
    const expected = {
      region: "eu-west-1",
      database: {
        engineVersion: "17",
        snapshotIdentifier: "prod",
        masking: { sqlFile: join(directory, "mask.sql") },
      },
    };
    for (const given of [aws, JSON.stringify(aws)]) {
      expect(campaignEnvironment({ ...AWS, aws: given }, context()).environments.aws).toEqual(expected);
    }
    const elsewhere = campaignEnvironment({ ...AWS, region: "us-west-2" }, context()).environments;
    expect(elsewhere.aws).toEqual({ region: "us-west-2" });
    expect(elsewhere.args).toMatchObject({
      target: "aws",
      sizing: { name: "small", app: { memoryMiB: 2048 } },
    });
  });

  test("everything wrong with the settings of AWS is reported at once, with what else is wrong", () => {
    const { region: _, ...nowhere } = context();
    const typed = {
      ...AWS,
      aws: { databse: {}, network: { nat: "double" }, app: { port: "http" } },
      appCpu: "x",
    };
    expect(problemsIn(() => campaignEnvironment(typed, nowhere))).toEqual([
      expect.objectContaining({ field: "aws.network.nat", allowed: expect.stringContaining("single") }),
      expect.objectContaining({ field: "aws.app.port", value: "http" }),
      expect.objectContaining({ field: "aws.databse", hint: "Did you mean database?" }),
      expect.objectContaining({ field: "appCpu" }),
    ]);
    const meant = {
      ...AWS,
      aws: { network: { cidrBlock: "8.8.8.0/24" } },
      environmentId: "a--b",
      sizing: "huge",
    };
    const fields = (raw: RawConfig, at: StackContext) =>
      problemsIn(() => campaignEnvironment(raw, at)).map(({ field }) => field);
    expect(fields(meant, nowhere)).toEqual(["sizing", "region"]);
    expect(fields({ ...meant, sizing: "small" }, context())).toEqual([
      "environment.id",
      "aws.network.cidrBlock",
    ]);
    expect(fields({ ...AWS, aws: "no JSON" }, context())).toEqual(["aws"]);
    // What YAML makes of an unquoted 16.10.
    expect(fields({ ...AWS, aws: { database: { engineVersion: 16.1 } } }, context())).toEqual([
      "aws.database.engineVersion",
    ]);
    expect(fields({ target: "kubernetes" }, context())).toEqual(["target"]);
  });

  test("a release candidate is named after its branch, and each commit is a version of it", () => {
    const of = (raw: RawConfig, stack = "dev") =>
      releaseCandidateEnvironment({ ...AWS, ...raw }, context(stack)).environments.args;
    const commit = "0123456789ABCDEF0123";
    const first = of({ branch: "feature/Fast_Checkout", commit });
    expect(first.environment.id).toMatch(/^rc-feature-fast-c-[0-9a-f]{5}$/);
    expect(first).toMatchObject({
      environment: { expiresAt: "2030-01-02T00:00:00.000Z", tags: { candidate: "feature/Fast_Checkout" } },
      application: { version: "0123456789ab" },
    });
    expect(of({ branch: "feature/Fast_Checkout" })).toMatchObject({
      environment: { id: first.environment.id },
      application: { version: "feature/Fast_Checkout" },
    });
    expect(of({ branch: "feature/Fast_Checkout" }, "other").environment.id).not.toBe(first.environment.id);
    const alone = of({ commit, ttlHours: "2" }).environment;
    expect(alone).toMatchObject({
      id: expect.stringMatching(/^rc-0123456789ab-[0-9a-f]{5}$/),
      expiresAt: "2030-01-01T02:00:00.000Z",
    });
    const fields = (raw: RawConfig) => problemsIn(() => of(raw)).map(({ field }) => field);
    expect(fields({})).toEqual(["branch"]);
    expect(fields({ branch: "two words", commit: "HEAD" })).toEqual(["branch", "commit"]);
  });

  test("sizings stand side by side, each an environment of its own", () => {
    const sizings = [
      { name: "plain", sizing: "medium" },
      { name: "no-replica", databaseReplicas: 0, appCpu: "2" },
    ];
    const { environments } = sizingEnvironments({ ...AWS, sizings: JSON.stringify(sizings) }, context());
    expect(
      [...environments].map(([name, { args }]) => [name, args.sizing.name, args.environment.tags.sizing]),
    ).toEqual([
      ["plain", "plain", "plain"],
      ["no-replica", "no-replica", "no-replica"],
    ]);
    const [plain, second] = [...environments.values()];
    expect(plain?.args.environment.id).toMatch(/^pb-plain-[0-9a-f]{5}$/);
    expect(plain?.args.sizing.database.memoryMiB).toBe(16_384);
    expect(second?.args.sizing).toMatchObject({
      database: { replicas: 0 },
      app: { cpu: 2, minInstances: 2 },
    });
  });

  test("problems of sizings say which sizing has them, and those of all of them are said once", () => {
    const fields = (sizings: unknown, further: RawConfig = {}) =>
      problemsIn(() => sizingEnvironments({ ...AWS, sizings, ...further }, context())).map(
        ({ field }) => field,
      );
    const two = [{ name: "a" }, { name: "b", databaseReplicas: 9 }];
    expect(fields(two, { aws: { network: { cidrBlock: "8.8.8.0/24" } } })).toEqual([
      "aws.network.cidrBlock",
      "sizings.1.database.replicas",
    ]);
    expect(fields([{ name: "a" }, { name: "a", sizing: "tiny" }])).toEqual([
      "sizings.1.name",
      "sizings.1.sizing",
    ]);
    expect(fields([{ name: "a" }])).toEqual(["sizings"]);
    expect(fields([{ name: "a" }, { name: "B", replicas: 1 }])).toEqual([
      "sizings.1.name",
      "sizings.1.replicas",
    ]);
  });
});
