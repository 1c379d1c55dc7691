import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ConfigError, type Problem } from "../../core/errors";
import { runFiles } from "../../storage";
import { readManifest } from "../judge";
import type { RunManifest } from "../manifest";
import { judgeStoredComparison } from "./judge";
import type { PlannedSide } from "./model";
import { replicateName } from "./run-names";
import { isComparisonFolder, readComparison, type StoredComparison } from "./stored";

/** Runs of an earlier comparison in place of a side that runs now. */
export interface StoredBaseline {
  readonly folder: string;
  /** Run folders of the side that counted, in the order of their rounds. */
  readonly runs: readonly string[];
  readonly campaignId: string;
  readonly side: StoredComparison["sides"][number];
}

export const isStoredBaseline = (cwd: string, baseline: string): boolean =>
  isComparisonFolder(resolve(cwd, baseline));

/** What must be alike, or the difference of the runs is not that of the versions. */
function differences(manifest: RunManifest, candidate: PlannedSide): readonly Problem[] {
  const { workload, environment } = candidate;
  const { seed: _own, ...parameters } = workload.parameters;
  const { seed: _stored, ...storedParameters } = manifest.scenario.parameters;
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const problems: Problem[] = [];
  if (manifest.application.name !== environment.application.name) {
    problems.push({
      field: "application",
      value: environment.application.name,
      allowed: `${manifest.application.name}, as in the stored baseline`,
    });
  }
  if (
    manifest.scenario.name !== workload.scenario ||
    !isDeepStrictEqual(plain(parameters), plain(storedParameters))
  ) {
    problems.push({
      field: "scenario",
      value: { scenario: workload.scenario, ...parameters },
      allowed: `that of the stored baseline: ${JSON.stringify({ scenario: manifest.scenario.name, ...storedParameters })}`,
      hint: "Use the same preset and the same --set.",
    });
  }
  if (manifest.scenario.tool !== candidate.tool) {
    problems.push({
      field: "--tool",
      value: candidate.tool,
      allowed: `${manifest.scenario.tool}, as in the stored baseline`,
      hint: "Load tools do not measure alike.",
    });
  }
  if (!isDeepStrictEqual(plain(manifest.sizing), plain(environment.sizing))) {
    problems.push({
      field: "sizing",
      value: environment.sizing.name,
      allowed: `that of the stored baseline, ${manifest.sizing.name}`,
    });
  }
  return problems;
}

/**
 * Finds the runs of one side of an earlier comparison.
 * @throws ConfigError when there is no such side, or its runs are not comparable with the candidate's
 */
export async function findStoredBaseline(
  cwd: string,
  baseline: string,
  sideName: string,
  candidate: PlannedSide,
): Promise<StoredBaseline> {
  const folder = resolve(cwd, baseline);
  const stored = await readComparison(folder);
  const side = stored.sides.find(({ name }) => name === sideName);
  if (side === undefined) {
    throw new ConfigError("The stored comparison has no such side", [
      { field: "--baseline-side", value: sideName, allowed: stored.sides.map(({ name }) => name).join(", ") },
    ]);
  }
  const { replicates } = await judgeStoredComparison(folder);
  const runs = replicates
    .filter(({ used, side: name }) => used && name === sideName)
    .map(({ round }) => join(folder, replicateName(round, sideName, stored.sides.length)))
    .filter((run) => existsSync(runFiles(run).manifest));
  const [first] = runs;
  const problems =
    first === undefined
      ? [{ field: "--baseline", value: folder, allowed: "a comparison whose runs are still there" }]
      : differences(await readManifest(first), candidate);
  if (problems.length > 0) throw new ConfigError("The stored baseline cannot be compared with", problems);
  return { folder, runs, campaignId: stored.campaignId, side };
}

/** Copies the stored runs next to those of the candidate: the results must stand on their own. */
export function copyBaseline(baseline: StoredBaseline, rounds: number, resultsDir: string): void {
  baseline.runs.slice(0, rounds).forEach((run, index) => {
    cpSync(run, join(resultsDir, replicateName(index + 1, "baseline", 2)), { recursive: true });
  });
}
