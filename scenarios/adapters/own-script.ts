import { readFileSync } from "node:fs";
import type { Problem } from "../../core/errors";
import type { Workload } from "../model";

/** What keeps a user's own script from running here, as its text tells. */
export function scriptProblems(
  title: string,
  workload: Workload,
  refuse: (text: string) => string | undefined,
): readonly Problem[] {
  const { script } = workload;
  if (script === undefined) return [];
  const hint = refuse(readFileSync(script.file, "utf8"));
  return hint === undefined
    ? []
    : [{ field: "scenario", value: script.file, allowed: `a script that ${title} can run here`, hint }];
}

/** For tools whose scripts say themselves how many users come: nobody can split them. */
export function oneGeneratorOnly(title: string, workload: Workload, generators: number): readonly Problem[] {
  if (workload.script === undefined || generators === 1) return [];
  return [
    {
      field: "sizing.fleet.generators",
      value: generators,
      allowed: `1 with a ${title} script of one's own`,
      hint: `Each generator would run all of ${workload.script.file}: its injection cannot be split from outside.`,
    },
  ];
}
