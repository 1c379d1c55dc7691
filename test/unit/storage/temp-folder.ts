import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh folder per test file, removed after its last test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "perfbed-storage-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
