import { join } from "node:path";
import { runFleet } from "../../campaign/fleet";
import { environmentDir } from "../../core/home";
import type { Workload } from "../../scenarios/model";

export interface FleetRunOptions {
  readonly environmentId: string;
  readonly k6Path: string;
  readonly baseUrl: string;
  readonly workload: Workload;
  readonly generators: number;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/** One run of perfbed's fleet, exactly as a campaign makes it: every sample written out, generators watched. */
export async function runPerfbedFleet(options: FleetRunOptions): Promise<{ readonly requests: number }> {
  const { environmentId, k6Path, baseUrl, workload, runId, signal } = options;
  const slots = Array.from({ length: options.generators }, (_, index) => ({
    name: `generator-${index + 1}`,
    location: join(environmentDir(environmentId), "generators", `generator-${index + 1}`),
  }));
  const result = await runFleet({
    environmentId,
    slots,
    workload,
    baseUrl,
    toolPath: k6Path,
    runId,
    signal,
    onProgress: () => undefined,
  });
  if (result.aborted !== null) throw new Error(`the fleet was stopped: ${result.aborted.text}`);
  const requests = result.generators.reduce((sum, generator) => sum + generator.requests, 0);
  return { requests };
}
