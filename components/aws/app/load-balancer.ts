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
 * The public entrance of the app tier. Who may connect (the edge) is for its security group to say. Each request goes to the instance with
 * the fewest in flight, as on the local target.
 */
export function createLoadBalancer(
  name: string,
  args: LoadBalancerSettings,
  options: pulumi.CustomResourceOptions,
): Balancer {
  const { environment, application, settings, ground, targetType } = args;
  const { certificateArn } = settings;
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
  const forward = [{ type: "forward", targetGroupArn: targetGroup.arn }];
  const tags = awsTags(environment, "app");
  const listener =
    certificateArn === undefined
      ? new lb.Listener(
          `${name}-listener`,
          {
            loadBalancerArn: loadBalancer.arn,
            protocol: "HTTP",
            port: 80,
            defaultActions: forward,
            tags,
          },
          options,
        )
      : createHttpsListeners(name, loadBalancer, certificateArn, forward, tags, options);
  const scheme = certificateArn === undefined ? "http" : "https";
  return {
    loadBalancer,
    targetGroup,
    listener,
    url: pulumi.interpolate`${scheme}://${loadBalancer.dnsName}`,
  };
}

function createHttpsListeners(
  name: string,
  loadBalancer: lb.LoadBalancer,
  certificateArn: string,
  defaultActions: lb.ListenerArgs["defaultActions"],
  tags: Record<string, string>,
  options: pulumi.CustomResourceOptions,
): lb.Listener {
  new lb.Listener(
    `${name}-redirect`,
    {
      loadBalancerArn: loadBalancer.arn,
      protocol: "HTTP",
      port: 80,
      defaultActions: [
        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
      ],
      tags,
    },
    options,
  );
  return new lb.Listener(
    `${name}-listener`,
    {
      loadBalancerArn: loadBalancer.arn,
      protocol: "HTTPS",
      port: 443,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn,
      defaultActions,
      tags,
    },
    options,
  );
}
