import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describePlan } from "../../../campaign/describe";
import { type PlanOptions, planCampaign } from "../../../campaign/plan";
import type { Problem } from "../../../core/errors";
import { packageRoot } from "../../../core/home";
import { tempFolder } from "../storage/temp-folder";

const root = tempFolder();
const app = join(__dirname, "../../fixtures/tiny-app");

function configured(config: object): Pick<PlanOptions, "cwd"> {
  const cwd = mkdtempSync(join(root, "config-"));
  writeFileSync(
    join(cwd, "perfbed.config.json"),
    JSON.stringify({
      application: { name: "tiny", directory: app, command: ["node", "server.js"] },
      parameters: { paths: ["/"] },
      ...config,
    }),
  );
  return { cwd };
}

const plan = (config: object, more: Partial<PlanOptions> = {}) =>
  planCampaign({ set: [], reproduce: "perfbed campaign", ...configured(config), ...more });

async function problems(config: object, more: Partial<PlanOptions> = {}): Promise<readonly Problem[]> {
  try {
    await plan(config, more);
  } catch (error) {
    const found: unknown = Reflect.get(Object(error), "problems");
    if (Array.isArray(found)) return found;
    throw error;
  }
  throw new Error("it was accepted");
}

test("the same config plans locally, and on AWS with --target aws: sizings of its own, the config's settings, no credentials", async () => {
  const config = {
    aws: { region: "eu-west-1", database: { proxy: false }, guard: { maxHourlyCostUsd: 50 } },
  };
  const local = await plan(config);
  expect(local.environment).toMatchObject({ target: "local", sizing: { app: { cpu: 0.25 } } });
  expect(local.environment.aws).toBeUndefined();

  const aws = await plan(config, { target: "aws", region: "us-east-1", maxHourlyCostUsd: 20 });
  expect(aws.environment.target).toBe("aws");
  expect(aws.environment.sizing.app).toMatchObject({ cpu: 1, minInstances: 2, maxInstances: 4 });
  expect(aws.environment.aws).toMatchObject({
    region: "us-east-1",
    database: { proxy: false, engine: "rds" },
    guard: { maxHourlyCostUsd: 20 },
  });
  const text = describePlan(aws, 100);
  expect(text).toContain("on aws in us-east-1");
  expect(text).toContain("CloudFront");
  expect(text).toMatch(/Cost {9}USD \d+\.\d\d to \d+\.\d\d an hour/);
  expect(text).not.toContain("Varnish");
});

test("everything wrong with a plan for AWS is said at once: settings, region, name and cost", async () => {
  const found = await problems(
    { aws: { region: "moon", network: { availabilityZones: 9 }, fleet: { instanceType: "huge" } } },
    { target: "aws", name: "two--dashes", maxHourlyCostUsd: 0.01 },
  );
  const fields = found.map(({ field }) => field);
  expect(fields).toEqual(
    expect.arrayContaining(["aws.region", "aws.network.availabilityZones", "aws.fleet.instanceType"]),
  );
  expect(fields.length).toBeGreaterThanOrEqual(4);
});

test("a region has to be named somewhere, and options of AWS mean nothing on this machine", async () => {
  const before = { ...process.env };
  delete process.env.AWS_REGION;
  delete process.env.AWS_DEFAULT_REGION;
  try {
    expect(await problems({}, { target: "aws" })).toEqual([expect.objectContaining({ field: "aws.region" })]);
    expect(
      (await problems({}, { region: "eu-west-1", maxHourlyCostUsd: 1 })).map(({ field }) => field),
    ).toEqual(["--region", "--max-hourly-cost"]);
  } finally {
    process.env = before;
  }
});

test("an estimate above the limit refuses the plan before anything is started", async () => {
  const found = await problems({ aws: { region: "us-east-1" } }, { target: "aws", maxHourlyCostUsd: 0.1 });
  expect(found).toEqual([expect.objectContaining({ field: "aws.guard.maxHourlyCostUsd" })]);
});

test("the config of docs/aws-campaign.md is planned as it is written there, limit on the cost included", async () => {
  const text = readFileSync(join(packageRoot(), "docs/aws-campaign.md"), "utf8");
  const shown: object = parse(/```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "");
  const { environment } = await plan(shown);
  expect(environment).toMatchObject({
    target: "aws",
    sizing: { name: "medium" },
    aws: { region: "us-east-1", database: { engine: "aurora" }, guard: { maxHourlyCostUsd: 10 } },
  });
});
