import {
  NO_TIME,
  SPAN_CLIENT,
  SPAN_PRODUCER,
  SPAN_SERVER,
  type TierTimes,
  TRACE_TIERS,
  type Trace,
  type TraceSpan,
  type TraceTier,
} from "./model";

/** Database systems that are caches, by OpenTelemetry's names. */
const CACHES: ReadonlySet<string> = new Set(["redis", "valkey", "memcached", "elasticache"]);
/** Spans of connection pools as the common instrumentations name them (pg-pool, HikariCP, SQLAlchemy). */
const POOL_SPAN = /pool.*(connect|wait|acquire)|getConnection|connection\.(acquire|checkout)/i;

const isTier = (text: string | undefined): text is TraceTier => TRACE_TIERS.some((tier) => tier === text);

/** The tier that a span by itself speaks of, by the semantic conventions of OpenTelemetry, old and new. */
export function tierOfSpan({
  name,
  kind,
  attributes,
}: Pick<TraceSpan, "name" | "kind" | "attributes">): TraceTier {
  const told = attributes["perfbed.tier"];
  if (isTier(told)) return told;
  const system = attributes["db.system.name"] ?? attributes["db.system"];
  if (system !== undefined && CACHES.has(system)) return "cache";
  if (POOL_SPAN.test(name)) return "pool-wait";
  if (system !== undefined) return "database";
  return kind === SPAN_CLIENT || kind === SPAN_PRODUCER ? "other" : "app";
}

/** A span of the request with what became of it: its tier, clipped to the request. */
export interface PlacedSpan {
  readonly span: TraceSpan;
  readonly tier: TraceTier;
  /** Number of spans above it. */
  readonly depth: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/** The request as the first server that told of it saw it. */
export interface PlacedTrace {
  readonly root: TraceSpan;
  /** In the order of a waterfall: parents first, then by start. The root is the first. */
  readonly spans: readonly PlacedSpan[];
}

const byStart = (a: TraceSpan, b: TraceSpan): number => a.startUs - b.startUs || b.durationUs - a.durationUs;

/**
 * Finds the request's root and the place of every span below it. Spans whose parent is missing are taken for children of the root; what
 * lies outside the root's time (work after the answer) is cut off.
 * @returns undefined without a span
 */
export function placeTrace(trace: Pick<Trace, "spans">): PlacedTrace | undefined {
  const known = new Set(trace.spans.map(({ spanId }) => spanId));
  const orphans = trace.spans
    .filter(({ parentSpanId }) => parentSpanId === null || !known.has(parentSpanId))
    .sort(byStart);
  const root = orphans.find(({ kind }) => kind === SPAN_SERVER) ?? orphans[0];
  if (root === undefined) return undefined;
  const children = new Map<string, TraceSpan[]>();
  for (const span of trace.spans) {
    if (span === root) continue;
    const { parentSpanId } = span;
    const parent = parentSpanId !== null && known.has(parentSpanId) ? parentSpanId : root.spanId;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const endUs = root.startUs + root.durationUs;
  const placed: PlacedSpan[] = [];
  const visit = (span: TraceSpan, above: TraceTier, depth: number): void => {
    // What a called service does in its turn is that service's time.
    const tier = above === "other" ? "other" : tierOfSpan(span);
    const fromUs = Math.min(Math.max(span.startUs, root.startUs), endUs);
    const toUs = Math.max(fromUs, Math.min(span.startUs + span.durationUs, endUs));
    placed.push({ span, tier, depth, fromUs, toUs });
    for (const child of (children.get(span.spanId) ?? []).sort(byStart)) visit(child, tier, depth + 1);
  };
  placed.push({ span: root, tier: "app", depth: 0, fromUs: root.startUs, toUs: endUs });
  for (const child of (children.get(root.spanId) ?? []).sort(byStart)) visit(child, "app", 1);
  return { root, spans: placed };
}

/**
 * The root's time by tier. At each instant the time belongs to the innermost spans under way; several at once share it equally. The parts
 * therefore add up to the root's duration, whatever runs side by side.
 */
export function breakDown({ spans }: PlacedTrace): TierTimes {
  const times: Record<TraceTier, number> = { ...NO_TIME };
  const parents = new Map<string, PlacedSpan>();
  for (const placed of spans) parents.set(placed.span.spanId, placed);
  const [root] = spans;
  const parentOf = (placed: PlacedSpan): PlacedSpan | undefined =>
    placed === root ? undefined : (parents.get(placed.span.parentSpanId ?? "") ?? root);
  const edges = spans
    .flatMap((placed) => [
      { atUs: placed.fromUs, begins: true, placed },
      { atUs: placed.toUs, begins: false, placed },
    ])
    .sort((a, b) => a.atUs - b.atUs);
  const active = new Set<PlacedSpan>();
  let beforeUs = edges[0]?.atUs ?? 0;
  for (const { atUs, begins, placed } of edges) {
    if (atUs > beforeUs && active.size > 0) {
      const covered = new Set<PlacedSpan>();
      for (const one of active) {
        for (let above = parentOf(one); above !== undefined; above = parentOf(above)) covered.add(above);
      }
      const innermost = [...active].filter((one) => !covered.has(one));
      for (const { tier } of innermost) times[tier] += (atUs - beforeUs) / innermost.length;
    }
    beforeUs = atUs;
    if (begins) active.add(placed);
    else active.delete(placed);
  }
  return times;
}

/** A request's time by tier, from its trace. */
export interface TraceTimes {
  /** What the parts add up to: the load generator's measure where there is one, else the root's duration. */
  readonly totalUs: number;
  readonly tiers: TierTimes;
}

/**
 * A trace's time by tier. Where a load generator has measured the request, what it has seen beyond the root (network, edge, balancer,
 * queues before the application) is the edge's; both are durations, so that no two clocks are compared. It may come out a little below
 * zero when the root ends after its last byte has arrived.
 * @returns undefined without a span
 */
export function traceTimes(trace: Trace): TraceTimes | undefined {
  const placed = placeTrace(trace);
  if (placed === undefined) return undefined;
  const tiers = breakDown(placed);
  const { durationUs } = placed.root;
  if (trace.sample === null) return { totalUs: durationUs, tiers };
  const totalUs = trace.sample.durationUs;
  return { totalUs, tiers: { ...tiers, edge: tiers.edge + (totalUs - durationUs) } };
}
