import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import type { Application, EnvironmentIdentity } from "../../contracts";
import { type AwsGround, awsTags, physicalName } from "../context";
import type { AppSettings } from "../settings";

/** Prefix of the access logs in the environment's bucket. */
export const ACCESS_LOGS_PREFIX = "access-logs";

/** How the balancer knows its targets: EC2 instances by their id, tasks of Fargate by their address. */
export enum TargetType {
  Instance = "instance",
  Ip = "ip",
}

export interface LoadBalancerSettings {
  readonly environment: EnvironmentIdentity;
  readonly application: Application;
  readonly settings: AppSettings;
  readonly ground: AwsGround;
  readonly targetType: TargetType;
}

export interface Balancer {
  readonly loadBalancer: lb.LoadBalancer;
  readonly targetGroup: lb.TargetGroup;
  /** Targets are checked only once this is there. */
  readonly listener: lb.Listener;
  readonly url: pulumi.Output<string>;
}

/**
 * The public entrance of the app tier. Who may connect (the edge) is for its security group to say; TLS ends there. Each request goes to the instance with
 * the fewest in flight, as on the local target.
 */
export function createLoadBalancer(
  name: string,
  args: LoadBalancerSettings,
  options: pulumi.CustomResourceOptions,
): Balancer {
  const { environment, application, settings, ground, targetType } = args;
  const loadBalancer = new lb.LoadBalancer(
    `${name}-load-balancer`,
    {
      name: physicalName(environment, "app", 32),
      loadBalancerType: "application",
      internal: false,
      subnets: ground.subnets.publicIds,
      securityGroups: [ground.securityGroups.loadBalancer],
      dropInvalidHeaderFields: true,
      enableHttp2: true,
      enableDeletionProtection: false,
      idleTimeout: 60,
      ...(settings.accessLogs
        ? { accessLogs: { enabled: true, bucket: ground.bucketName, prefix: ACCESS_LOGS_PREFIX } }
        : {}),
      tags: awsTags(environment, "app"),
    },
    options,
  );
  const targetGroup = new lb.TargetGroup(
    `${name}-target-group`,
    {
      name: physicalName(environment, targetType === TargetType.Ip ? "app-ip" : "app-ec2", 32),
      vpcId: ground.vpcId,
      targetType,
      protocol: "HTTP",
      protocolVersion: "HTTP1",
      port: settings.port,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      deregistrationDelay: Math.ceil(application.drainSeconds),
      healthCheck: {
        enabled: true,
        protocol: "HTTP",
        path: application.readyPath,
        matcher: "200",
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      tags: awsTags(environment, "app"),
    },
    options,
  );
  const listener = new lb.Listener(
    `${name}-listener`,
    {
      loadBalancerArn: loadBalancer.arn,
      protocol: "HTTP",
      port: 80,
      defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
      tags: awsTags(environment, "app"),
    },
    options,
  );
  return { loadBalancer, targetGroup, listener, url: pulumi.interpolate`http://${loadBalancer.dnsName}` };
}
