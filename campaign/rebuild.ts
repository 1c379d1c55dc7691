import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ExitCode } from "../core/errors";
import { ConfigError } from "../core/errors";
import { writeReports } from "../report";
import type { ReportData } from "../report/model";
import { runFiles } from "../storage";
import { exitCodeOf } from "./campaign";
import { judgeStoredRun } from "./judge";
import { SINGLE_RUN } from "./single-run";

/**
 * Judges a stored run again and writes its report anew.
 * @param folder a campaign's folder, or the run's folder in it
 */
export async function rebuildReport(folder: string): Promise<{
  readonly exitCode: ExitCode;
  readonly report: ReportData;
  readonly files: Readonly<Record<string, string>>;
}> {
  const given = resolve(folder);
  const runFolder = [join(given, SINGLE_RUN), given].find((candidate) =>
    existsSync(runFiles(candidate).manifest),
  );
  if (runFolder === undefined) {
    throw new ConfigError("There is no run to report on", [
      {
        field: "folder",
        value: given,
        allowed: "the folder of a campaign's results, with run-1/run.json in it",
      },
    ]);
  }
  const report = await judgeStoredRun(runFolder);
  const files = await writeReports(report, dirname(runFolder));
  return {
    exitCode: exitCodeOf(report.verdict.kind),
    report,
    files: { Report: files.html, Markdown: files.markdown, JSON: files.json, Run: runFolder },
  };
}
