import type { ScaleOutLag, TimelineEvent } from "../../../analysis/model";
import type { ReportData } from "../../model";

/** What an event means for the picture; everything else is only listed. */
export type ScalingMoment =
  | "out-decided"
  | "in-decided"
  | "launched"
  | "ready"
  | "in-service"
  | "first-request"
  | "draining"
  | "ended"
  | "lost";

// the names are the autoscaler's interface: components/local/autoscaler/events.ts
const MOMENTS: Readonly<Record<string, ScalingMoment>> = {
  "scale-out-decided": "out-decided",
  "scale-in-decided": "in-decided",
  "instance-launched": "launched",
  "instance-ready": "ready",
  "instance-in-service": "in-service",
  "first-request": "first-request",
  "drain-started": "draining",
  "instance-ended": "ended",
  "instance-lost": "lost",
};

/** The meaning of an event of the app tier, by its stable name; undefined for every other event. */
export function scalingMoment(event: TimelineEvent): ScalingMoment | undefined {
  if (event.tier !== "app") return undefined;
  return Object.hasOwn(MOMENTS, event.event) ? MOMENTS[event.event] : undefined;
}

export interface LaneMark {
  readonly atSeconds: number;
  readonly moment: ScalingMoment;
}

/** The life of one instance on the run's time axis. */
export interface Lane {
  readonly instance: string;
  readonly marks: readonly LaneMark[];
  /** From launch to in service. */
  readonly starting?: { readonly fromSeconds: number; readonly toSeconds: number };
  readonly serving?: { readonly fromSeconds: number; readonly toSeconds: number };
  readonly draining?: { readonly fromSeconds: number; readonly toSeconds: number };
}

const LAG_MOMENTS: readonly (readonly [keyof ScaleOutLag, ScalingMoment])[] = [
  ["decidedMs", "out-decided"],
  ["launchedMs", "launched"],
  ["readyMs", "ready"],
  ["inServiceMs", "in-service"],
  ["firstRequestMs", "first-request"],
];

const marksFromLag = (lag: ScaleOutLag): readonly LaneMark[] => {
  const start = lag.loadStepAtSeconds;
  if (start === null) return [];
  return LAG_MOMENTS.flatMap(([field, moment]) => {
    const ms = lag[field];
    return typeof ms === "number" && Number.isFinite(ms) ? [{ atSeconds: start + ms / 1000, moment }] : [];
  });
};

function laneOf(instance: string, marks: readonly LaneMark[], endSeconds: number): Lane {
  const at = (moment: ScalingMoment): number | undefined =>
    marks.find((mark) => mark.moment === moment)?.atSeconds;
  const launched = at("launched");
  const serving = at("in-service") ?? at("ready") ?? at("first-request");
  const draining = at("draining");
  const ended = at("ended") ?? at("lost") ?? endSeconds;
  const stretch = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined || to < from ? undefined : { fromSeconds: from, toSeconds: to };
  const startingSpan = stretch(launched, serving ?? ended);
  const servingSpan = stretch(serving, draining ?? ended);
  const drainingSpan = stretch(draining, ended);
  return {
    instance,
    marks,
    ...(startingSpan === undefined ? {} : { starting: startingSpan }),
    ...(servingSpan === undefined ? {} : { serving: servingSpan }),
    ...(drainingSpan === undefined ? {} : { draining: drainingSpan }),
  };
}

/** One lane per instance that changed its state in the run, in order of first appearance. */
export function instanceLanes(
  events: readonly TimelineEvent[],
  lags: readonly ScaleOutLag[],
  endSeconds: number,
): readonly Lane[] {
  const lanes = new Map<string, Map<ScalingMoment, number>>();
  const add = (instance: string, moment: ScalingMoment, atSeconds: number): void => {
    const known = lanes.get(instance) ?? new Map<ScalingMoment, number>();
    lanes.set(instance, known);
    if (!known.has(moment)) known.set(moment, atSeconds);
  };
  for (const event of events) {
    const moment = scalingMoment(event);
    // decisions belong to the autoscaler, not to an instance
    if (moment !== undefined && !moment.endsWith("decided")) add(event.source, moment, event.atSeconds);
  }
  for (const lag of lags)
    for (const { moment, atSeconds } of marksFromLag(lag)) add(lag.instance, moment, atSeconds);
  return [...lanes]
    .map(([instance, moments]) => {
      const marks = [...moments]
        .map(([moment, atSeconds]) => ({ moment, atSeconds }))
        .sort((a, b) => a.atSeconds - b.atSeconds);
      return laneOf(instance, marks, endSeconds);
    })
    .sort((a, b) => (a.marks[0]?.atSeconds ?? 0) - (b.marks[0]?.atSeconds ?? 0));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** `A` … `Z`, then `A2` … */
export function letterOf(index: number): string {
  const letter = LETTERS[index % LETTERS.length] ?? "A";
  const round = Math.floor(index / LETTERS.length);
  return round === 0 ? letter : `${letter}${round + 1}`;
}

/** The moments that get a vertical line through all panels: the autoscaler's decisions, in order. */
export function decisions(
  data: ReportData,
): readonly { readonly letter: string; readonly event: TimelineEvent }[] {
  return data.events
    .filter((event) => scalingMoment(event)?.endsWith("decided") === true)
    .toSorted((a, b) => a.atSeconds - b.atSeconds)
    .map((event, index) => ({ letter: letterOf(index), event }));
}
