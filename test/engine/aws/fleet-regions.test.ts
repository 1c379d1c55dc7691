import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { sweepAws } from "../../../inventory/aws";
import { type MotoFront, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { accessTo } from "../aws-inventory/planted";
import { type EmulatedAws, type Existing, emulatedAws } from "../support/aws-emulator";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import type { FleetRegionsProgram } from "./fleet-regions-program";

/** The real engine on moto, which keeps regions apart; with the stand-in for the official provider. */
jest.setTimeout(600_000);

const HOME = "eu-west-1";
const FURTHER = "us-east-2";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

let moto: MotoServer;
let front: MotoFront;
let home: EmulatedAws;
let further: EmulatedAws;
let before: readonly Existing[];
let stack: AwsStack | undefined;
let folder: string;

const existing = (): Promise<Existing[]> => Promise.all([home.existing(), further.existing()]);

beforeAll(async () => {
  moto = await startMoto();
  front = await startMotoFront({ motoUrl: moto.url });
  [home, further] = [emulatedAws(moto.url, HOME), emulatedAws(moto.url, FURTHER)];
  before = await existing();
  folder = mkdtempSync(join(tmpdir(), "perfbed-regions-"));
  writeFileSync(join(folder, "index.js"), "exports.handler = async () => {};\n");
});
afterAll(async () => {
  stack?.dispose();
  rmSync(folder, { recursive: true, force: true });
  home?.close();
  further?.close();
  await front?.stop();
  await moto?.stop();
});

const program = (regions: readonly string[]) => ({
  module: join(__dirname, "fleet-regions-program.ts"),
  args: { sweeperCode: folder, regions } satisfies FleetRegionsProgram,
});

/** Without what is listed in every region. */
const regional = ({ buckets: _, instanceProfiles: __, roles: ___, ...rest }: Existing = {}): Existing => rest;

async function zonesOfGroup(region: string): Promise<readonly (string | undefined)[]> {
  const client = new AutoScalingClient({ region, endpoint: moto.url, credentials });
  const { AutoScalingGroups = [] } = await client.send(new DescribeAutoScalingGroupsCommand({}));
  client.destroy();
  return AutoScalingGroups.flatMap(({ Instances = [] }) =>
    Instances.map(({ AvailabilityZone }) => AvailabilityZone?.slice(0, -1)),
  );
}

test("generators stand in both regions, a region taken away leaves nothing, and after a destroy a sweep proves both empty", async () => {
  stack = await openAwsStack({ motoUrl: moto.url });
  const { outputs } = await stack.up(program([HOME, FURTHER]));
  expect(outputs.generators?.value).toEqual([
    { name: "generator-1", location: "asg:pb-wide-fleet#1" },
    { name: "generator-2", location: `asg:${FURTHER}/pb-wide-fleet#1` },
  ]);
  expect(await zonesOfGroup(HOME)).toEqual([HOME]);
  expect(await zonesOfGroup(FURTHER)).toEqual([FURTHER]);

  const again = await stack.up(program([HOME, FURTHER]));
  expect(Object.keys(again.changes).filter((change) => change !== "same")).toEqual([]);

  await stack.up(program([HOME]));
  expect(await zonesOfGroup(HOME)).toEqual([HOME]);
  expect(regional(await further.existing())).toEqual(regional(before[1]));

  await stack.up(program([HOME, FURTHER]));
  await stack.destroy();
  const access = { ...accessTo(front.url), furtherRegions: [FURTHER] };
  const result = await sweepAws("pb-wide", access, { firstPauseMs: 20, patienceMs: 2_000 });
  expect(result).toMatchObject({ proved: true, left: [], removed: [], regions: [HOME, FURTHER] });
  expect(await existing()).toEqual(before);
});
