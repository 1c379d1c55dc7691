import * as sdk from "@aws-sdk/client-iam";
import { type Aws, given, isGone } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.IAMClient => aws.client(sdk.IAMClient);

/** Refused here, before the emulator takes it. */
function policyText(text: string): string {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || !("Statement" in parsed)) {
    throw new Error("MalformedPolicyDocument: a policy has a Statement");
  }
  return text;
}

const role: ResourceType = {
  naming: { property: "name", longest: 64 },
  replaceOn: ["name", "namePrefix", "path"],
  async create(inputs, aws, made) {
    const RoleName = inputs.text("name");
    await client(aws).send(
      new sdk.CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: policyText(inputs.text("assumeRolePolicy")),
        Path: inputs.maybeText("path"),
        Description: inputs.maybeText("description"),
        MaxSessionDuration: inputs.maybeNumber("maxSessionDuration"),
        PermissionsBoundary: inputs.maybeText("permissionsBoundary"),
        Tags: inputs.tags(),
      }),
    );
    made(RoleName);
    for (const PolicyArn of inputs.texts("managedPolicyArns")) {
      await client(aws).send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn }));
    }
    for (const policy of inputs.objects("inlinePolicies")) {
      const PolicyDocument = policyText(policy.text("policy"));
      await client(aws).send(
        new sdk.PutRolePolicyCommand({ RoleName, PolicyName: policy.text("name"), PolicyDocument }),
      );
    }
    return RoleName;
  },
  async read(id, _state, aws) {
    const { Role } = await client(aws).send(new sdk.GetRoleCommand({ RoleName: id }));
    return { arn: Role?.Arn, uniqueId: Role?.RoleId, createDate: Role?.CreateDate, tags: tagMap(Role?.Tags) };
  },
  async update(id, news, olds, aws) {
    const PolicyDocument = policyText(news.text("assumeRolePolicy"));
    await client(aws).send(new sdk.UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument }));
    await client(aws).send(
      new sdk.UpdateRoleCommand({
        RoleName: id,
        Description: news.maybeText("description"),
        MaxSessionDuration: news.maybeNumber("maxSessionDuration"),
      }),
    );
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagRoleCommand({ RoleName: id, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.UntagRoleCommand({ RoleName: id, TagKeys })),
    });
  },
  async delete(id, state, aws) {
    const RoleName = id;
    for (const PolicyArn of state.texts("managedPolicyArns")) {
      await client(aws).send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn }));
    }
    for (const policy of state.objects("inlinePolicies")) {
      await client(aws).send(new sdk.DeleteRolePolicyCommand({ RoleName, PolicyName: policy.text("name") }));
    }
    await client(aws).send(new sdk.DeleteRoleCommand({ RoleName }));
  },
};

async function putRolePolicy(inputs: Props, aws: Aws): Promise<void> {
  await client(aws).send(
    new sdk.PutRolePolicyCommand({
      RoleName: inputs.text("role"),
      PolicyName: inputs.text("name"),
      PolicyDocument: policyText(inputs.text("policy")),
    }),
  );
}

const rolePolicy: ResourceType = {
  naming: { property: "name", longest: 128 },
  replaceOn: ["name", "namePrefix", "role"],
  async create(inputs, aws) {
    await putRolePolicy(inputs, aws);
    return `${inputs.text("role")}:${inputs.text("name")}`;
  },
  async read(_id, state, aws) {
    const [RoleName, PolicyName] = [state.text("role"), state.text("name")];
    await client(aws).send(new sdk.GetRolePolicyCommand({ RoleName, PolicyName }));
    return {};
  },
  async update(_id, news, _olds, aws) {
    await putRolePolicy(news, aws);
  },
  async delete(_id, state, aws) {
    const [RoleName, PolicyName] = [state.text("role"), state.text("name")];
    await client(aws).send(new sdk.DeleteRolePolicyCommand({ RoleName, PolicyName }));
  },
};

const rolePolicyAttachment: ResourceType = {
  async create(inputs, aws) {
    const [RoleName, PolicyArn] = [inputs.text("role"), inputs.text("policyArn")];
    await client(aws).send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn }));
    return `${RoleName}/${PolicyArn}`;
  },
  async read(_id, state, aws) {
    const answer = await client(aws).send(
      new sdk.ListAttachedRolePoliciesCommand({ RoleName: state.text("role") }),
    );
    const arns = answer.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn);
    return arns?.includes(state.text("policyArn")) ? {} : undefined;
  },
  async delete(_id, state, aws) {
    const [RoleName, PolicyArn] = [state.text("role"), state.text("policyArn")];
    await client(aws).send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn }));
  },
};

const policy: ResourceType = {
  naming: { property: "name", longest: 128 },
  replaceOn: ["name", "namePrefix", "path", "description", "policy"],
  async create(inputs, aws) {
    const { Policy } = await client(aws).send(
      new sdk.CreatePolicyCommand({
        PolicyName: inputs.text("name"),
        Path: inputs.maybeText("path"),
        Description: inputs.maybeText("description"),
        PolicyDocument: policyText(inputs.text("policy")),
        Tags: inputs.tags(),
      }),
    );
    return given(Policy?.Arn, "Arn");
  },
  async read(id, _state, aws) {
    const { Policy } = await client(aws).send(new sdk.GetPolicyCommand({ PolicyArn: id }));
    return { arn: id, policyId: Policy?.PolicyId, tags: tagMap(Policy?.Tags) };
  },
  async update(id, news, olds, aws) {
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagPolicyCommand({ PolicyArn: id, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.UntagPolicyCommand({ PolicyArn: id, TagKeys })),
    });
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeletePolicyCommand({ PolicyArn: id }));
  },
};

const instanceProfile: ResourceType = {
  naming: { property: "name", longest: 128 },
  replaceOn: ["name", "namePrefix", "path", "role"],
  async create(inputs, aws, made) {
    const InstanceProfileName = inputs.text("name");
    await client(aws).send(
      new sdk.CreateInstanceProfileCommand({
        InstanceProfileName,
        Path: inputs.maybeText("path"),
        Tags: inputs.tags(),
      }),
    );
    made(InstanceProfileName);
    const RoleName = inputs.maybeText("role");
    if (RoleName !== undefined) {
      await client(aws).send(new sdk.AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
    return InstanceProfileName;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.GetInstanceProfileCommand({ InstanceProfileName: id }));
    const found = answer.InstanceProfile;
    return { arn: found?.Arn, uniqueId: found?.InstanceProfileId, tags: tagMap(found?.Tags) };
  },
  async update(id, news, olds, aws) {
    const InstanceProfileName = id;
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagInstanceProfileCommand({ InstanceProfileName, Tags })),
      remove: (TagKeys) =>
        client(aws).send(new sdk.UntagInstanceProfileCommand({ InstanceProfileName, TagKeys })),
    });
  },
  async delete(id, state, aws) {
    const RoleName = state.maybeText("role");
    if (RoleName !== undefined) {
      try {
        await client(aws).send(
          new sdk.RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: id, RoleName }),
        );
      } catch (error) {
        // The role may be gone although the profile is not.
        if (!isGone(error)) throw error;
      }
    }
    await client(aws).send(new sdk.DeleteInstanceProfileCommand({ InstanceProfileName: id }));
  },
};

const serviceLinkedRole: ResourceType = {
  replaceOn: ["awsServiceName", "customSuffix"],
  async create(inputs, aws) {
    const { Role } = await client(aws).send(
      new sdk.CreateServiceLinkedRoleCommand({
        AWSServiceName: inputs.text("awsServiceName"),
        CustomSuffix: inputs.maybeText("customSuffix"),
      }),
    );
    return given(Role?.Arn, "Arn");
  },
  async read(id, _state, aws) {
    const RoleName = id.split("/").at(-1);
    const { Role } = await client(aws).send(new sdk.GetRoleCommand({ RoleName }));
    return { arn: id, name: RoleName, path: Role?.Path };
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteServiceLinkedRoleCommand({ RoleName: id.split("/").at(-1) }));
  },
};

export const types: ResourceTypes = {
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/policy:Policy": policy,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": serviceLinkedRole,
};
