import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../core/errors";
import { isMissing } from "./errors";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Folder of one run: `<results>/<campaign>/<run>`. @throws ConfigError for names that do not make a plain folder */
export function runFolder(resultsDir: string, campaignId: string, runId: string): string {
  const problems = Object.entries({ campaignId, runId }).flatMap(([field, value]) =>
    NAME.test(value) ? [] : [{ field, value, allowed: "letters, digits, '.', '_' and '-', at most 100" }],
  );
  if (problems.length > 0) throw new ConfigError("run folder", problems);
  return join(resultsDir, campaignId, runId);
}

/** The files of a run. Samples and iterations are folders of Parquet files, one a generator. */
export interface RunFiles {
  readonly manifest: string;
  readonly samples: string;
  readonly iterations: string;
  readonly telemetry: string;
  readonly events: string;
  /** Only where agents sent them. */
  readonly spans: string;
  readonly openTelemetryMetrics: string;
  readonly prometheus: string;
  /** Scratch folder of the engine; gone when nothing runs. */
  readonly engineTemp: string;
}

export function runFiles(folder: string): RunFiles {
  return {
    manifest: join(folder, "run.json"),
    samples: join(folder, "samples"),
    iterations: join(folder, "iterations"),
    telemetry: join(folder, "telemetry.parquet"),
    events: join(folder, "events.parquet"),
    spans: join(folder, "spans.parquet"),
    openTelemetryMetrics: join(folder, "opentelemetry-metrics.parquet"),
    prometheus: join(folder, "prometheus.parquet"),
    engineTemp: join(folder, ".engine-temp"),
  };
}

/** Name of a generator's part; it becomes a file name. */
export function partFile(folder: string, part: string): string {
  if (!NAME.test(part)) {
    throw new ConfigError("sample part", [
      { field: "part", value: part, allowed: "letters, digits, '.', '_' and '-', at most 100" },
    ]);
  }
  return join(folder, `${part}.parquet`);
}

/** Parquet files of a folder, sorted; empty when there is no such folder. */
export async function parquetParts(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(".parquet"))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
