import * as ec2 from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Aws, given, one } from "./api";
import type { Props } from "./props";
import { tagMap } from "./types/tags";
import type { PropertyMap } from "./wire";

type AwsFunction = (args: Props, aws: Aws) => Promise<PropertyMap>;

const filtersOf = (args: Props): ec2.Filter[] =>
  args.objects("filters").map((filter) => ({ Name: filter.text("name"), Values: filter.texts("values") }));

const getAmi: AwsFunction = async (args, aws) => {
  const { Images = [] } = await aws
    .client(ec2.EC2Client)
    .send(new ec2.DescribeImagesCommand({ Owners: args.maybeTexts("owners"), Filters: filtersOf(args) }));
  const newestFirst = Images.toSorted((a, b) => (b.CreationDate ?? "").localeCompare(a.CreationDate ?? ""));
  if (newestFirst.length > 1 && !args.flag("mostRecent")) throw new Error("more than one image fits");
  const found = one(newestFirst, "an image of this description");
  return {
    id: found.ImageId,
    imageId: found.ImageId,
    arn: `arn:aws:ec2:${aws.region}::image/${found.ImageId}`,
    name: found.Name,
    architecture: found.Architecture,
    ownerId: found.OwnerId,
    creationDate: found.CreationDate,
    rootDeviceName: found.RootDeviceName,
    state: found.State,
  };
};

const getParameter: AwsFunction = async (args, aws) => {
  const { Parameter } = await aws
    .client(SSMClient)
    .send(
      new GetParameterCommand({ Name: args.text("name"), WithDecryption: args.maybeFlag("withDecryption") }),
    );
  return {
    id: Parameter?.Name,
    name: Parameter?.Name,
    arn: Parameter?.ARN,
    type: Parameter?.Type,
    value: Parameter?.Value,
    insecureValue: Parameter?.Type === "SecureString" ? "" : Parameter?.Value,
    version: Parameter?.Version,
  };
};

const getAvailabilityZones: AwsFunction = async (_args, aws) => {
  const { AvailabilityZones = [] } = await aws
    .client(ec2.EC2Client)
    .send(new ec2.DescribeAvailabilityZonesCommand({}));
  return {
    id: aws.region,
    names: AvailabilityZones.map(({ ZoneName }) => ZoneName),
    zoneIds: AvailabilityZones.map(({ ZoneId }) => ZoneId),
    groupNames: [aws.region],
  };
};

const getManagedPrefixList: AwsFunction = async (args, aws) => {
  const name = args.maybeText("name");
  const Filters = [
    ...filtersOf(args),
    ...(name === undefined ? [] : [{ Name: "prefix-list-name", Values: [name] }]),
  ];
  const { PrefixLists = [] } = await aws
    .client(ec2.EC2Client)
    .send(new ec2.DescribeManagedPrefixListsCommand({ Filters }));
  // The emulator knows the lists of few services of AWS; any other of AWS's own is taken to exist.
  const [found] = PrefixLists.filter(({ PrefixListName }) => name === undefined || PrefixListName === name);
  if (found === undefined && name?.startsWith("com.amazonaws.") !== true)
    throw new Error(`no prefix list ${name}`);
  const id =
    found?.PrefixListId ??
    `pl-${Buffer.from(name ?? "")
      .toString("hex")
      .slice(-8)}`;
  return {
    id,
    arn: aws.arn("ec2", `prefix-list/${id}`),
    name: found?.PrefixListName ?? name,
    entries: [],
    tags: {},
  };
};

const getSubnet: AwsFunction = async (args, aws) => {
  const id = args.text("id");
  const { Subnets } = await aws
    .client(ec2.EC2Client)
    .send(new ec2.DescribeSubnetsCommand({ SubnetIds: [id] }));
  const found = one(Subnets, id);
  return {
    id,
    arn: found.SubnetArn,
    vpcId: found.VpcId,
    cidrBlock: found.CidrBlock,
    availabilityZone: found.AvailabilityZone,
    availabilityZoneId: found.AvailabilityZoneId,
    tags: tagMap(found.Tags),
  };
};

const getCallerIdentity: AwsFunction = async (_args, aws) => {
  const found = await aws.client(STSClient).send(new GetCallerIdentityCommand({}));
  return { id: found.Account, accountId: found.Account, arn: found.Arn, userId: found.UserId };
};

const getRegion: AwsFunction = async (_args, aws) => ({
  id: aws.region,
  name: aws.region,
  region: aws.region,
  description: aws.region,
  endpoint: `ec2.${aws.region}.amazonaws.com`,
});

const getPartition: AwsFunction = async () => ({
  id: "aws",
  partition: "aws",
  dnsSuffix: "amazonaws.com",
  reverseDnsPrefix: "com.amazonaws",
});

/** One is a text and several are a list, as AWS writes policies. */
const oneOrMany = (texts: readonly string[]): string | readonly string[] | undefined =>
  texts.length === 1 ? texts[0] : texts.length === 0 ? undefined : texts;

function statementOf(statement: Props): PropertyMap {
  const conditions: Record<string, Record<string, unknown>> = {};
  for (const condition of statement.objects("conditions")) {
    const test = condition.text("test");
    conditions[test] = {
      ...conditions[test],
      [condition.text("variable")]: oneOrMany(condition.texts("values")),
    };
  }
  const principals = statement
    .objects("principals")
    .map((item) => [item.text("type"), oneOrMany(item.texts("identifiers"))] as const);
  const anyone = principals.some(([type]) => type === "*");
  return {
    Sid: statement.maybeText("sid"),
    Effect: statement.maybeText("effect") ?? "Allow",
    Action: oneOrMany(statement.texts("actions")),
    NotAction: oneOrMany(statement.texts("notActions")),
    Resource: oneOrMany(statement.texts("resources")),
    NotResource: oneOrMany(statement.texts("notResources")),
    Principal: principals.length === 0 ? undefined : anyone ? "*" : Object.fromEntries(principals),
    Condition: Object.keys(conditions).length === 0 ? undefined : conditions,
  };
}

const getPolicyDocument: AwsFunction = async (args) => {
  const document = { Version: "2012-10-17", Statement: args.objects("statements").map(statementOf) };
  return {
    id: "policy",
    json: JSON.stringify(document, undefined, 2),
    minifiedJson: JSON.stringify(document),
  };
};

const getElbServiceAccount: AwsFunction = async () => ({
  id: "127311923021",
  arn: "arn:aws:iam::127311923021:root",
});

const FUNCTIONS: Readonly<Record<string, AwsFunction>> = {
  "aws:ec2/getAmi:getAmi": getAmi,
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": getManagedPrefixList,
  "aws:ec2/getSubnet:getSubnet": getSubnet,
  "aws:elb/getServiceAccount:getServiceAccount": getElbServiceAccount,
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,
  "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getPartition:getPartition": getPartition,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:ssm/getParameter:getParameter": getParameter,
};

/** Functions of the package (data sources): what the program looks up instead of making it. */
export async function callFunction(token: string, args: Props, aws: Aws): Promise<PropertyMap> {
  const found = given(FUNCTIONS[token], `function ${token}; see the README.md of the stand-in`);
  return { ...args.all, ...(await found(args, aws)), region: aws.region };
}
