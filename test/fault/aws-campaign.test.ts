import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type AwsCampaignWorld, CAMPAIGN_REGION, startAwsCampaignWorld } from "../support/aws-campaign";
import { type CliResult, cli } from "../support/cli";

jest.setTimeout(600_000);

/** What is emulated here and what is real: see support/aws-campaign.ts. The commands are those of the compiled CLI. */

let world: AwsCampaignWorld;

beforeAll(async () => {
  world = await startAwsCampaignWorld();
});

afterAll(async () => {
  await world?.stop();
});

const ON_AWS = ["--target", "aws", "--region", CAMPAIGN_REGION];
const ledgers = (): readonly string[] => readdirSync(join(world.home, "aws"));

function perfbed(...args: readonly string[]): Promise<CliResult> {
  const { folder, home, variables } = world;
  return cli({ dir: folder, home, work: folder, remove: () => {} }, args, variables);
}

test("Ctrl-C in the middle of the load tears down, leaves nothing in the emulated account and no k6, and exits with 130", async () => {
  const campaign = world.campaign("cut-off");
  await campaign.until("load");
  campaign.child.kill("SIGINT");
  expect(await campaign.end()).toMatchObject({
    kind: "failed",
    code: "PERFBED_INTERRUPTED",
    exitCode: 130,
  });
  // Pulumi did it: the sweep after it does not see what the emulator has no API for.
  expect(campaign.phases().slice(-2)).toEqual(["destroy", "prove"]);
  expect(campaign.said()).not.toContain("did not finish");
  expect((await world.inventory("cut-off")).resources).toEqual([]);
  expect(world.standIn.kept()).toEqual([]);
  expect(world.agent.busy()).toBe(false);
  expect(ledgers()).toEqual([]);
});

test("kill -9 in the middle of the load leaves a ledger, by which list finds and sweep removes all that is in the emulated account", async () => {
  const campaign = world.campaign("killed");
  await campaign.until("load");
  campaign.child.kill("SIGKILL");
  await campaign.ended();
  expect(ledgers()).toEqual(["killed"]);
  expect((await world.inventory("killed")).resources.length).toBeGreaterThan(50);

  const here = await perfbed("list");
  expect(here.stdout).toMatch(
    /killed .* eu-west-1 .* its runner is gone .* perfbed sweep --target aws --region eu-west-1 killed/,
  );
  const there = JSON.parse((await perfbed("list", ...ON_AWS, "--json")).stdout);
  expect(there.environments).toMatchObject([{ environmentId: "killed", expired: false }]);

  // Nobody could tell the generators: each ends when its load is over.
  while (world.agent.busy()) await new Promise((resolve) => setTimeout(resolve, 250));

  const swept = await perfbed("sweep", ...ON_AWS);
  expect(swept).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/killed: \d+ removed; nothing is left/),
  });
  expect((await world.inventory("killed")).resources).toEqual([]);
  expect(ledgers()).toEqual([]);
  expect(JSON.parse((await perfbed("list", "--json")).stdout)).toEqual({ environments: [], onAws: [] });
  expect(JSON.parse((await perfbed("list", ...ON_AWS, "--json")).stdout)).toMatchObject({ environments: [] });
});
