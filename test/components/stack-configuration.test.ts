import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigError, type Problem } from "../../core/errors";
import { packageRoot } from "../../core/home";
import { ENVIRONMENT_ID_PATTERN } from "../../core/ids";
import {
  environmentArgs,
  STACK_CONFIG_KEYS,
  type StackContext,
  stackEnvironmentId,
} from "../../stacks/config";

const projectFile = z.object({
  config: z.record(z.string(), z.object({ description: z.string().min(10), default: z.string() })),
});

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
  const problemsOf = (raw: Record<string, string>): readonly Problem[] => {
    try {
      environmentArgs(raw, context());
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  };

  test("Pulumi.yaml describes exactly the values the program reads, and its defaults are valid", () => {
    const { config } = projectFile.parse(parse(readFileSync(join(packageRoot(), "Pulumi.yaml"), "utf8")));
    expect(Object.keys(config).sort()).toEqual([...STACK_CONFIG_KEYS].sort());
    const defaults = Object.fromEntries(Object.entries(config).map(([key, one]) => [key, one.default]));
    expect(environmentArgs(defaults, context())).toEqual(environmentArgs({}, context()));
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
