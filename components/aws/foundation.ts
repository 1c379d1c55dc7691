import * as pulumi from "@pulumi/pulumi";
import type { TierArgs } from "../contracts";
import { type AwsContext, type AwsGround, childOptions } from "./context";
import { createBudget } from "./guard/budget";
import { createExpiryGuard, createNetworkPolicy, defaultSweeperCode } from "./guard/expiry";
import { createLogGroup } from "./logs";
import { createEndpoints } from "./network/endpoints";
import { createFlowLogs } from "./network/flow-logs";
import { createNetwork } from "./network/vpc";
import { createSecurityGroups } from "./security-groups";
import { createBucket } from "./storage";

export interface AwsFoundationArgs extends TierArgs {
  /**
   * Folder with the compiled code of the function that ends the environment at its expiry: `index.js`, which exports `handler`.
   * @default the one of this package
   */
  readonly sweeperCode?: string;
}

/**
 * What all tiers of an environment on AWS stand on: network, who may talk to whom, a bucket, a log group, and the guard that ends the
 * environment at its expiry. The guard stands before the network does and goes after it, so that nothing that costs money is without one.
 */
export class AwsFoundation extends pulumi.ComponentResource {
  readonly ground: AwsGround;

  constructor(
    name: string,
    args: AwsFoundationArgs,
    context: Pick<AwsContext, "settings">,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("perfbed:aws:Foundation", name, {}, opts);
    const { environment, sweeperCode = defaultSweeperCode() } = args;
    const { settings } = context;
    const options = childOptions(this, opts);
    const bucket = createBucket(`${name}-bucket`, environment, options);
    const logGroup = createLogGroup(`${name}-logs`, environment, options);
    createBudget(name, environment, settings.guard, options);
    const guard = settings.guard.expiryTeardown
      ? createExpiryGuard(`${name}-expiry`, { environment, bucketArn: bucket.arn, sweeperCode }, options)
      : undefined;
    const guarded = pulumi.mergeOptions(options, { dependsOn: [...(guard?.schedules ?? [])] });
    const network = createNetwork(name, environment, settings.network, guarded);
    if (guard !== undefined) createNetworkPolicy(guard, { vpcId: network.vpcId }, options);
    const { endpoints, ...securityGroups } = createSecurityGroups(
      name,
      { environment, settings, vpcId: network.vpcId, parent: this },
      options,
    );
    createEndpoints(name, { environment, settings, network, securityGroupId: endpoints }, options);
    if (settings.network.flowLogs) createFlowLogs(name, environment, network.vpcId, options);
    this.ground = {
      vpcId: network.vpcId,
      subnets: network.subnets,
      securityGroups,
      bucketName: bucket.bucket,
      bucketArn: bucket.arn,
      logGroupName: logGroup.name,
      ...(guard === undefined ? {} : { guard }),
    };
    const { guard: _, ...outputs } = this.ground;
    this.registerOutputs(outputs);
  }
}
