import { dirname, join } from "node:path";
import { z } from "zod";
import type { TelemetrySource } from "../../../components/contracts";
import type { Collector, Reading } from "../collector";
import { JsonLineTail } from "../json-line-tail";

/** What is used of a line of the autoscaler's metrics.jsonl. */
const MetricsRow = z.object({
  desired: z.number(),
  inService: z.number(),
  warming: z.number(),
  metricValue: z.number().nullable(),
  targetValue: z.number(),
  instances: z.array(z.object({ name: z.string(), cpuPercent: z.number().nullable() })),
});

/** The autoscaler, from the metrics file next to its event file: the latest evaluation period since the last look. */
export class AutoscalerCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #tail: JsonLineTail;

  constructor(source: TelemetrySource) {
    this.tier = source.tier;
    this.source = source.name;
    this.#tail = new JsonLineTail(join(dirname(source.endpoint), "metrics.jsonl"));
  }

  async collect(): Promise<readonly Reading[]> {
    const rows = (await this.#tail.next()).flatMap((line) => {
      const row = MetricsRow.safeParse(line);
      return row.success ? [row.data] : [];
    });
    const latest = rows.at(-1);
    if (latest === undefined) return [];
    return [
      { metric: "instances_desired", value: latest.desired },
      { metric: "instances_in_service", value: latest.inService },
      { metric: "instances_warming", value: latest.warming },
      { metric: "scaling_target", value: latest.targetValue },
      ...(latest.metricValue === null
        ? []
        : [{ metric: "scaling_metric", value: latest.metricValue } as const]),
      ...latest.instances.flatMap(({ name, cpuPercent }) =>
        cpuPercent === null ? [] : [{ source: name, metric: "cpu_percent", value: cpuPercent } as const],
      ),
    ];
  }

  async close(): Promise<void> {}
}
