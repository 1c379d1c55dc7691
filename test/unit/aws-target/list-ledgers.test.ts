import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { writeLedger } from "../../../campaign/targets/aws/ledger";
import { createProgram } from "../../../cli/program";
import { createTerminal } from "../../../cli/terminal";
import { ConfigError } from "../../../core/errors";
import { fleetPlan } from "../../support/aws-fleet-run";
import { tempFolder } from "../storage/temp-folder";

const root = tempFolder();
const before = process.env.PERFBED_HOME;

beforeEach(() => {
  process.env.PERFBED_HOME = mkdtempSync(join(root, "home-"));
});
afterAll(() => {
  if (before === undefined) delete process.env.PERFBED_HOME;
  else process.env.PERFBED_HOME = before;
});

async function list(...args: readonly string[]): Promise<string> {
  const printed: string[] = [];
  const terminal = { ...createTerminal(), out: (text: string) => void printed.push(text), err: () => {} };
  const program = createProgram({ terminal, json: args.includes("--json"), exitWith: () => {} });
  await program.parseAsync(["list", ...args], { from: "user" });
  return printed.join("\n");
}

test("without a target the environments of this machine on AWS are listed, with their region and what removes them", async () => {
  writeLedger(fleetPlan("mine"), { region: "eu-west-1", furtherRegions: [] }, true);
  writeLedger(fleetPlan("standing"), { region: "us-east-2", furtherRegions: [] }, false);
  const text = await list();
  expect(text).toContain("AWS was not asked");
  expect(text).toMatch(
    /\nmine +test +eu-west-1 .* in use +perfbed sweep --target aws --region eu-west-1 mine\n/,
  );
  expect(text).toMatch(
    /\nstanding +test +us-east-2 .* stands +perfbed sweep --target aws --region us-east-2 standing$/,
  );
  expect(JSON.parse(await list("--json"))).toMatchObject({
    environments: [],
    onAws: [
      { environmentId: "mine", region: "eu-west-1", ownerAlive: true, leftOver: false, expired: false },
      { environmentId: "standing", region: "us-east-2", ownerAlive: false, leftOver: false },
    ],
  });
});

test("with target local only this machine is looked at; a region is for AWS alone", async () => {
  writeLedger(fleetPlan("mine"), { region: "eu-west-1", furtherRegions: [] }, true);
  expect(await list("--target", "local")).toBe("No environments.");
  await expect(list("--region", "eu-west-1")).rejects.toThrow(ConfigError);
});
