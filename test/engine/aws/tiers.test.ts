import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type EmulatedAws, type Existing, emulatedAws } from "../support/aws-emulator";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import type { TiersProgram } from "./tiers-program";

jest.setTimeout(600_000);

let moto: MotoServer;
let aws: EmulatedAws;
let before: Existing;
let stack: AwsStack | undefined;
let folder: string;

beforeAll(async () => {
  moto = await startMoto();
  aws = emulatedAws(moto.url);
  before = await aws.existing();
  folder = mkdtempSync(join(tmpdir(), "perfbed-tiers-"));
  writeFileSync(join(folder, "index.js"), "exports.handler = async () => {};\n");
});
afterAll(async () => {
  stack?.dispose();
  rmSync(folder, { recursive: true, force: true });
  aws?.close();
  await moto?.stop();
});

test("a tier stands alone on its foundation, a transform reaches its children, and nothing is left of it in the emulator", async () => {
  stack = await openAwsStack({ motoUrl: moto.url });
  const args = { sweeperCode: folder } satisfies TiersProgram;
  const { outputs } = await stack.up({ module: join(__dirname, "tiers-program.ts"), args });
  expect(outputs.databaseUrl?.value).toMatch(/^postgresql:\/\/app:\{\{secret:arn:/);

  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const rds = new RDSClient({ region: "eu-west-1", endpoint: moto.url, credentials });
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  rds.destroy();
  expect(DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier).sort()).toEqual([
    "pb-alone-primary",
    "pb-alone-replica-1",
  ]);
  for (const { TagList } of DBInstances) {
    expect(TagList).toContainEqual({ Key: "costCentre", Value: "4711" });
    expect(TagList).toContainEqual({ Key: "perfbed:environment", Value: "pb-alone" });
  }
  expect(await aws.groups()).toEqual([]);

  await stack.destroy();
  expect(await aws.existing()).toEqual(before);
});
