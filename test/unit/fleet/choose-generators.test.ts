import { tmpdir } from "node:os";
import {
  checkAutomaticGenerators,
  chooseGenerators,
  withGenerators,
} from "../../../campaign/fleet/choose-generators";
import { type CampaignPlan, planCampaign } from "../../../campaign/plan";
import { ConfigError } from "../../../core/errors";

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
  const changed = withGenerators(planned, generators);
  expect(changed.environment.sizing.fleet.generators).toBe(generators);
  expect({ ...changed.environment.sizing, fleet: planned.environment.sizing.fleet }).toEqual(
    planned.environment.sizing,
  );
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
