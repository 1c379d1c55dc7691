import { join } from "node:path";
import { judgeSloGate, type ServiceObjective } from "../../analysis/slo-programme";
import { ConfigError } from "../../core/errors";
import type { ObjectivesVerdict } from "../../report/comparison/model";
import { readManifest } from "../judge";
import { readObjectives } from "../slo-programme/check";
import { objectivesOver } from "../slo-programme/over-runs";

/** Service-level objectives that the candidate must meet, whatever the baseline does. */
export interface RequiredObjectives {
  readonly objectives: readonly ServiceObjective[];
  /** Most of a period's error budget that the time measured may use, 0..1. */
  readonly maxBurnedShare: number;
}

/** @throws ConfigError for a file that cannot be read, and for a limit without objectives */
export function requiredObjectives(
  file: string | undefined,
  maxBurnedShare: number | undefined,
): RequiredObjectives | null {
  if (file !== undefined) {
    return { objectives: readObjectives(file).objectives, maxBurnedShare: maxBurnedShare ?? 1 };
  }
  if (maxBurnedShare === undefined) return null;
  throw new ConfigError("There is no error budget without objectives", [
    {
      field: "--max-burned",
      value: maxBurnedShare,
      allowed: "together with --objectives",
      hint: "Name an OpenSLO file; docs/slo.md has an example.",
    },
  ]);
}

/** The objectives over every request of the runs that count. */
export async function judgeRequired(
  { objectives, maxBurnedShare }: RequiredObjectives,
  runFolders: readonly string[],
): Promise<ObjectivesVerdict> {
  const runs = await Promise.all(
    runFolders.map(async (folder) => {
      const { campaignId, runId, window } = await readManifest(folder);
      return {
        run: join(campaignId, runId),
        folder,
        window: { fromUs: window.measuredFromUs, toUs: window.measuredToUs },
      };
    }),
  );
  const { checks, measuredSeconds } = await objectivesOver(runs, objectives);
  const statuses = checks.map(({ status }) => status);
  return { ...judgeSloGate(statuses, { maxBurnedShare }), statuses, maxBurnedShare, measuredSeconds };
}
