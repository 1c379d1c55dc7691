import { Tool } from "../../../toolchain";
import { readEnvironmentEvents, startTelemetry } from "../../telemetry";
import { programPath } from "../../tools";
import type { RunTelemetry, TelemetryRequest } from "../target";

/** Every source of the environment, read about once a second while the run goes on. */
export async function startLocalTelemetry({
  access,
  tools,
  spoolFile,
}: TelemetryRequest): Promise<RunTelemetry> {
  const telemetry = await startTelemetry({
    access,
    tools: { varnishstat: programPath(tools, Tool.Varnish, "varnishstat") },
    spoolFile,
  });
  return {
    latest: (source, metric) => telemetry.latest(source, metric),
    stop: async () => {
      await telemetry.stop();
    },
    // Nothing comes late here; the events lie in the environment's own files.
    finish: () => readEnvironmentEvents(access),
  };
}
