import type { TelemetrySource } from "../../../components/contracts";
import { HaproxyRuntime, type HaproxyStat, HaproxyStatKind } from "../../../components/local/haproxy";
import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";

/** The balancer's view: its backend as a whole, and each instance under the instance's own name. */
export class HaproxyCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #runtime: HaproxyRuntime;
  readonly #rates = new CounterRates();

  constructor(source: TelemetrySource) {
    this.tier = source.tier;
    this.source = source.name;
    this.#runtime = new HaproxyRuntime({ socketPath: source.endpoint });
  }

  async collect(): Promise<readonly Reading[]> {
    const { backend, servers } = await this.#runtime.backendStat();
    const up = [...servers.values()].filter(({ status }) => /^(UP|no check)/.test(status)).length;
    return [
      { metric: "instances_up", value: up },
      ...this.#readings(backend, this.source),
      ...[...servers.values()].flatMap((server) => this.#readings(server, server.name)),
    ];
  }

  async close(): Promise<void> {}

  #readings(row: HaproxyStat, source: string): readonly Reading[] {
    const key = `${row.kind === HaproxyStatKind.Backend ? "backend" : "server"}/${row.name}`;
    return [
      { source, metric: "in_flight", value: row.currentSessions },
      ...(row.queued === null ? [] : [{ source, metric: "queued", value: row.queued } as const]),
      ...(row.responseTimeMs === null
        ? []
        : [{ source, metric: "response_time_ms", value: row.responseTimeMs } as const]),
      ...this.#rates
        .perSecond(`${key}/requests`, row.totalSessions)
        .map((value) => ({ source, metric: "requests_per_second", value }) as const),
      ...this.#rates
        .perSecond(`${key}/5xx`, row.responses["5xx"])
        .map((value) => ({ source, metric: "errors_5xx_per_second", value }) as const),
    ];
  }
}
