import { Target } from "../../components/contracts";
import { ConfigError } from "../../core/errors";
import type { CampaignTarget } from "./target";

export type {
  CampaignTarget,
  FleetRequest,
  KnownEnvironment,
  RunTelemetry,
  TelemetryRequest,
  Tools,
} from "./target";

/** The targets that campaigns run on, each loaded when it is asked for: none waits for another one's libraries. */
const LOADERS: Readonly<Partial<Record<Target, () => Promise<CampaignTarget>>>> = {
  [Target.Local]: async () => (await import("./local")).localTarget,
  [Target.Aws]: async () => (await import("./aws")).awsTarget,
};

/** @throws ConfigError for a target that campaigns do not run on */
export async function campaignTarget(target: Target): Promise<CampaignTarget> {
  const load = LOADERS[target];
  if (load !== undefined) return load();
  throw new ConfigError("No such target", [
    { field: "target", value: target, allowed: Object.keys(LOADERS).join(", ") },
  ]);
}

/** All of them. */
export const campaignTargets = (): Promise<readonly CampaignTarget[]> =>
  Promise.all(Object.values(LOADERS).map((load) => load()));
