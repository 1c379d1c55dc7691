import { gzipSync } from "node:zlib";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags, lastingTags } from "../context";
import { CpuArchitecture } from "../settings";
import type { MachineImage } from "./machine-image";

/** EC2 takes no more user data than this, before base64. */
export const USER_DATA_LIMIT_BYTES = 16_384;

/**
 * User data as EC2 takes it. A long text is compressed, which cloud-init undoes.
 * @throws RangeError above EC2's limit, where the launch would fail much later
 */
export function encodeUserData(text: string): string {
  const plain = Buffer.from(text);
  const data = plain.length > USER_DATA_LIMIT_BYTES ? gzipSync(plain, { level: 9 }) : plain;
  if (data.length > USER_DATA_LIMIT_BYTES) {
    throw new RangeError(`user data has ${data.length} bytes; EC2 takes ${USER_DATA_LIMIT_BYTES}`);
  }
  return data.toString("base64");
}

export interface LaunchTemplateSettings {
  readonly environment: EnvironmentIdentity;
  /** Name that people find in the console: `app`, `generator`. */
  readonly title: string;
  readonly instanceType: string;
  readonly image: MachineImage;
  readonly instanceProfileArn: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly volumeGiB: number;
  /** Bash. */
  readonly userData: pulumi.Input<string>;
  readonly placementGroupName?: pulumi.Input<string>;
  /** Burstable types pay for what goes beyond their credits, so that a run is not slowed down half-way. */
  readonly unlimitedCredits: boolean;
}

/**
 * How an instance is launched: metadata version 2 only, an encrypted volume that goes with it, minute metrics, no public address and no key:
 * people come in through Systems Manager.
 */
export function createLaunchTemplate(
  name: string,
  settings: LaunchTemplateSettings,
  options: pulumi.CustomResourceOptions,
): ec2.LaunchTemplate {
  const { environment, image, placementGroupName, title } = settings;
  return new ec2.LaunchTemplate(
    templateName(name, image),
    {
      imageId: image.id,
      instanceType: settings.instanceType,
      iamInstanceProfile: { arn: settings.instanceProfileArn },
      userData: pulumi.output(settings.userData).apply(encodeUserData),
      updateDefaultVersion: true,
      ebsOptimized: "true",
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          deleteOnTermination: "true",
          securityGroups: [settings.securityGroupId],
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: settings.volumeGiB,
            encrypted: "true",
            deleteOnTermination: "true",
          },
        },
      ],
      ...(placementGroupName === undefined ? {} : { placement: { groupName: placementGroupName } }),
      ...(settings.unlimitedCredits ? { creditSpecification: { cpuCredits: "unlimited" } } : {}),
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        // Another expiry is no reason for new instances; those of a group get it from the group.
        tags: lastingTags(environment, title),
      })),
      tags: awsTags(environment, title),
    },
    image.newestOf === undefined ? options : pulumi.mergeOptions(options, { ignoreChanges: ["imageId"] }),
  );
}

/** An image that stays must not stay when the processor becomes another, so that its template is another as well. */
const templateName = (name: string, { newestOf }: MachineImage): string =>
  newestOf === CpuArchitecture.X8664 ? `${name}-x86-64` : name;

/** `t4g.small` and its like. */
export const isBurstable = (instanceType: string): boolean => /^t\d/.test(instanceType);
