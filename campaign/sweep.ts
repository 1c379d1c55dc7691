import {
  EnvironmentState,
  type EnvironmentSummary,
  listEnvironments,
  sweepEnvironment,
} from "../components/local/supervisor";
import { ConfigError } from "../core/errors";
import { closestName } from "../core/zod-problems";

export interface SweepChoice {
  readonly environmentId: string;
  readonly reason: string;
}

export interface SweepOutcome {
  readonly environmentId: string;
  readonly proved: boolean;
  readonly text: string;
  readonly checks: readonly { readonly what: string; readonly found: number; readonly detail: string }[];
}

/** Why an environment may go without being named: undefined when it stands on purpose. */
function reasonToSweep(environment: EnvironmentSummary): string | undefined {
  if (environment.ownerAlive) return undefined;
  switch (environment.state) {
    case EnvironmentState.Orphaned:
      return "processes without an environment folder";
    case EnvironmentState.Broken:
      return "its environment.json cannot be read";
    case EnvironmentState.Closing:
      return "its teardown did not finish";
    case EnvironmentState.Standing:
      if (environment.owned) return "its runner is gone";
      if (environment.expired) return `expired at ${environment.expiresAt ?? "an unknown time"}`;
      return environment.processCount === 0 ? "no process is left of it" : undefined;
  }
}

/** Chooses what a sweep removes. Names are taken at their word; without names only what is plainly left over. */
export async function planSweep(options: { names: readonly string[]; all: boolean }): Promise<SweepChoice[]> {
  const environments = await listEnvironments();
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
  return environments.flatMap((environment) => {
    const reason = options.all ? "--all" : reasonToSweep(environment);
    return reason === undefined ? [] : [{ environmentId: environment.environmentId, reason }];
  });
}

export async function sweepAll(choices: readonly SweepChoice[]): Promise<SweepOutcome[]> {
  const outcomes: SweepOutcome[] = [];
  for (const { environmentId, reason } of choices) {
    const result = await sweepEnvironment(environmentId);
    const left = result.checks.filter((check) => check.found > 0);
    outcomes.push({
      environmentId,
      proved: result.proved,
      checks: result.checks,
      text: result.proved
        ? `${environmentId} (${reason}): removed; nothing is left`
        : `${environmentId} (${reason}): left: ${left.map((check) => `${check.found} ${check.what} (${check.detail})`).join("; ")}`,
    });
  }
  return outcomes;
}
