import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ApmKind, apmAgent, OTLP_KINDS } from "../../components/apm/model";
import { type EnvironmentAccess, Target, TelemetryKind } from "../../components/contracts";
import { METRICS_FILE, TRACES_FILE } from "../../components/local/otelcol/config";
import type { RunStore } from "../../storage";
import type { TimeWindow } from "../../storage/sample-figures";
import type { RunManifest } from "../manifest";
import type { EnvironmentPlan } from "../plan";
import { FilePart } from "./collector-files";
import { PrometheusReader } from "./prometheus";

export interface ApmOptions {
  readonly plan: EnvironmentPlan;
  readonly access: EnvironmentAccess;
  /** Where spool files lie until they are imported. */
  readonly runFolder: string;
}

/** What agents tell during one run. */
export interface ApmRecording {
  /** Stops reading; may be called again. */
  stop(): Promise<void>;
  /**
   * Into the run's folder: spans and metrics of the run.
   * @param window of the whole run, microseconds since the epoch
   */
  store(store: RunStore, window: TimeWindow): Promise<void>;
}

/** Share of the requests that load generators ask to be traced; undefined when nobody takes spans over OTLP. */
export function traceRatioOf({ apm }: Pick<EnvironmentPlan, "apm">): number | undefined {
  for (const kind of OTLP_KINDS) {
    const agent = apmAgent(apm, kind);
    if (agent !== undefined) return agent.sampleRatio;
  }
  return undefined;
}

/** The agents as a run's manifest names them. */
export function apmOfManifest(plan: Pick<EnvironmentPlan, "apm" | "target">): RunManifest["apm"] {
  if (plan.apm === undefined) return undefined;
  return {
    agents: plan.apm.agents.map(({ kind, version, sampleRatio }) => ({ kind, version, sampleRatio })),
    // Elsewhere spans stay where the agents have put them.
    traces: plan.target === Target.Local && apmAgent(plan.apm, ApmKind.OpenTelemetry) !== undefined,
  };
}

/** Begins to keep what agents tell; does nothing where the environment has none that tell it here. */
export async function startApm({ plan, access, runFolder }: ApmOptions): Promise<ApmRecording> {
  const folder = access.telemetry.find(({ kind }) => kind === TelemetryKind.OpenTelemetryFiles)?.endpoint;
  const [traces, metrics] =
    folder === undefined
      ? []
      : await Promise.all([FilePart.begin(folder, TRACES_FILE), FilePart.begin(folder, METRICS_FILE)]);
  const prometheusSpool = join(runFolder, "prometheus.spool.csv");
  const agent = apmAgent(plan.apm, ApmKind.Prometheus);
  const path = plan.application.metricsPath;
  // Elsewhere the collector of each instance reads them.
  const reader =
    agent === undefined || path === undefined || access.target !== Target.Local
      ? undefined
      : await PrometheusReader.start({
          environmentId: access.environmentId,
          path,
          intervalSeconds: agent.intervalSeconds,
          spoolFile: prometheusSpool,
        });
  let stopped: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    stopped ??= reader?.stop() ?? Promise.resolve();
    await stopped;
  };
  return {
    stop,
    async store(store, window) {
      await stop();
      await traces?.settle();
      const parts = [
        { part: traces, spool: "traces.spool.jsonl", into: store.importSpans.bind(store) },
        { part: metrics, spool: "metrics.spool.jsonl", into: store.importOpenTelemetryMetrics.bind(store) },
      ];
      for (const { part, spool, into } of parts) {
        const file = join(runFolder, spool);
        if (part !== undefined && (await part.copyTo(file)) > 0) await into(file, window);
        await rm(file, { force: true });
      }
      if (reader === undefined) return;
      await store.importPrometheus(prometheusSpool);
      await rm(prometheusSpool, { force: true });
    },
  };
}
