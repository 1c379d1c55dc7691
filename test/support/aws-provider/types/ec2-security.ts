import * as sdk from "@aws-sdk/client-ec2";
import { type Aws, given, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { ec2Tags, tagMap, updateEc2Tags } from "./tags";

const ec2 = (aws: Aws): sdk.EC2Client => aws.client(sdk.EC2Client);

/** A rule of a group's `ingress` or `egress` list. */
function permissionOf(rule: Props, groupId: string): sdk.IpPermission {
  const Description = rule.maybeText("description");
  const groups = [...rule.texts("securityGroups"), ...(rule.flag("self") ? [groupId] : [])];
  return {
    IpProtocol: rule.text("protocol"),
    FromPort: rule.number("fromPort"),
    ToPort: rule.number("toPort"),
    IpRanges: rule.texts("cidrBlocks").map((CidrIp) => ({ CidrIp, Description })),
    Ipv6Ranges: rule.texts("ipv6CidrBlocks").map((CidrIpv6) => ({ CidrIpv6, Description })),
    PrefixListIds: rule.texts("prefixListIds").map((PrefixListId) => ({ PrefixListId, Description })),
    UserIdGroupPairs: groups.map((GroupId) => ({ GroupId, Description })),
  };
}

async function authorise(GroupId: string, inputs: Props, aws: Aws): Promise<void> {
  const [ingress, egress] = [inputs.objects("ingress"), inputs.objects("egress")].map((rules) =>
    rules.map((rule) => permissionOf(rule, GroupId)),
  );
  if (ingress !== undefined && ingress.length > 0) {
    await ec2(aws).send(new sdk.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: ingress }));
  }
  if (egress !== undefined && egress.length > 0) {
    await ec2(aws).send(new sdk.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress }));
  }
}

async function revokeAll(
  GroupId: string,
  directions: { ingress: boolean; egress: boolean },
  aws: Aws,
): Promise<void> {
  const answer = await ec2(aws).send(new sdk.DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
  const { IpPermissions = [], IpPermissionsEgress = [] } = one(answer.SecurityGroups, GroupId);
  if (directions.ingress && IpPermissions.length > 0) {
    await ec2(aws).send(new sdk.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  }
  if (directions.egress && IpPermissionsEgress.length > 0) {
    await ec2(aws).send(
      new sdk.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }),
    );
  }
}

const securityGroup: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "namePrefix", "description", "vpcId"],
  async create(inputs, aws, made) {
    const answer = await ec2(aws).send(
      new sdk.CreateSecurityGroupCommand({
        GroupName: inputs.text("name"),
        Description: inputs.maybeText("description") ?? "Managed by Pulumi",
        VpcId: inputs.maybeText("vpcId"),
        TagSpecifications: ec2Tags("security-group", inputs),
      }),
    );
    const id = given(answer.GroupId, "GroupId");
    made(id);
    // AWS lets everything out by default; the provider takes that away.
    await revokeAll(id, { ingress: false, egress: true }, aws);
    await authorise(id, inputs, aws);
    return id;
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    const found = one(answer.SecurityGroups, id);
    return {
      arn: aws.arn("ec2", `security-group/${id}`),
      ownerId: found.OwnerId,
      vpcId: found.VpcId,
      description: found.Description,
      tags: tagMap(found.Tags),
    };
  },
  async update(id, news, olds, aws) {
    const changed = (key: string): boolean =>
      news.has(key) && JSON.stringify(news.all[key]) !== JSON.stringify(olds.all[key]);
    const directions = { ingress: changed("ingress"), egress: changed("egress") };
    if (directions.ingress || directions.egress) {
      // Both are set anew, so both go.
      await revokeAll(id, { ingress: news.has("ingress"), egress: news.has("egress") }, aws);
      await authorise(id, news, aws);
    }
    await updateEc2Tags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DeleteSecurityGroupCommand({ GroupId: id }));
  },
};

/** One rule as a resource of its own. */
function singlePermission(inputs: Props): sdk.IpPermission {
  const Description = inputs.maybeText("description");
  const [cidr4, cidr6] = [inputs.maybeText("cidrIpv4"), inputs.maybeText("cidrIpv6")];
  const [prefixList, group] = [
    inputs.maybeText("prefixListId"),
    inputs.maybeText("referencedSecurityGroupId"),
  ];
  const sources = [cidr4, cidr6, prefixList, group].filter((source) => source !== undefined);
  if (sources.length !== 1)
    throw new Error(`a rule has exactly one source or destination, not ${sources.length}`);
  return {
    IpProtocol: inputs.text("ipProtocol"),
    FromPort: inputs.maybeNumber("fromPort"),
    ToPort: inputs.maybeNumber("toPort"),
    ...(cidr4 === undefined ? {} : { IpRanges: [{ CidrIp: cidr4, Description }] }),
    ...(cidr6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: cidr6, Description }] }),
    ...(prefixList === undefined ? {} : { PrefixListIds: [{ PrefixListId: prefixList, Description }] }),
    ...(group === undefined ? {} : { UserIdGroupPairs: [{ GroupId: group, Description }] }),
  };
}

interface Direction {
  authorise(
    request: sdk.AuthorizeSecurityGroupEgressRequest,
    aws: Aws,
  ): Promise<sdk.SecurityGroupRule[] | undefined>;
  revoke(request: sdk.RevokeSecurityGroupEgressRequest, aws: Aws): Promise<unknown>;
}

const INGRESS: Direction = {
  authorise: async (request, aws) =>
    (await ec2(aws).send(new sdk.AuthorizeSecurityGroupIngressCommand(request))).SecurityGroupRules,
  revoke: (request, aws) => ec2(aws).send(new sdk.RevokeSecurityGroupIngressCommand(request)),
};

const EGRESS: Direction = {
  authorise: async (request, aws) =>
    (await ec2(aws).send(new sdk.AuthorizeSecurityGroupEgressCommand(request))).SecurityGroupRules,
  revoke: (request, aws) => ec2(aws).send(new sdk.RevokeSecurityGroupEgressCommand(request)),
};

function securityGroupRule(direction: Direction): ResourceType {
  return {
    replaceOn: [
      "securityGroupId",
      "ipProtocol",
      "fromPort",
      "toPort",
      "cidrIpv4",
      "cidrIpv6",
      "prefixListId",
      "referencedSecurityGroupId",
      "description",
    ],
    async create(inputs, aws) {
      const request = {
        GroupId: inputs.text("securityGroupId"),
        IpPermissions: [singlePermission(inputs)],
        TagSpecifications: ec2Tags("security-group-rule", inputs),
      };
      const rules = await direction.authorise(request, aws);
      return given(one(rules, "the rule").SecurityGroupRuleId, "SecurityGroupRuleId");
    },
    async read(id, state, aws) {
      const Filters = [{ Name: "group-id", Values: [state.text("securityGroupId")] }];
      const answer = await ec2(aws).send(new sdk.DescribeSecurityGroupRulesCommand({ Filters }));
      const rules = answer.SecurityGroupRules?.filter((rule) => rule.SecurityGroupRuleId === id);
      one(rules, id);
      return { arn: aws.arn("ec2", `security-group-rule/${id}`), securityGroupRuleId: id };
    },
    update: updateEc2Tags,
    async delete(id, state, aws) {
      await direction.revoke({ GroupId: state.text("securityGroupId"), SecurityGroupRuleIds: [id] }, aws);
    },
  };
}

export const types: ResourceTypes = {
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(INGRESS),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(EGRESS),
};
