import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TelemetrySource } from "../../../components/contracts";
import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";

const run = promisify(execFile);

const FIELDS = [
  "MAIN.cache_hit",
  "MAIN.cache_miss",
  "MAIN.s_pass",
  "MAIN.client_req",
  "MAIN.backend_req",
  "MAIN.n_object",
  "MAIN.n_lru_nuked",
  "SMA.s0.g_bytes",
];

/** Counters of `varnishstat -j` by name. Varnish 6.5 and later nest them under "counters"; earlier ones do not. */
export function parseVarnishstat(json: string): ReadonlyMap<string, number> {
  const parsed: unknown = JSON.parse(json);
  const counters = new Map<string, number>();
  if (typeof parsed !== "object" || parsed === null) return counters;
  const nested: unknown = "counters" in parsed ? parsed.counters : parsed;
  if (typeof nested !== "object" || nested === null) return counters;
  for (const [name, counter] of Object.entries(nested)) {
    if (typeof counter !== "object" || counter === null || !("value" in counter)) continue;
    if (typeof counter.value === "number") counters.set(name, counter.value);
  }
  return counters;
}

/** The edge, through `varnishstat`: Varnish offers its counters in shared memory only. */
export class VarnishCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #rates = new CounterRates();
  readonly #args: readonly string[];

  constructor(
    source: TelemetrySource,
    private readonly varnishstat: string,
    private readonly timeoutMs: number,
  ) {
    this.tier = source.tier;
    this.source = source.name;
    this.#args = ["-1", "-j", "-t", "1", "-n", source.endpoint, ...FIELDS.flatMap((field) => ["-I", field])];
  }

  async collect(): Promise<readonly Reading[]> {
    const { stdout } = await run(this.varnishstat, [...this.#args], { timeout: this.timeoutMs });
    const counters = parseVarnishstat(stdout);
    const counter = (name: string): number => {
      const value = counters.get(name);
      if (value === undefined) throw new Error(`varnishstat does not report ${name}`);
      return value;
    };
    const hits = counter("MAIN.cache_hit");
    const misses = counter("MAIN.cache_miss");
    const passes = counter("MAIN.s_pass");
    const rate = (metric: Reading["metric"], value: number): readonly Reading[] =>
      this.#rates.perSecond(metric, value).map((perSecond) => ({ metric, value: perSecond }));
    const bytes = counters.get("SMA.s0.g_bytes");
    return [
      ...rate("requests_per_second", counter("MAIN.client_req")),
      ...rate("hits_per_second", hits),
      ...rate("misses_per_second", misses),
      ...rate("passes_per_second", passes),
      ...rate("backend_requests_per_second", counter("MAIN.backend_req")),
      ...rate("evictions_per_second", counter("MAIN.n_lru_nuked")),
      // What the edge spared the application: passed requests count as not spared.
      ...this.#rates
        .share("hit_ratio", hits, misses + passes)
        .map((value) => ({ metric: "hit_ratio", value }) as const),
      { metric: "objects", value: counter("MAIN.n_object") },
      ...(bytes === undefined ? [] : [{ metric: "memory_used_mib", value: bytes / 2 ** 20 } as const]),
    ];
  }

  async close(): Promise<void> {}
}
