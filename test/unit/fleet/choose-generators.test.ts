import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAutomaticGenerators, chooseGenerators } from "../../../campaign/fleet/choose-generators";
import { type CampaignPlan, planCampaign } from "../../../campaign/plan";
import { Target } from "../../../components/contracts";
import { ConfigError } from "../../../core/errors";
import { tempFolder } from "../storage/temp-folder";

const root = tempFolder();
const tinyApp = join(__dirname, "../../fixtures/tiny-app");
/** A folder with a config file. */
function configured(config: object): string {
  const folder = mkdtempSync(join(root, "config-"));
  writeFileSync(join(folder, "perfbed.config.json"), JSON.stringify(config));
  return folder;
}

const cost = { plainMicroseconds: 4_000, checkedMicroseconds: 4_000 };
const plan = (set: readonly string[] = []): Promise<CampaignPlan> =>
  planCampaign({ cwd: tmpdir(), scenario: "load", set, reproduce: "perfbed campaign" });

test("the peak of a plan says how many generators, and the reason names its figures", async () => {
  const planned = await plan(["peakRate=150"]);
  const small = chooseGenerators(await plan(["peakRate=5"]), cost, 2);
  expect(small.generators).toBe(1);
  const { generators, reason } = chooseGenerators(planned, cost, 2);
  expect(generators).toBeGreaterThan(1);
  expect(reason).toContain("a request costs 4000 µs of CPU here");
  expect(reason).toContain("of 2 cores, with each generator under 80 % of a core");
  expect(reason).toContain("more than 80 % of the whole machine");
});

describe("generators on AWS", () => {
  const dear = { plainMicroseconds: 40_000, checkedMicroseconds: 40_000 };
  const onAws = (set: readonly string[], fleet = {}): Promise<CampaignPlan> =>
    planCampaign({
      cwd: configured({
        application: { name: "tiny", directory: tinyApp, command: ["node", "server.js"] },
        parameters: { paths: ["/"] },
        aws: { region: "us-east-1", fleet },
      }),
      scenario: "load",
      set,
      reproduce: "perfbed campaign",
      target: Target.Aws,
    });

  test("are as many instances as the peak needs, each of all its vCPUs, with room for another processor", async () => {
    const small = chooseGenerators(await onAws(["peakRate=5"]), dear, 2);
    expect(small.generators).toBe(1);
    // 150 requests a second of 60 ms are 9 cores: 6 instances of 2 vCPU under 80 %, or 2 of 8.
    const large = chooseGenerators(await onAws(["peakRate=150"]), dear, 2);
    expect(large.generators).toBe(6);
    const eight = await onAws(["peakRate=150"], { instanceType: "c7g.2xlarge" });
    expect(chooseGenerators(eight, dear, 2).generators).toBe(2);
    expect(large.reason).toContain("each c7g.large (2 vCPU) stays under 80 %");
    expect(large.reason).toContain("a request costs 40000 µs of CPU on this machine: counted 1.5 times");
  });

  test("are refused where nobody knows how many vCPUs they have", async () => {
    const planned = await onAws([], { instanceType: "x9z.huge" });
    expect(() => checkAutomaticGenerators(planned)).toThrow(ConfigError);
  });
});

test("a number goes before that of the sizing", async () => {
  const planned = await planCampaign({
    cwd: tmpdir(),
    scenario: "load",
    generators: 3,
    set: [],
    reproduce: "perfbed campaign",
  });
  expect(planned.environment.sizing.fleet.generators).toBe(3);
});

test("auto is refused where nobody knows what a request costs", async () => {
  const planned = await plan();
  expect(() => checkAutomaticGenerators({ ...planned, tool: "gatling" })).toThrow(ConfigError);
  const script = { tool: "k6" as const, file: "/own.js", environment: {}, ownArrivals: true };
  expect(() => checkAutomaticGenerators({ ...planned, workload: { ...planned.workload, script } })).toThrow(
    ConfigError,
  );
  expect(() => checkAutomaticGenerators(planned)).not.toThrow();
});
