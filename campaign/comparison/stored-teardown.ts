import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeTextFile } from "../files";
import type { SideProof } from "./run";

const FILE = "teardown.json";

/** The proofs outlive the environments; a report that is built again shows them. */
export function storeTeardown(folder: string, proofs: readonly SideProof[]): Promise<void> {
  return writeTextFile(join(folder, FILE), `${JSON.stringify(proofs, null, 2)}\n`);
}

function isProof(value: unknown): value is SideProof {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "proved") === "boolean" &&
    typeof Reflect.get(value, "environmentId") === "string" &&
    Array.isArray(Reflect.get(value, "checked"))
  );
}

export function storedTeardown(folder: string): readonly SideProof[] | undefined {
  const file = join(folder, FILE);
  if (!existsSync(file)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  return Array.isArray(parsed) && parsed.every(isProof) ? parsed : undefined;
}
