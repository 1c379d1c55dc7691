import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AwsCampaignWorld, startAwsCampaignWorld } from "../support/aws-campaign";

jest.setTimeout(600_000);

/** What is emulated here and what is real: see support/aws-campaign.ts. */

let world: AwsCampaignWorld;

beforeAll(async () => {
  world = await startAwsCampaignWorld();
});

afterAll(async () => {
  await world?.stop();
});

test("a campaign over an emulated AWS provisions, loads with real k6, judges, reports, and leaves an empty account", async () => {
  const { application, agent, standIn } = world;
  const campaign = world.campaign("emulated");
  const end = await campaign.end();
  if (end.kind !== "done") throw new Error(end.message);
  expect(campaign.phases().filter((phase, index, all) => all.indexOf(phase) === index)).toEqual([
    "tools",
    "provision",
    "verify",
    "warm-up",
    "load",
    "collect",
    "judge",
    "report",
    "destroy",
    "prove",
  ]);
  expect(end.proved).toBe(true);
  expect(application.requests()).toBeGreaterThan(60);
  const report = JSON.parse(readFileSync(end.files.JSON ?? "", "utf8"));
  expect(report.manifest.target).toBe("aws");
  expect(report.manifest.generators.map((one: { place: string }) => one.place)).toEqual(
    [...agent.instances].sort(),
  );
  expect(report.overall.requests).toBeGreaterThan(50);
  // CloudWatch has nothing in the emulator: that is said, and not taken for a pass.
  expect(report.validity.map((one: { code: string }) => one.code)).toContain("telemetry-gap");
  expect((await world.inventory("emulated")).resources).toEqual([]);
  expect(standIn.kept()).toEqual([]);
  expect(existsSync(join(world.home, "aws/emulated"))).toBe(false);
});
