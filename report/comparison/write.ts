import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EnvironmentError } from "../../core/errors";
import { checksOfComparison } from "../checks";
import { renderJson } from "../json";
import { renderJunit } from "../junit";
import { writeAtomically } from "../write";
import { renderComparisonMarkdown } from "./comment";
import type { ComparisonReport } from "./model";
import { renderComparisonHtml } from "./page";

/** Name of the judgement alone: what follows from the stored samples, the same bytes every time. */
export const VERDICT_FILE = "verdict.json";

/** The judgement without what happened after it. */
export function renderVerdict({ teardown: _, ...judgement }: ComparisonReport): string {
  return renderJson(judgement);
}

/**
 * Writes verdict.json, report.json, report.html, report.md and junit.xml.
 * @returns label and path of each
 * @throws EnvironmentError `PERFBED_REPORT_NOT_WRITTEN`
 */
export async function writeComparisonReports(
  report: ComparisonReport,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const files = {
    Report: join(folder, "report.html"),
    Markdown: join(folder, "report.md"),
    JUnit: join(folder, "junit.xml"),
    Verdict: join(folder, VERDICT_FILE),
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeAtomically(files.Verdict, renderVerdict(report));
    await writeAtomically(join(folder, "report.json"), renderJson(report));
    await writeAtomically(files.Markdown, renderComparisonMarkdown(report));
    await writeAtomically(files.JUnit, renderJunit([checksOfComparison(report)], report.comparison.policy));
    await writeAtomically(files.Report, renderComparisonHtml(report));
  } catch (cause) {
    throw new EnvironmentError(
      "PERFBED_REPORT_NOT_WRITTEN",
      `The report could not be written to ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: "Check that the folder is writable and the disk has room; then run perfbed judge on it.",
      },
    );
  }
  return files;
}
