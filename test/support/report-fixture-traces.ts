import { SPAN_CLIENT, SPAN_SERVER, type Trace, type TraceSpan } from "../../analysis/traces/model";
import { TraceSummariser, type TraceSummary } from "../../analysis/traces/summary";
import { seededRandom } from "./report-fixture-run";

export interface TraceFixtureOptions {
  readonly journeys: readonly { readonly name: string; readonly steps: readonly string[] }[];
  readonly seed: number;
  /** Name of every query, for text that is out for mischief. */
  readonly queryName?: string;
}

/** What traces of a run of the storefront say; taken apart by the real thing. */
export function traceFixture({
  journeys,
  seed,
  queryName = "product-by-id",
}: TraceFixtureOptions): TraceSummary {
  const random = seededRandom(seed);
  const summariser = new TraceSummariser();
  let asked = 0;
  for (const { name, steps } of journeys) {
    for (const step of steps) {
      // The last step of each journey has too few for a mean.
      const count = step === steps.at(-1) ? 4 : 25;
      asked += count + 3;
      for (let index = 0; index < count; index++) summariser.add(oneTrace(name, step, random, queryName));
    }
  }
  return summariser.summary(asked);
}

function oneTrace(journey: string, step: string, random: () => number, queryName: string): Trace {
  const us = (mean: number): number => Math.round(mean * (0.4 + 1.2 * random()));
  let at = us(900);
  const spans: TraceSpan[] = [];
  const call = (name: string, durationUs: number, attributes: Record<string, string>): void => {
    const failed = name === queryName && random() < 0.01;
    spans.push({
      spanId: `span-${spans.length + 1}`,
      parentSpanId: "root",
      name,
      kind: SPAN_CLIENT,
      startUs: at,
      durationUs,
      failed,
      attributes,
    });
    at += durationUs + us(300);
  };
  call("GET", us(600), { "db.system.name": "redis" });
  for (let query = 0; query < 1 + Math.floor(random() * 4); query++) {
    call("pool wait", us(400), { "perfbed.tier": "pool-wait" });
    call(queryName, us(2_500), { "db.system.name": "postgresql" });
  }
  if (random() < 0.3) call("POST /quotes", us(4_000), { "http.request.method": "POST" });
  const durationUs = at + us(3_000);
  const root: TraceSpan = {
    spanId: "root",
    parentSpanId: "generator",
    name: `GET /${step}`,
    kind: SPAN_SERVER,
    startUs: 0,
    durationUs,
    failed: false,
    attributes: {},
  };
  return {
    traceId: Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(32, "0"),
    service: "storefront",
    instance: `app-${1 + Math.floor(random() * 3)}`,
    spans: [root, ...spans],
    sample: { journey, step, durationUs: durationUs + us(1_500) },
  };
}
