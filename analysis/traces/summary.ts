import { placeTrace, traceTimes } from "./breakdown";
import { NO_TIME, type TierTimes, TRACE_TIERS, type Trace, type TraceTier } from "./model";

/** Fewer traces than these say nothing of where the time of a step goes. */
export const MIN_TRACES = 10;
/** How many of the slowest traces are shown. */
const SLOWEST = 5;
/** Spans of a waterfall; a request with thousands of queries is told by its first ones. */
const MAX_WATERFALL_SPANS = 60;

/** Time by tier of the traced requests of one journey's step (or one route). */
export interface TierBreakdown {
  /** Empty for requests that no load generator has marked. */
  readonly journey: string;
  /** The step's name; the root's name where there is no journey. */
  readonly step: string;
  readonly traces: number;
  /** Mean of a request, milliseconds; the parts of `tiers` add up to it. */
  readonly meanMs: number;
  /** Mean milliseconds of a request by tier. */
  readonly tiers: TierTimes;
}

export interface WaterfallSpan {
  readonly name: string;
  readonly tier: TraceTier;
  readonly depth: number;
  /** Milliseconds since the root began. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

export interface SlowTrace {
  readonly traceId: string;
  readonly journey: string;
  readonly step: string;
  readonly instance: string;
  readonly totalMs: number;
  readonly tiers: TierTimes;
  readonly spans: readonly WaterfallSpan[];
  /** Spans beyond those shown. */
  readonly furtherSpans: number;
}

/** What the traces of a run say. */
export interface TraceSummary {
  /** Traces that were taken apart. */
  readonly traces: number;
  readonly spans: number;
  /** Requests of the load generators that asked to be traced, in the measured window. */
  readonly asked: number;
  /** Those of them that have a trace; the rest was answered before the application, or their spans were lost. */
  readonly linked: number;
  /** By journey and step, in their order of appearance; then unmarked requests by route. */
  readonly steps: readonly TierBreakdown[];
  /** The slowest marked requests, slowest first; unmarked ones when there are no others. */
  readonly slowest: readonly SlowTrace[];
}

interface Sum {
  readonly journey: string;
  readonly step: string;
  traces: number;
  totalUs: number;
  tiers: Record<TraceTier, number>;
}

const inMs = (tiers: TierTimes, divisor: number): TierTimes => {
  const result: Record<TraceTier, number> = { ...NO_TIME };
  for (const tier of TRACE_TIERS) result[tier] = tiers[tier] / divisor / 1_000;
  return result;
};

function slowTrace(trace: Trace, totalUs: number, tiers: TierTimes): SlowTrace {
  const placed = placeTrace(trace);
  const spans = placed?.spans ?? [];
  const zero = placed?.root.startUs ?? 0;
  return {
    traceId: trace.traceId,
    journey: trace.sample?.journey ?? "",
    step: trace.sample?.step ?? placed?.root.name ?? "",
    instance: trace.instance,
    totalMs: totalUs / 1_000,
    tiers: inMs(tiers, 1),
    spans: spans.slice(0, MAX_WATERFALL_SPANS).map(({ span, tier, depth, fromUs, toUs }) => ({
      name: span.name,
      tier,
      depth,
      startMs: (fromUs - zero) / 1_000,
      durationMs: (toUs - fromUs) / 1_000,
      failed: span.failed,
    })),
    furtherSpans: Math.max(0, spans.length - MAX_WATERFALL_SPANS),
  };
}

/** Takes traces apart one after the other, so that any number of them can be summed up. */
export class TraceSummariser {
  readonly #sums = new Map<string, Sum>();
  #slowest: { readonly trace: Trace; readonly totalUs: number; readonly tiers: TierTimes }[] = [];
  #traces = 0;
  #spans = 0;
  #linked = 0;

  add(trace: Trace): void {
    const times = traceTimes(trace);
    if (times === undefined) return;
    const { totalUs, tiers } = times;
    this.#traces += 1;
    this.#spans += trace.spans.length;
    if (trace.sample !== null) this.#linked += 1;
    const journey = trace.sample?.journey ?? "";
    const step = trace.sample?.step ?? placeTrace(trace)?.root.name ?? "";
    const key = `${journey}\n${step}`;
    const sum = this.#sums.get(key) ?? { journey, step, traces: 0, totalUs: 0, tiers: { ...NO_TIME } };
    this.#sums.set(key, sum);
    sum.traces += 1;
    sum.totalUs += totalUs;
    for (const tier of TRACE_TIERS) sum.tiers[tier] += tiers[tier];
    this.#keepIfSlow({ trace, totalUs, tiers });
  }

  /** @param asked requests of the load generators that asked to be traced */
  summary(asked: number): TraceSummary {
    const steps = [...this.#sums.values()]
      .map(
        ({ journey, step, traces, totalUs, tiers }): TierBreakdown => ({
          journey,
          step,
          traces,
          meanMs: totalUs / traces / 1_000,
          tiers: inMs(tiers, traces),
        }),
      )
      .sort(
        (a, b) =>
          Number(a.journey === "") - Number(b.journey === "") ||
          a.journey.localeCompare(b.journey) ||
          a.step.localeCompare(b.step),
      );
    return {
      traces: this.#traces,
      spans: this.#spans,
      asked,
      linked: this.#linked,
      steps,
      slowest: this.#slowest.map(({ trace, totalUs, tiers }) => slowTrace(trace, totalUs, tiers)),
    };
  }

  #keepIfSlow(one: { readonly trace: Trace; readonly totalUs: number; readonly tiers: TierTimes }): void {
    const marked = Number(one.trace.sample !== null);
    this.#slowest.push(one);
    this.#slowest.sort(
      (a, b) => Number(b.trace.sample !== null) - Number(a.trace.sample !== null) || b.totalUs - a.totalUs,
    );
    if (marked === 1) this.#slowest = this.#slowest.filter(({ trace }) => trace.sample !== null);
    this.#slowest.length = Math.min(this.#slowest.length, SLOWEST);
  }
}
