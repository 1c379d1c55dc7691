import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { StorageError } from "./errors";
import { requireKnownVersion } from "./parquet-table";

/** Anything that is kept as one JSON file with a version. */
export interface Versioned {
  readonly schemaVersion: number;
}

/** Writes a JSON file whole or not at all. */
export async function writeVersionedJson(file: string, value: Versioned): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomBytes(4).toString("hex")}.partial`;
  try {
    await writeFile(partial, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new StorageError("PERFBED_STORAGE_WRITE", `${file} could not be written`, {
      cause: error,
      hint: "Check the space and the permissions of the results folder.",
    });
  }
}

/**
 * Reads a JSON file that {@link writeVersionedJson} wrote.
 * @param isValid the shape this perfbed needs
 * @throws StorageError when it is missing, not JSON, of another shape, or of a newer version
 */
export async function readVersionedJson<T extends Versioned>(
  file: string,
  knownVersion: number,
  isValid: (value: unknown) => value is T,
): Promise<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new StorageError("PERFBED_STORAGE_UNREADABLE", `${file} is missing or is not JSON`, {
      cause: error,
      hint: "Name the folder of a run: the one with run.json in it.",
    });
  }
  // The version is looked at before the shape: a newer file may well have another one.
  const version = versionOf(parsed);
  if (version !== undefined) requireKnownVersion(file, version, knownVersion);
  if (version === undefined || !isValid(parsed)) {
    throw new StorageError("PERFBED_STORAGE_FOREIGN", `${file} is not a file of perfbed, or lacks fields`);
  }
  return parsed;
}

function versionOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || !("schemaVersion" in value)) return undefined;
  return typeof value.schemaVersion === "number" ? value.schemaVersion : undefined;
}
