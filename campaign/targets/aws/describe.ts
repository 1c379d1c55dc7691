import { appInstanceType } from "../../../components/aws/app/instance-type";
import { nodeTypeFor } from "../../../components/aws/cache/validation";
import { costText, estimateHourlyCost, LIST_PRICES, loadPrices } from "../../../components/aws/cost";
import { instanceClassFor } from "../../../components/aws/database/connections";
import { furtherRegions, generatorsByRegion } from "../../../components/aws/fleet/regions";
import {
  AppFlavour,
  type AwsSettings,
  CacheFlavour,
  DatabaseEngine,
  FleetFlavour,
} from "../../../components/aws/settings";
import type { Sizing } from "../../../components/contracts";

interface TierText {
  readonly tier: string;
  readonly text: string;
}

const times = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** One line a tier: what AWS will be asked for. */
export function describeAwsTiers(
  sizing: Sizing,
  settings: AwsSettings,
  toolTitle: string,
): readonly TierText[] {
  const { app, database, cache, fleet } = settings;
  const { minInstances, maxInstances, scaling } = sizing.app;
  const range = `${minInstances} to ${maxInstances}`;
  const where =
    app.flavour === AppFlavour.Fargate
      ? `${range} tasks of Fargate with ${sizing.app.cpu} vCPU, ${sizing.app.memoryMiB} MiB`
      : `${range} ${appInstanceType(app, sizing.app)} in an Auto Scaling group`;
  const engine = database.engine === DatabaseEngine.Aurora ? "Aurora PostgreSQL" : "PostgreSQL on RDS";
  const instanceClass =
    instanceClassFor(database, sizing.database)?.name ?? database.instanceClass ?? "unknown";
  const { generators } = sizing.fleet;
  const generatorsText =
    fleet.flavour === FleetFlavour.Fargate
      ? `${times(generators, "task")} of Fargate`
      : `${generators} ${fleet.instanceType}${regionsText(settings, generators)}`;
  const proxy = database.proxy ? `; RDS Proxy with ${sizing.database.poolSize} connections` : "";
  return [
    { tier: "edge", text: `CloudFront${settings.edge.waf ? " with AWS WAF, counting" : ""}` },
    {
      tier: "app",
      text: `load balancer and ${where}; ${scaling.type} on ${scaling.metric} at ${scaling.targetValue}`,
    },
    {
      tier: "cache",
      text:
        cache.flavour === CacheFlavour.Serverless
          ? "ElastiCache Serverless"
          : `Valkey on ${times(cache.shards * (1 + cache.replicasPerShard), `${nodeTypeFor(cache, sizing.cache) ?? "unknown"} node`)}`,
    },
    {
      tier: "database",
      text: `${engine}: primary and ${times(sizing.database.replicas, "replica")} of ${instanceClass}${proxy}`,
    },
    {
      tier: "fleet",
      text: `${toolTitle} on ${generatorsText}`,
    },
  ];
}

/** Where they are, when that is not the environment's own region alone. */
function regionsText(settings: AwsSettings, generators: number): string {
  if (furtherRegions(settings).length === 0) return "";
  const parts = [...generatorsByRegion(settings, generators)].map(
    ([region, count]) => `${count} in ${region}`,
  );
  return `, ${parts.join(", ")}`;
}

/** What it costs while it stands, from the dated price list: a line, and one for what is not in it. */
export function describeCost(sizing: Sizing, settings: AwsSettings): string {
  const { priceFile } = settings.guard;
  const prices = priceFile === undefined ? LIST_PRICES : loadPrices(priceFile);
  return costText(estimateHourlyCost(sizing, settings, prices));
}
