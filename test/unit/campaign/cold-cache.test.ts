import { tmpdir } from "node:os";
import { coldCacheProblems, startCold } from "../../../campaign/cold-cache";
import { describePlan } from "../../../campaign/describe";
import type { FleetResult } from "../../../campaign/fleet";
import { silentObserver } from "../../../campaign/observer";
import { type CampaignPlan, planCampaign } from "../../../campaign/plan";
import { type EnvironmentAccess, Target } from "../../../components/contracts";
import { NO_ARRIVALS, totalSeconds } from "../../../scenarios/arrival";

const plan = (warmupSeconds: number, coldCache = true): Promise<CampaignPlan> =>
  planCampaign({
    cwd: tmpdir(),
    scenario: "load",
    set: [`warmupSeconds=${warmupSeconds}`],
    reproduce: "perfbed campaign",
    coldCache,
  });

const access: EnvironmentAccess = {
  environmentId: "shop",
  target: Target.Local,
  entryUrl: "http://127.0.0.1:1",
  appUrl: "http://127.0.0.1:2",
  generators: [],
  telemetry: [],
};

/** Starts a run cold, and tells what was asked of the target and said. */
async function start(planned: CampaignPlan, aborted: FleetResult["aborted"] = null) {
  const happened: string[] = [];
  const cold = await startCold({
    plan: planned,
    target: {
      async runFleet({ workload }) {
        const [warmup, after] = [totalSeconds(workload.warmup), totalSeconds(workload.arrival)];
        happened.push(`${warmup} s of warm-up, ${after} s after`);
        return {
          workload,
          native: false,
          window: { runStartedAtUs: 0, measuredFromUs: 0, measuredToUs: 0 },
          arrivals: { planned: 0, started: 0, dropped: 0 },
          aborted,
          generators: [],
          readyMs: 0,
        };
      },
      async emptyEdgeCache() {
        happened.push("edge emptied");
      },
    },
    access,
    tools: new Map(),
    observer: { ...silentObserver, note: (text) => happened.push(text) },
    signal: new AbortController().signal,
  });
  return { ...cold, happened };
}

test("the warm-up is a load of its own; the edge is emptied after it, and the measured part alone is left", async () => {
  const planned = await plan(5);
  const { plan: left, coldCache, happened } = await start(planned);
  expect(happened).toEqual(["5 s of warm-up, 1 s after", "edge emptied"]);
  expect(left.workload).toEqual({ ...planned.workload, warmup: NO_ARRIVALS });
  expect(coldCache).toEqual({ warmupSeconds: 5, emptiedAtUs: expect.any(Number) });
});

test("a warm-up that was cut short is said, and without one the edge is emptied at once", async () => {
  const stopped = await start(await plan(5), { kind: "error-ratio", text: "half of the requests failed" });
  expect(stopped.happened.slice(1)).toEqual([
    "The warm-up was stopped early: half of the requests failed",
    "edge emptied",
  ]);
  expect((await start(await plan(0))).happened).toEqual(["edge emptied"]);
});

test("a warm-up that is part of a script's own arrivals is refused; a plan says that it runs cold", async () => {
  const planned = await plan(5);
  const script = { tool: "k6" as const, file: "/test.js", environment: {}, ownArrivals: true };
  expect(coldCacheProblems({ ...planned.workload, script })).toMatchObject([{ field: "--cold-cache" }]);
  expect(coldCacheProblems({ ...planned.workload, script, warmup: NO_ARRIVALS })).toEqual([]);
  expect(coldCacheProblems(planned.workload)).toEqual([]);
  expect(describePlan(planned, 100)).toContain("Cache        cold");
  expect(describePlan(await plan(5, false), 100)).not.toContain("Cache  ");
});
