import * as sdk from "@aws-sdk/client-lambda";
import { type Aws, given } from "../api";
import { archiveContents } from "../assets";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { updateTags } from "./tags";

const client = (aws: Aws): sdk.LambdaClient => aws.client(sdk.LambdaClient);

function codeOf(inputs: Props): sdk.FunctionCode {
  if (inputs.has("code")) return { ZipFile: archiveContents(inputs.all.code) };
  const image = inputs.maybeText("imageUri");
  if (image !== undefined) return { ImageUri: image };
  return { S3Bucket: inputs.text("s3Bucket"), S3Key: inputs.text("s3Key") };
}

function configuration(inputs: Props) {
  const [environment, vpc] = [inputs.object("environment"), inputs.object("vpcConfig")];
  return {
    Role: inputs.text("role"),
    Runtime: inputs.maybeChoice("runtime", sdk.Runtime),
    Handler: inputs.maybeText("handler"),
    Description: inputs.maybeText("description"),
    Timeout: inputs.maybeNumber("timeout"),
    MemorySize: inputs.maybeNumber("memorySize"),
    Environment: environment && { Variables: environment.map("variables") },
    VpcConfig: vpc && { SubnetIds: vpc.texts("subnetIds"), SecurityGroupIds: vpc.texts("securityGroupIds") },
  };
}

const lambdaFunction: ResourceType = {
  naming: { property: "name", longest: 64 },
  replaceOn: ["name", "packageType", "architectures"],
  async create(inputs, aws) {
    const FunctionName = inputs.text("name");
    const [architecture] = inputs.texts("architectures");
    await client(aws).send(
      new sdk.CreateFunctionCommand({
        ...configuration(inputs),
        FunctionName,
        Code: codeOf(inputs),
        PackageType: inputs.maybeChoice("packageType", sdk.PackageType),
        Architectures:
          architecture === undefined ? undefined : [architecture === "arm64" ? "arm64" : "x86_64"],
        Tags: inputs.map("tags"),
      }),
    );
    return FunctionName;
  },
  async read(id, _state, aws) {
    const { Configuration, Tags } = await client(aws).send(new sdk.GetFunctionCommand({ FunctionName: id }));
    const arn = given(Configuration?.FunctionArn, "FunctionArn");
    const prefix = `arn:aws:apigateway:${aws.region}:lambda:path/2015-03-31/functions`;
    return {
      arn,
      invokeArn: `${prefix}/${arn}/invocations`,
      version: Configuration?.Version,
      tags: Tags ?? {},
    };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.UpdateFunctionConfigurationCommand({ ...configuration(news), FunctionName: id }),
    );
    if (JSON.stringify(news.all.code) !== JSON.stringify(olds.all.code)) {
      await client(aws).send(new sdk.UpdateFunctionCodeCommand({ ...codeOf(news), FunctionName: id }));
    }
    const Resource = olds.text("arn");
    await updateTags(news, olds, {
      set: (tags) => {
        const Tags = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
        return client(aws).send(new sdk.TagResourceCommand({ Resource, Tags }));
      },
      remove: (TagKeys) => client(aws).send(new sdk.UntagResourceCommand({ Resource, TagKeys })),
    });
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteFunctionCommand({ FunctionName: id }));
  },
};

const permission: ResourceType = {
  naming: { property: "statementId", longest: 100 },
  async create(inputs, aws) {
    const StatementId = inputs.text("statementId");
    await client(aws).send(
      new sdk.AddPermissionCommand({
        StatementId,
        FunctionName: inputs.text("function"),
        Action: inputs.text("action"),
        Principal: inputs.text("principal"),
        SourceArn: inputs.maybeText("sourceArn"),
        SourceAccount: inputs.maybeText("sourceAccount"),
      }),
    );
    return StatementId;
  },
  async read(id, state, aws) {
    const { Policy = "" } = await client(aws).send(
      new sdk.GetPolicyCommand({ FunctionName: state.text("function") }),
    );
    return Policy.includes(id) ? {} : undefined;
  },
  async delete(id, state, aws) {
    await client(aws).send(
      new sdk.RemovePermissionCommand({ FunctionName: state.text("function"), StatementId: id }),
    );
  },
};

export const types: ResourceTypes = {
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/permission:Permission": permission,
};
