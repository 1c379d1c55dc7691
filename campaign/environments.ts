import { ConfigError } from "../core/errors";
import { closestName } from "../core/zod-problems";
import { type CampaignTarget, campaignTargets } from "./targets";

/** The target that an environment of this machine runs on. @throws ConfigError naming the environments there are */
export async function requireEnvironment(environmentId: string): Promise<CampaignTarget> {
  const known: string[] = [];
  for (const target of await campaignTargets()) {
    const ids = (await target.environments()).map((environment) => environment.environmentId);
    if (ids.includes(environmentId)) return target;
    known.push(...ids);
  }
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
