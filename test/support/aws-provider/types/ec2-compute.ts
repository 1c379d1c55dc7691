import * as sdk from "@aws-sdk/client-ec2";
import { type Aws, given, one } from "../api";
import { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { ec2Tags, tagMap, updateEc2Tags } from "./tags";

const ec2 = (aws: Aws): sdk.EC2Client => aws.client(sdk.EC2Client);

function blockDevice(mapping: Props): sdk.LaunchTemplateBlockDeviceMappingRequest {
  const ebs = mapping.object("ebs");
  return {
    DeviceName: mapping.maybeText("deviceName"),
    ...(ebs === undefined
      ? {}
      : {
          Ebs: {
            DeleteOnTermination: ebs.maybeFlag("deleteOnTermination"),
            Encrypted: ebs.maybeFlag("encrypted"),
            KmsKeyId: ebs.maybeText("kmsKeyId"),
            Iops: ebs.maybeNumber("iops"),
            Throughput: ebs.maybeNumber("throughput"),
            VolumeSize: ebs.maybeNumber("volumeSize"),
            VolumeType: ebs.maybeChoice("volumeType", sdk.VolumeType),
          },
        }),
  };
}

function networkInterface(item: Props): sdk.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest {
  return {
    DeviceIndex: item.maybeNumber("deviceIndex") ?? 0,
    AssociatePublicIpAddress: item.maybeFlag("associatePublicIpAddress"),
    DeleteOnTermination: item.maybeFlag("deleteOnTermination"),
    SubnetId: item.maybeText("subnetId"),
    Groups: item.maybeTexts("securityGroups"),
  };
}

function metadataOptions(found: Props): sdk.LaunchTemplateInstanceMetadataOptionsRequest {
  return {
    HttpEndpoint: found.maybeChoice("httpEndpoint", sdk.LaunchTemplateInstanceMetadataEndpointState),
    HttpTokens: found.maybeChoice("httpTokens", sdk.LaunchTemplateHttpTokensState),
    HttpPutResponseHopLimit: found.maybeNumber("httpPutResponseHopLimit"),
    InstanceMetadataTags: found.maybeChoice(
      "instanceMetadataTags",
      sdk.LaunchTemplateInstanceMetadataTagsState,
    ),
  };
}

function templateData(inputs: Props): sdk.RequestLaunchTemplateData {
  const userData = inputs.maybeText("userData");
  if (userData !== undefined && !/^[A-Za-z0-9+/=\s]*$/.test(userData)) {
    throw new Error("userData of a launch template must be base64");
  }
  const [profile, metadata, placement] = ["iamInstanceProfile", "metadataOptions", "placement"].map((key) =>
    inputs.object(key),
  );
  return {
    ImageId: inputs.maybeText("imageId"),
    InstanceType: inputs.maybeChoice("instanceType", sdk._InstanceType),
    KeyName: inputs.maybeText("keyName"),
    UserData: userData,
    EbsOptimized: inputs.maybeFlag("ebsOptimized"),
    SecurityGroupIds: inputs.maybeTexts("vpcSecurityGroupIds"),
    InstanceInitiatedShutdownBehavior: inputs.maybeChoice(
      "instanceInitiatedShutdownBehavior",
      sdk.ShutdownBehavior,
    ),
    IamInstanceProfile: profile && { Arn: profile.maybeText("arn"), Name: profile.maybeText("name") },
    MetadataOptions: metadata && metadataOptions(metadata),
    Monitoring: inputs.has("monitoring")
      ? { Enabled: inputs.object("monitoring")?.flag("enabled") }
      : undefined,
    Placement: placement && {
      GroupName: placement.maybeText("groupName"),
      AvailabilityZone: placement.maybeText("availabilityZone"),
      Tenancy: placement.maybeChoice("tenancy", sdk.Tenancy),
    },
    BlockDeviceMappings: inputs.objects("blockDeviceMappings").map(blockDevice),
    NetworkInterfaces: inputs.objects("networkInterfaces").map(networkInterface),
    TagSpecifications: inputs.objects("tagSpecifications").map((item) => ({
      ResourceType: item.choice("resourceType", sdk.ResourceType),
      Tags: item.tags(),
    })),
  };
}

const launchTemplate: ResourceType = {
  naming: { property: "name", longest: 128 },
  replaceOn: ["name", "namePrefix"],
  async create(inputs, aws) {
    const answer = await ec2(aws).send(
      new sdk.CreateLaunchTemplateCommand({
        LaunchTemplateName: inputs.text("name"),
        VersionDescription: inputs.maybeText("description"),
        LaunchTemplateData: templateData(inputs),
        TagSpecifications: ec2Tags("launch-template", inputs),
      }),
    );
    return given(answer.LaunchTemplate?.LaunchTemplateId, "LaunchTemplateId");
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }));
    const found = one(answer.LaunchTemplates, id);
    // What the emulator answers with a template are the tags of its birth.
    const Filters = [{ Name: "resource-id", Values: [id] }];
    const { Tags } = await ec2(aws).send(new sdk.DescribeTagsCommand({ Filters }));
    return {
      arn: aws.arn("ec2", `launch-template/${id}`),
      latestVersion: Number(found.LatestVersionNumber),
      defaultVersion: Number(found.DefaultVersionNumber),
      tags: tagMap(Tags),
    };
  },
  async update(id, news, olds, aws) {
    const data = (props: Props): string =>
      JSON.stringify(templateData(new Props({ ...props.all, tags: undefined })));
    if (data(news) !== data(olds)) {
      const answer = await ec2(aws).send(
        new sdk.CreateLaunchTemplateVersionCommand({
          LaunchTemplateId: id,
          VersionDescription: news.maybeText("description"),
          LaunchTemplateData: templateData(news),
        }),
      );
      if (news.flag("updateDefaultVersion")) {
        const version = String(answer.LaunchTemplateVersion?.VersionNumber);
        await ec2(aws).send(
          new sdk.ModifyLaunchTemplateCommand({ LaunchTemplateId: id, DefaultVersion: version }),
        );
      }
    }
    await updateEc2Tags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
  },
};

export const types: ResourceTypes = {
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
};
