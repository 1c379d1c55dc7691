import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EnvironmentError } from "../core/errors";
import { renderHtml } from "./html/page";
import { renderJson } from "./json";
import { renderMarkdown } from "./markdown";
import type { ReportData } from "./model";

/** Absolute or relative paths, as the folder was given. */
export interface ReportFiles {
  readonly html: string;
  readonly json: string;
  readonly markdown: string;
}

/** Whole or not at all: readers never see half a file, and a full disk leaves the former one. */
export async function writeAtomically(file: string, content: string): Promise<void> {
  const temporary = join(dirname(file), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const handle = await open(temporary, "wx", 0o644);
    try {
      await handle.writeFile(content, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes report.html, report.json and report.md into a folder, which is made if need be.
 * @throws EnvironmentError `PERFBED_REPORT_NOT_WRITTEN` when the folder cannot be written
 */
export async function writeReports(data: ReportData, folder: string): Promise<ReportFiles> {
  const files: ReportFiles = {
    html: join(folder, "report.html"),
    json: join(folder, "report.json"),
    markdown: join(folder, "report.md"),
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeAtomically(files.json, renderJson(data));
    await writeAtomically(files.markdown, renderMarkdown(data));
    await writeAtomically(files.html, renderHtml(data));
  } catch (cause) {
    throw new EnvironmentError(
      "PERFBED_REPORT_NOT_WRITTEN",
      `The report could not be written to ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: "Check that the folder is writable and the disk has room; then run perfbed report on the results.",
      },
    );
  }
  return files;
}
