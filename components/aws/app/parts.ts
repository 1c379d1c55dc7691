import * as pulumi from "@pulumi/pulumi";
import type { AppArgs } from "../../contracts";
import { type AwsContext, awsTags } from "../context";
import { storedSecret } from "../generated-secret";
import type { Connections } from "./application-variables";
import type { Balancer } from "./load-balancer";
import type { ScalingSource } from "./scaling-policies";

/** What both flavours of the app tier are made from. */
export interface AppParts {
  readonly args: AppArgs;
  readonly context: AwsContext;
  /** The tier, as parent of what is looked up. */
  readonly parent: pulumi.Resource;
  readonly connections: pulumi.Output<Connections>;
  /** `${NAME}` already replaced; may hold secrets. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a flavour of the app tier puts out. */
export interface AppFlavourOutputs {
  readonly url: pulumi.Output<string>;
  readonly inService: pulumi.Output<number>;
}

/** The application's own variables in Secrets Manager; undefined when there are none. */
export function storedVariables(
  name: string,
  parts: AppParts,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  const { environment } = parts.args;
  if (Object.keys(parts.variables).length === 0) return undefined;
  return storedSecret(
    `${name}-variables`,
    {
      description: `Variables of the application in ${environment.id}`,
      values: pulumiSecrets(parts.variables),
      tags: awsTags(environment, "app-variables"),
    },
    options,
  );
}

const pulumiSecrets = (values: Readonly<Record<string, string>>): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, pulumi.secret(value)]));

/** Every text in which a secret may be referred to. */
export const connectionTexts = (connections: Connections): string[] => [
  connections.databaseUrl,
  ...connections.databaseReplicaUrls,
  connections.databaseAdminUrl,
  connections.cacheUrl,
];

/**
 * The balancer in a policy's metrics. AWS takes a label only once the target group has its instances or tasks.
 * @param attached known once it has
 */
export function balancerSource(
  balancer: Balancer,
  attached: pulumi.Output<string>,
): Pick<ScalingSource, "loadBalancerSuffix" | "targetGroupSuffix" | "resourceLabel"> {
  const { loadBalancer, targetGroup } = balancer;
  return {
    loadBalancerSuffix: loadBalancer.arnSuffix,
    targetGroupSuffix: targetGroup.arnSuffix,
    resourceLabel: pulumi
      .all([loadBalancer.arnSuffix, targetGroup.arnSuffix, attached])
      .apply(([loadBalancerSuffix, targetGroupSuffix]) => `${loadBalancerSuffix}/${targetGroupSuffix}`),
  };
}
