import { listEnvironments } from "../components/local/supervisor";
import { ConfigError } from "../core/errors";
import { closestName } from "../core/zod-problems";

/** @throws ConfigError naming the environments there are */
export async function requireEnvironment(environmentId: string): Promise<void> {
  const known = (await listEnvironments()).map((environment) => environment.environmentId);
  if (known.includes(environmentId)) return;
  const guess = closestName(environmentId, known);
  throw new ConfigError("No such environment", [
    {
      field: "environment",
      value: environmentId,
      allowed: known.length === 0 ? "nothing: no environment stands" : known.join(", "),
      hint: guess === undefined ? "perfbed up makes one." : `Did you mean ${guess}?`,
    },
  ]);
}
