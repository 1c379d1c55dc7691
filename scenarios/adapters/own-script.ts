import { readFileSync } from "node:fs";
import type { Workload } from "../model";

/** One generator for a script whose arrivals nobody can split: each generator would run all of them. */
export function unsplitScript(
  workload: Workload,
  generators: number,
  unsplit: (text: string) => boolean = () => true,
): number {
  const { script } = workload;
  return script !== undefined && unsplit(readFileSync(script.file, "utf8")) ? 1 : generators;
}
