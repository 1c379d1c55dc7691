import { ConfigError } from "../../core/errors";
import { closestName } from "../../core/zod-problems";
import type { Scenario } from "../define";
import { breakpoint } from "./breakpoint";
import { load } from "./load";
import { smoke } from "./smoke";
import { soak } from "./soak";
import { spike } from "./spike";
import { stress } from "./stress";

/** Every scenario that comes with perfbed, gentlest first. */
export const catalogue: readonly Scenario[] = [smoke, load, stress, spike, soak, breakpoint];

/** @throws ConfigError naming the scenarios there are */
export function findScenario(name: string): Scenario {
  const found = catalogue.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = catalogue.map((scenario) => scenario.name);
  const guess = closestName(name, names);
  throw new ConfigError("There is no such scenario", [
    {
      field: "scenario",
      value: name,
      allowed: `${names.join(", ")}, or the path of a scenario file (.ts) or a k6 script (.js)`,
      ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
    },
  ]);
}
