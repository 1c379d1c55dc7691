import type { EnvironmentAccess } from "../components/contracts";
import type { Problem } from "../core/errors";
import { NO_ARRIVALS, totalSeconds } from "../scenarios/arrival";
import type { Workload } from "../scenarios/model";
import type { ColdCache } from "./manifest";
import type { CampaignObserver } from "./observer";
import { timed } from "./phase";
import type { CampaignPlan } from "./plan";
import type { CampaignTarget, Tools } from "./targets";

/**
 * A cold-cache run measures a warm application behind an empty edge. The warm-up of its scenario is a load of its own, because an edge takes
 * up to minutes to be empty, and arrivals that go on meanwhile would fill it again.
 */

/** Why the warm-up of a workload cannot be a load of its own. */
export function coldCacheProblems({ executor, scenario, script, warmup }: Workload): readonly Problem[] {
  const divisible = executor === undefined && script?.ownArrivals !== true;
  if (divisible || totalSeconds(warmup) === 0) return [];
  return [
    {
      field: "--cold-cache",
      value: scenario,
      allowed: "a scenario with visits at planned rates, or without a warm-up",
      hint: "Virtual users, traces and a script's own arrivals cannot be divided: leave their warm-up out.",
    },
  ];
}

/** The warm-up, and the second that a run has to measure at least, at the rate that the warm-up ends with. */
function warmupAlone(workload: Workload): Workload {
  const ratePerSecond = Math.max(1, workload.warmup.stages.at(-1)?.ratePerSecond ?? 1);
  return {
    ...workload,
    arrival: {
      startRatePerSecond: ratePerSecond,
      stages: [{ durationSeconds: 1, ratePerSecond, label: "warm-up" }],
    },
  };
}

export interface ColdStartOptions {
  readonly plan: CampaignPlan;
  readonly target: Pick<CampaignTarget, "emptyEdgeCache" | "runFleet">;
  readonly access: EnvironmentAccess;
  readonly tools: Tools;
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
}

export interface ColdStart {
  /** What is left to do: the measured part. */
  readonly plan: CampaignPlan;
  readonly coldCache: ColdCache;
}

/**
 * Warms the application, then empties the edge. Connections, compilers and what lies behind the edge stay warm; whatever the edge answers by
 * itself afterwards, it has fetched in the measured part.
 */
export async function startCold(options: ColdStartOptions): Promise<ColdStart> {
  const { plan, target, access, tools, observer, signal } = options;
  const { endpoints, maxRequests, workload } = plan;
  const warmupSeconds = totalSeconds(workload.warmup);
  const warmup = warmupSeconds === 0 ? "" : `${warmupSeconds} s of arrivals that do not count, then `;
  return timed(
    observer,
    "warm-up",
    `${warmup}emptying the edge's cache`,
    async () => {
      if (warmupSeconds > 0) {
        const { aborted } = await target.runFleet({
          plan: plan.environment,
          access,
          tools,
          workload: warmupAlone(workload),
          ...(endpoints === undefined ? {} : { endpoints }),
          ...(maxRequests === undefined ? {} : { maxRequests }),
          tool: plan.tool,
          runId: "warm-up",
          observer,
          signal,
        });
        if (aborted !== null) observer.note(`The warm-up was stopped early: ${aborted.text}`);
      }
      await target.emptyEdgeCache(plan.environment, access, tools, signal);
      return {
        plan: { ...plan, workload: { ...workload, warmup: NO_ARRIVALS } },
        coldCache: { warmupSeconds, emptiedAtUs: Date.now() * 1000 },
      };
    },
    () => "the edge is empty",
  );
}
