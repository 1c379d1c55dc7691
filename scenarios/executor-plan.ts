import { NO_ARRIVALS, splitProfile, totalSeconds } from "./arrival";
import {
  type ArrivalTrace,
  DEFAULT_PACING_SECONDS,
  type Executor,
  TRACE_LEAD_SECONDS,
  type UserStage,
  type VirtualUsers,
} from "./executor";
import type { ArrivalProfile, ArrivalStage } from "./model";
import { meanThinkSeconds } from "./think-time";

/** Pure maths of executors: their curve, and what is to be expected of them. */

/** Response time that estimates of closed models start from. */
const ASSUMED_RESPONSE_SECONDS = 0.1;

/** Length of an executor with its warm-up and without a trace's lead, seconds. */
export function executorSeconds(executor: Executor): number {
  switch (executor.kind) {
    case "arrival-trace":
      // An arrival at a whole second belongs to the second that it begins.
      return executor.durationSeconds ?? Math.floor(executor.atSeconds.at(-1) ?? -1) + 1;
    case "virtual-users":
      return executor.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0);
    case "iterations-per-user":
      return executor.maxSeconds;
    case "external-rate":
      return executor.durationSeconds;
  }
}

/** A rate that is held for one second each, without an arrival lost: `counts[i]` arrivals in second i. Periods of other lengths alike. */
export function profileOfCounts(
  counts: readonly number[],
  periodSeconds: number,
  label: string,
): ArrivalProfile {
  const stages: ArrivalStage[] = [];
  for (const count of counts) {
    const ratePerSecond = count / periodSeconds;
    const last = stages.at(-1);
    if (last?.ratePerSecond === ratePerSecond && last.durationSeconds > 0) {
      stages[stages.length - 1] = { ...last, durationSeconds: last.durationSeconds + periodSeconds };
      continue;
    }
    if (stages.length > 0) stages.push({ durationSeconds: 0, ratePerSecond, label });
    stages.push({ durationSeconds: periodSeconds, ratePerSecond, label });
  }
  return { startRatePerSecond: stages[0]?.ratePerSecond ?? 0, stages };
}

/** Arrivals of a trace in each second. */
export function traceCounts(trace: ArrivalTrace): readonly number[] {
  const counts = new Array<number>(Math.max(0, Math.ceil(executorSeconds(trace)))).fill(0);
  for (const at of trace.atSeconds) {
    const second = Math.floor(at);
    if (second >= 0 && second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

function traceCurve(trace: ArrivalTrace): ArrivalProfile {
  return profileOfCounts(
    [...new Array<number>(TRACE_LEAD_SECONDS).fill(0), ...traceCounts(trace)],
    1,
    "trace",
  );
}

/** Unplanned: the length alone, under the labels of the stages. */
function silent(executor: Exclude<Executor, ArrivalTrace>): ArrivalProfile {
  const stage = (durationSeconds: number, label: string): ArrivalStage => ({
    durationSeconds,
    ratePerSecond: 0,
    label,
  });
  const stages =
    executor.kind === "virtual-users"
      ? executor.stages.map(({ durationSeconds, label }) => stage(durationSeconds, label))
      : [stage(executorSeconds(executor), executor.kind === "external-rate" ? "controlled" : "visits")];
  return { startRatePerSecond: 0, stages };
}

/**
 * Warm-up and measured part of an executor: a trace's arrivals second by second, after the lead in which its first virtual users are
 * made ready; for the others their length at rate 0, which stands for "not planned".
 */
export function executorCurve(executor: Executor): {
  readonly warmup: ArrivalProfile;
  readonly arrival: ArrivalProfile;
} {
  const trace = executor.kind === "arrival-trace";
  const whole = trace ? traceCurve(executor) : silent(executor);
  const cut = (executor.warmupSeconds ?? 0) + (trace ? TRACE_LEAD_SECONDS : 0);
  if (cut <= 0) return { warmup: NO_ARRIVALS, arrival: whole };
  const { before, after } = splitProfile(whole, cut);
  return {
    warmup: { ...before, stages: before.stages.map((stage) => ({ ...stage, label: "warm-up" })) },
    arrival: after,
  };
}

/** Whether visits are planned: only then can it be said that some were missed. The reason is for reports, one sentence. */
export function arrivalsArePlanned(
  executor: Executor | undefined,
): { readonly planned: true } | { readonly planned: false; readonly reason: string } {
  switch (executor?.kind) {
    case undefined:
    case "arrival-trace":
      return { planned: true };
    case "virtual-users":
    case "iterations-per-user":
      return {
        planned: false,
        reason:
          "closed model: a virtual user waits for its responses, so that no arrivals are planned and none can be missed",
      };
    case "external-rate":
      return { planned: false, reason: "the rate was set from outside while the run went on" };
  }
}

/** A few words on who starts visits. */
export function describeExecutor(executor: Executor): string {
  switch (executor.kind) {
    case "arrival-trace":
      return `${executor.atSeconds.length} recorded arrivals`;
    case "virtual-users":
      return `up to ${Math.max(executor.startUsers, ...executor.stages.map(({ users }) => users))} virtual users, again and again`;
    case "iterations-per-user":
      return `${executor.users} virtual users, ${executor.iterations} visits each`;
    case "external-rate":
      return `at the rate that ${executor.control} says, ${executor.startRatePerSecond} a second at first`;
  }
}

/** Virtual users at an instant of a closed model. At a jump: after it. */
export function usersAt(executor: VirtualUsers, atSeconds: number): number {
  let from = 0;
  let users = executor.startUsers;
  for (const stage of executor.stages) {
    const to = from + stage.durationSeconds;
    if (atSeconds < to) return users + ((stage.users - users) * (atSeconds - from)) / stage.durationSeconds;
    from = to;
    users = stage.users;
  }
  return users;
}

/** Integral of the number of users from an instant to the end, user-seconds. */
function userSeconds(executor: VirtualUsers, fromSeconds: number): number {
  const profile = {
    startRatePerSecond: executor.startUsers,
    stages: executor.stages.map((stage: UserStage) => ({ ...stage, ratePerSecond: stage.users })),
  };
  const { after } = splitProfile(profile, fromSeconds);
  let users = after.startRatePerSecond;
  let sum = 0;
  for (const stage of after.stages) {
    sum += ((users + stage.ratePerSecond) / 2) * stage.durationSeconds;
    users = stage.ratePerSecond;
  }
  return sum;
}

export interface ExpectedVisits {
  readonly measured: number;
  readonly peakPerSecond: number;
  readonly users: number;
}

/**
 * What is to be expected of an executor that plans no arrivals; undefined for a trace, whose curve says it.
 * @param visit mean pauses in seconds and mean requests of one visit
 */
export function visitsOf(
  executor: Executor,
  visit: { readonly thinkSeconds: number; readonly requests: number },
): ExpectedVisits | undefined {
  switch (executor.kind) {
    case "arrival-trace":
      return undefined;
    case "virtual-users": {
      const users = Math.max(executor.startUsers, ...executor.stages.map((stage) => stage.users));
      const seconds =
        visit.thinkSeconds + visit.requests * ASSUMED_RESPONSE_SECONDS + meanThinkSeconds(executor.pause);
      const measured = userSeconds(executor, executor.warmupSeconds ?? 0) / Math.max(seconds, 1e-3);
      return { measured, peakPerSecond: users / Math.max(seconds, 1e-3), users };
    }
    case "iterations-per-user": {
      const seconds =
        visit.thinkSeconds + visit.requests * ASSUMED_RESPONSE_SECONDS + meanThinkSeconds(executor.pause);
      const { users } = executor;
      return {
        measured: users * executor.iterations,
        peakPerSecond: users / Math.max(seconds, 1e-3),
        users,
      };
    }
    case "external-rate": {
      const { startRatePerSecond, maxRatePerSecond, durationSeconds, warmupSeconds = 0 } = executor;
      return {
        measured: startRatePerSecond * (durationSeconds - warmupSeconds),
        peakPerSecond: maxRatePerSecond,
        users: Math.ceil(maxRatePerSecond * (executor.pacingSeconds ?? DEFAULT_PACING_SECONDS)),
      };
    }
  }
}

/** Whether there is anything after the warm-up. */
export function hasMeasuredPart(executor: Executor): boolean {
  return totalSeconds(executorCurve(executor).arrival) > 0;
}
