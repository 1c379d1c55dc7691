import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../core/home";

/** Text of a file of generators/: what perfbed adds to a load tool, in the tool's own language. */
export function shippedFile(tool: string, name: string): string {
  return readFileSync(join(packageRoot(), "generators", tool, name), "utf8");
}
