import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as vpc from "@pulumi/aws/vpc";
import * as awsx from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import * as random from "@pulumi/random";

const tags = { purpose: "stand-in" };

/** Programs of stand-in.test.ts, by name. */
export type Programs =
  | { readonly name: "network"; readonly maxSize?: number; readonly instanceType?: string }
  | { readonly name: "misspelt" | "unknown-input" | "missing-input" | "mixed" | "bucket" | "half-made" };

/** A resource whose inputs no class looks at. */
class AnyResource extends pulumi.CustomResource {}

/** Two instances in a network, a bucket with a file and a secret. */
async function network(maxSize: number, instanceType: string): Promise<Record<string, unknown>> {
  const net = new awsx.Vpc("net", {
    cidrBlock: "10.20.0.0/16",
    numberOfAvailabilityZones: 2,
    enableDnsHostnames: true,
    natGateways: { strategy: "Single" },
    subnetStrategy: "Auto",
    subnetSpecs: [
      { type: "Public", cidrMask: 24 },
      { type: "Private", cidrMask: 20 },
      { type: "Isolated", cidrMask: 24 },
    ],
    tags,
  });
  const group = new ec2.SecurityGroup("app", { vpcId: net.vpcId, description: "app", tags });
  new vpc.SecurityGroupIngressRule("app-in", {
    securityGroupId: group.id,
    ipProtocol: "tcp",
    fromPort: 8080,
    toPort: 8080,
    cidrIpv4: "10.20.0.0/16",
  });
  const bucket = new s3.Bucket("files", { forceDestroy: true, tags });
  new s3.BucketPublicAccessBlock("files", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
  });
  new s3.BucketObjectv2("hello", {
    bucket: bucket.id,
    key: "hello.txt",
    source: new pulumi.asset.StringAsset("hello"),
  });
  const password = new random.RandomPassword("password", { length: 24, special: false });
  const secret = new secretsmanager.Secret("login", { recoveryWindowInDays: 0, tags });
  new secretsmanager.SecretVersion("login", {
    secretId: secret.id,
    secretString: pulumi.jsonStringify({ user: "app", password: password.result }),
  });
  const image = ec2.getAmiOutput({ owners: ["amazon"], mostRecent: true });
  const template = new ec2.LaunchTemplate("app", {
    imageId: image.id,
    instanceType,
    updateDefaultVersion: true,
    vpcSecurityGroupIds: [group.id],
    metadataOptions: { httpTokens: "required" },
    userData: Buffer.from("#!/bin/sh\n").toString("base64"),
  });
  const scaling = new autoscaling.Group("app", {
    minSize: 1,
    maxSize,
    desiredCapacity: 2,
    vpcZoneIdentifiers: net.privateSubnetIds,
    launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
    tags: [{ key: "purpose", value: "stand-in", propagateAtLaunch: true }],
  });
  return {
    vpcId: net.vpcId,
    vpcCidr: net.vpc.cidrBlock,
    isolated: net.isolatedSubnetIds,
    scalingGroup: scaling.name,
    secretArn: secret.arn,
    password: password.result,
    bucket: bucket.bucket,
  };
}

export default function program(args: Programs): PulumiFn {
  return async () => {
    switch (args.name) {
      case "network":
        return network(args.maxSize ?? 2, args.instanceType ?? "t4g.small");
      case "misspelt": {
        // The package's own classes drop what they do not know at the top, but not further down.
        const misspelt: object = { metadataOptions: { httpToken: "required" } };
        new ec2.LaunchTemplate("typo", { ...misspelt });
        return {};
      }
      case "unknown-input":
        new AnyResource("aws:ec2/vpc:Vpc", "typo", { cidrBlok: "10.0.0.0/16" });
        return {};
      case "missing-input":
        new AnyResource("aws:ec2/subnet:Subnet", "short", { cidrBlock: "10.0.0.0/24" });
        return {};
      case "mixed": {
        const bucket = new s3.Bucket("files", { forceDestroy: true, tags });
        new s3.BucketPublicAccessBlock("files", { bucket: bucket.id });
        new ec2.SecurityGroup("app", { description: "app", tags });
        new ec2.PlacementGroup("near", { strategy: "cluster" });
        return {};
      }
      case "half-made":
        // The profile is made, and then the role that goes into it turns out not to exist.
        new iam.InstanceProfile("half", { role: "nobody" });
        return {};
      case "bucket": {
        const bucket = new s3.Bucket("files", { forceDestroy: true, tags });
        return { bucket: bucket.bucket };
      }
    }
  };
}
