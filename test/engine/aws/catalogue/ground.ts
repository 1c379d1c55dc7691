import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as vpc from "@pulumi/aws/vpc";
import * as awsx from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";

export type Tags = Record<string, string>;
export type Ground = ReturnType<typeof network>;
export type Roles = ReturnType<typeof identities>;

export function network(roles: Roles, tags: Tags) {
  const net = new awsx.Vpc("net", {
    cidrBlock: "10.30.0.0/16",
    numberOfAvailabilityZones: 2,
    natGateways: { strategy: "OnePerAz" },
    subnetStrategy: "Auto",
    subnetSpecs: [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }],
    tags,
  });
  const group = new ec2.SecurityGroup("all", {
    vpcId: net.vpcId,
    ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["10.30.0.0/16"], self: true }],
    tags,
  });
  const prefixList = ec2.getManagedPrefixListOutput({
    name: "com.amazonaws.global.cloudfront.origin-facing",
  });
  new vpc.SecurityGroupIngressRule("edge-in", {
    securityGroupId: group.id,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    prefixListId: prefixList.id,
    tags,
  });
  new vpc.SecurityGroupEgressRule("out", {
    securityGroupId: group.id,
    ipProtocol: "-1",
    referencedSecurityGroupId: group.id,
  });
  new ec2.DefaultSecurityGroup("default", { vpcId: net.vpcId });
  new ec2.VpcEndpoint("s3", {
    vpcId: net.vpcId,
    serviceName: "com.amazonaws.eu-west-1.s3",
    routeTableIds: net.routeTables.apply((tables) => pulumi.output(tables.map((table) => table.id))),
    tags,
  });
  new ec2.VpcEndpoint("ssm", {
    vpcId: net.vpcId,
    serviceName: "com.amazonaws.eu-west-1.ssm",
    vpcEndpointType: "Interface",
    privateDnsEnabled: true,
    subnetIds: net.privateSubnetIds,
    securityGroupIds: [group.id],
    tags,
  });
  const record = new cloudwatch.LogGroup("flow", { retentionInDays: 3, tags });
  new ec2.FlowLog("flow", {
    vpcId: net.vpcId,
    trafficType: "ALL",
    logDestination: record.arn,
    iamRoleArn: roles.instance.arn,
    maxAggregationInterval: 60,
    tags,
  });
  return { net, groupIds: [group.id] };
}

export function identities(tags: Tags) {
  const trust = (service: string): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });
  const instance = new iam.Role("instance", { assumeRolePolicy: trust("ec2.amazonaws.com"), tags });
  const document = iam.getPolicyDocumentOutput({
    statements: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::files/*"] }],
  });
  new iam.RolePolicy("files", { role: instance.id, policy: document.json });
  new iam.RolePolicyAttachment("ssm", {
    role: instance.name,
    policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
  });
  new iam.ServiceLinkedRole("scaling", {
    awsServiceName: "autoscaling.amazonaws.com",
    customSuffix: "catalogue",
  });
  new iam.Policy("own", { policy: document.json, tags });
  const profile = new iam.InstanceProfile("instance", { role: instance.name, tags });
  return { instance, profile };
}

export function storage(tags: Tags): s3.Bucket {
  const bucket = new s3.Bucket("files", { forceDestroy: true, tags });
  const { id } = bucket;
  const controls = new s3.BucketOwnershipControls("files", {
    bucket: id,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  new s3.BucketPublicAccessBlock("files", { bucket: id, blockPublicAcls: true }, { dependsOn: controls });
  new s3.BucketServerSideEncryptionConfiguration("files", {
    bucket: id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: true }],
  });
  new s3.BucketVersioning("files", { bucket: id, versioningConfiguration: { status: "Enabled" } });
  new s3.BucketLifecycleConfiguration("files", {
    bucket: id,
    rules: [
      {
        id: "end",
        status: "Enabled",
        filter: { prefix: "" },
        expiration: { days: 7 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  });
  new s3.BucketPolicy("files", {
    bucket: id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: bucket.arn }],
    }),
  });
  new s3.BucketObjectv2("package", {
    bucket: id,
    key: "package.json",
    source: new pulumi.asset.FileAsset("package.json"),
    serverSideEncryption: "AES256",
  });
  return bucket;
}
