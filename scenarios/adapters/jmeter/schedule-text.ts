import { totalSeconds } from "../../arrival";
import { type ArrivalShare, shareStages, writtenStages } from "../../arrival-shares";
import { type ArrivalTrace, TRACE_LEAD_SECONDS, type VirtualUsers } from "../../executor";
import { executorSeconds } from "../../executor-plan";
import type { Workload } from "../../model";
import { journeyProfile, wholeProfile } from "../../plan";
import { gracefulStopSeconds, rateText } from "../step-facts";

const duration = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds} s` : `${Math.round(seconds * 1000)} ms`;

/** For visits under way at the end, which JMeter would cut off. */
const gracePause = (workload: Workload): string =>
  `rate(0/s) pause(${gracefulStopSeconds(workload.journeys)} s)`;

/**
 * The curve in the language of the Open Model Thread Group. With a share each stage's rates add up to a whole number of arrivals, a hair above it:
 * what JMeter adds up may be below it by one.
 */
export function openModelSchedule(
  workload: Workload,
  index: number,
  share: ArrivalShare | undefined,
): string {
  const profile = journeyProfile(workload, index);
  const stages = share === undefined ? writtenStages(profile) : shareStages(profile, share);
  const lines = stages.map((stage) => {
    const hair = share === undefined || stage.arrivals === 0 ? 1 : 1 + 0.001 / stage.arrivals;
    return `rate(${rateText(stage.fromRate * hair)}/s) even_arrivals(${duration(stage.durationSeconds)}) rate(${rateText(stage.toRate * hair)}/s)`;
  });
  return [...lines, gracePause(workload)].join("\n");
}

const isOwn = (trace: ArrivalTrace, share: ArrivalShare, number: number, at: number): boolean =>
  number % share.count === share.index && at < executorSeconds(trace);

/** Arrivals of a trace that one generator makes. */
export const traceArrivals = (trace: ArrivalTrace, share: ArrivalShare): number =>
  trace.atSeconds.filter((at, number) => isOwn(trace, share, number, at)).length;

/**
 * Threads for the arrivals of a trace: those of a second come in the first half of the second before, and wait for their own instant. The
 * trace lies a second later than the start.
 */
export function traceSchedule(workload: Workload, trace: ArrivalTrace, share: ArrivalShare): string {
  const counts = new Map<number, number>();
  trace.atSeconds.forEach((at, number) => {
    if (!isOwn(trace, share, number, at)) return;
    // As the data says when it is due: in whole milliseconds.
    const second = Math.floor(Math.round((TRACE_LEAD_SECONDS + at) * 1000) / 1000) - 1;
    counts.set(second, (counts.get(second) ?? 0) + 1);
  });
  const lines: string[] = [];
  let at = 0;
  for (const [second, count] of counts) {
    if (second > at) lines.push(`rate(0/s) pause(${duration(second - at)})`);
    const each = rateText(2 * count * (1 + 0.001 / count));
    lines.push(`rate(${each}/s) even_arrivals(500 ms) rate(${each}/s)`, "rate(0/s) pause(500 ms)");
    at = second + 1;
  }
  const left = totalSeconds(wholeProfile(workload)) - at;
  if (left > 0) lines.push(`rate(0/s) pause(${duration(left)})`);
  return [...lines, gracePause(workload)].join("\n");
}

/** From when to when a virtual user is there, in milliseconds since the start. */
export interface UserSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The users of one generator: user number n (from 1) is there as long as the curve is at n or above, and a falling curve loses its highest
 * user when it comes down to the one below. A user that comes again is another thread.
 */
export function userSpans(executor: VirtualUsers, share: ArrivalShare): readonly UserSpan[] {
  const most = Math.max(executor.startUsers, ...executor.stages.map(({ users }) => users));
  const spans: UserSpan[] = [];
  for (let number = share.index + 1; number <= most; number += share.count) {
    let at = 0;
    let users = executor.startUsers;
    let since = users >= number ? 0 : undefined;
    for (const stage of executor.stages) {
      const per = stage.users === users ? 0 : stage.durationSeconds / Math.abs(stage.users - users);
      if (since === undefined && stage.users >= number) since = at + per * (number - users);
      else if (since !== undefined && stage.users < number) {
        spans.push({ fromMs: since * 1000, toMs: (at + per * (users - number + 1)) * 1000 });
        since = undefined;
      }
      at += stage.durationSeconds;
      users = stage.users;
    }
    if (since !== undefined) spans.push({ fromMs: since * 1000, toMs: at * 1000 });
  }
  return spans.map(({ fromMs, toMs }) => ({ fromMs: Math.round(fromMs), toMs: Math.round(toMs) }));
}
