import type * as autoscaling from "@pulumi/aws/autoscaling";
import * as pulumi from "@pulumi/pulumi";
import { apmSecretArns } from "../apm/permissions";
import { physicalName } from "../context";
import { createLaunchTemplate, isBurstable } from "../instances/launch-template";
import { machineImage } from "../instances/machine-image";
import { createInstanceProfile } from "../instances/roles";
import { NatStrategy } from "../settings";
import { createAutoScalingGroup } from "./auto-scaling-group";
import { createBundleObject, packFolder } from "./bundle";
import { createGroupScaling } from "./group-scaling";
import { appPermissions } from "./instance-role";
import { appInstanceType } from "./instance-type";
import { type Balancer, createLoadBalancer, TargetType } from "./load-balancer";
import { createMasking, maskingSeconds } from "./masking";
import {
  type AppFlavourOutputs,
  type AppParts,
  balancerSource,
  connectionTexts,
  storedVariables,
} from "./parts";
import type { ScalingSource } from "./scaling-policies";
import { secretArns } from "./secret-references";
import { appUserData } from "./user-data";

/** The app tier on EC2: bundle, role, launch template, group and its scaling, behind a balancer. */
export function createInstances(
  name: string,
  parts: AppParts,
  options: pulumi.CustomResourceOptions,
): AppFlavourOutputs {
  const { args, context, connections } = parts;
  const { application, environment, sizing } = args;
  const settings = context.settings.app;
  const { region } = context.settings;
  const ground = context.ground();
  const groupName = physicalName(environment, "app");
  const instanceType = appInstanceType(settings, sizing);

  const packed = packFolder(application.workingDirectory);
  const bundle = createBundleObject(
    `${name}-bundle`,
    { environment, bucketName: ground.bucketName, bundle: packed },
    options,
  );
  const masking = createMasking(
    `${name}-masking`,
    { environment, bucketName: ground.bucketName, database: context.settings.database },
    options,
  );
  const variablesSecret = storedVariables(name, parts, options);
  const balancer = createLoadBalancer(
    name,
    { environment, application, settings, ground, targetType: TargetType.Instance },
    options,
  );
  const profile = createInstanceProfile(
    `${name}-instance`,
    {
      environment,
      title: "app",
      bucketArn: ground.bucketArn,
      statements: pulumi
        .all([ground.bucketArn, ground.logGroupName, connections, variablesSecret ?? pulumi.output("")])
        .apply(([bucketArn, logGroupName, urls, variablesArn]) =>
          appPermissions({
            region,
            bucketArn,
            logGroupName,
            groupName,
            secretArns: [
              ...secretArns(connectionTexts(urls)),
              ...(variablesArn === "" ? [] : [variablesArn]),
              ...apmSecretArns(args.apm),
            ],
            apm: args.apm,
          }),
        ),
    },
    options,
  );
  const userData = pulumi
    .all([
      ground.bucketName,
      ground.logGroupName,
      connections,
      variablesSecret ?? pulumi.output(""),
      // The key as the store gives it back: no instance starts before the bundle lies there.
      bundle.key,
      masking ?? pulumi.output(undefined),
    ])
    .apply(([bucketName, logGroupName, urls, variablesArn, key, maskingFile]) =>
      appUserData({
        environment,
        application,
        connections: urls,
        region,
        packages: settings.packages,
        port: settings.port,
        bucketName,
        bundle: { key, sha256: packed.sha256 },
        ...(maskingFile === undefined ? {} : { masking: maskingFile }),
        internet: context.settings.network.nat !== NatStrategy.None,
        logGroupName,
        groupName,
        ...(variablesArn === "" ? {} : { variablesSecretArn: variablesArn }),
        ...(args.apm === undefined
          ? {}
          : { apm: { settings: args.apm, architecture: settings.architecture } }),
      }),
    );
  const template = createLaunchTemplate(
    `${name}-launch-template`,
    {
      environment,
      title: "app",
      instanceType,
      image: machineImage(settings.architecture, settings.imageId, parts.parent),
      instanceProfileArn: profile.arn,
      securityGroupId: ground.securityGroups.app,
      volumeGiB: settings.volumeGiB,
      userData,
      // The other types of a mixed group may know no credits, and would be refused.
      unlimitedCredits: isBurstable(instanceType) && settings.spot === undefined,
    },
    options,
  );
  const group = createAutoScalingGroup(
    `${name}-group`,
    {
      environment,
      groupName,
      sizing,
      application,
      settings,
      maskingSeconds: maskingSeconds(context.settings.database.masking),
      template,
      instanceType,
      subnetIds: ground.subnets.privateIds,
      balancer,
    },
    options,
  );
  createGroupScaling(
    `${name}-scaling`,
    group,
    { environment, policy: sizing.scaling, settings, source: groupSource(group, groupName, balancer) },
    options,
  );
  return { url: balancer.url, inService: group.id.apply(() => sizing.minInstances) };
}

function groupSource(group: autoscaling.Group, groupName: string, balancer: Balancer): ScalingSource {
  const dimensions = { AutoScalingGroupName: groupName };
  return {
    cpu: { namespace: "AWS/EC2", name: "CPUUtilization", dimensions },
    instances: { namespace: "AWS/AutoScaling", name: "GroupInServiceInstances", dimensions },
    ...balancerSource(balancer, group.id),
  };
}
