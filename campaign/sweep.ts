import { ConfigError } from "../core/errors";
import { closestName } from "../core/zod-problems";
import type { TeardownProof } from "../report/model";
import { requireEnvironment } from "./environments";
import { campaignTargets, type KnownEnvironment } from "./targets";

export interface SweepChoice {
  readonly environmentId: string;
  readonly reason: string;
}

export interface SweepOutcome {
  readonly environmentId: string;
  readonly proved: boolean;
  readonly text: string;
  readonly checks: TeardownProof["checked"];
}

/** Everything that this machine knows of, wherever it runs. */
async function knownEnvironments(): Promise<readonly KnownEnvironment[]> {
  const known: KnownEnvironment[] = [];
  for (const target of await campaignTargets()) known.push(...(await target.environments()));
  return known;
}

/** Chooses what a sweep removes. Names are taken at their word; without names only what is plainly left over. */
export async function planSweep(options: { names: readonly string[]; all: boolean }): Promise<SweepChoice[]> {
  const environments = await knownEnvironments();
  if (options.names.length > 0) {
    const known = environments.map((environment) => environment.environmentId);
    const unknown = options.names.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new ConfigError(
        "No such environment",
        unknown.map((name) => {
          const guess = closestName(name, known);
          return {
            field: "environment",
            value: name,
            allowed: known.length === 0 ? "nothing: there are no environments" : known.join(", "),
            ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
          };
        }),
      );
    }
    return options.names.map((environmentId) => ({ environmentId, reason: "named" }));
  }
  return environments.flatMap(({ environmentId, reasonToSweep }) => {
    const reason = options.all ? "--all" : reasonToSweep;
    return reason === undefined ? [] : [{ environmentId, reason }];
  });
}

export async function sweepAll(choices: readonly SweepChoice[]): Promise<SweepOutcome[]> {
  const outcomes: SweepOutcome[] = [];
  for (const { environmentId, reason } of choices) {
    const result = await (await requireEnvironment(environmentId)).sweep(environmentId);
    const left = result.checked.filter((check) => check.found > 0);
    outcomes.push({
      environmentId,
      proved: result.proved,
      checks: result.checked,
      text: result.proved
        ? `${environmentId} (${reason}): removed; nothing is left`
        : `${environmentId} (${reason}): left: ${left.map((check) => `${check.found} ${check.what} (${check.detail})`).join("; ")}`,
    });
  }
  return outcomes;
}
