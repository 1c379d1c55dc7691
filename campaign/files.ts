import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { EnvironmentError } from "../core/errors";

/** Writes a text file whole or not at all. */
export async function writeTextFile(file: string, content: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString("hex")}.partial`;
  try {
    await writeFile(partial, content, { flush: true });
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new EnvironmentError("PERFBED_RESULTS_NOT_WRITTEN", `${file} could not be written`, {
      cause,
      hint: "Check that the results folder is writable and the disk has room.",
    });
  }
}
