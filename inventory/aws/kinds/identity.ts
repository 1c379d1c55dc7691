import {
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  type InstanceProfile,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfiles,
  paginateListInstanceProfilesForRole,
  paginateListRolePolicies,
  paginateListRoles,
  RemoveRoleFromInstanceProfileCommand,
  type Role,
} from "@aws-sdk/client-iam";
import { arnPattern, collect } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { iamPath } from "./names";

/** IAM is in no region; its calls go where the environment is, and mean the whole account. */
const GLOBAL = "global";

const iam = (world: World): IAMClient => world.clients.client(IAMClient);

const asFound = (id: string): Found => ({ id, region: GLOBAL, foundBy: FoundBy.Name });

/** Below the path and nowhere else: not every endpoint heeds a path. */
const isBelow = (world: World, { Path }: { readonly Path?: string | undefined }): boolean =>
  Path === iamPath(world.environmentId);

async function profiles(world: World): Promise<InstanceProfile[]> {
  const pages = paginateListInstanceProfiles(
    { client: iam(world) },
    { PathPrefix: iamPath(world.environmentId) },
  );
  const all = await collect(pages, (page) => page.InstanceProfiles);
  return all.filter((one) => isBelow(world, one));
}

export const instanceProfile: ResourceKind = {
  kind: "iam:instance-profile",
  waitsFor: ["autoscaling:autoScalingGroup", "ec2:instance", "ec2:launch-template"],
  arn: arnPattern("iam", "instance-profile/"),
  async list(world) {
    return (await profiles(world)).map(({ InstanceProfileName = "" }) => asFound(InstanceProfileName));
  },
  async remove({ id }, world) {
    const client = iam(world);
    const profile = (await profiles(world)).find((one) => one.InstanceProfileName === id);
    for (const { RoleName } of profile?.Roles ?? []) {
      await client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: id, RoleName }));
    }
    await client.send(new DeleteInstanceProfileCommand({ InstanceProfileName: id }));
  },
};

async function roles(world: World): Promise<Role[]> {
  const pages = paginateListRoles({ client: iam(world) }, { PathPrefix: iamPath(world.environmentId) });
  const all = await collect(pages, (page) => page.Roles);
  return all.filter((one) => isBelow(world, one));
}

/** Who ends the environment at its expiry: the schedule and the function. */
const isOfExpiry = ({ AssumeRolePolicyDocument = "" }: Role): boolean =>
  /"(lambda|scheduler)\.amazonaws\.com"/.test(decodeURIComponent(AssumeRolePolicyDocument));

async function removeRole({ id }: Found, world: World): Promise<void> {
  const client = iam(world);
  const input = { RoleName: id };
  const [attached, profiles, own] = await Promise.all([
    collect(paginateListAttachedRolePolicies({ client }, input), (page) => page.AttachedPolicies),
    collect(paginateListInstanceProfilesForRole({ client }, input), (page) => page.InstanceProfiles),
    collect(paginateListRolePolicies({ client }, input), (page) => page.PolicyNames),
  ]);
  for (const { PolicyArn } of attached)
    await client.send(new DetachRolePolicyCommand({ ...input, PolicyArn }));
  for (const { InstanceProfileName } of profiles) {
    await client.send(new RemoveRoleFromInstanceProfileCommand({ ...input, InstanceProfileName }));
  }
  // Own permissions last: what removes its own role has them until IAM has told everyone, which is long enough for one more call.
  // Of several the one that allows this is the last by its name; see components/aws/guard/expiry.ts.
  for (const PolicyName of own.sort()) {
    await client.send(new DeleteRolePolicyCommand({ ...input, PolicyName }));
  }
  await client.send(new DeleteRoleCommand(input));
}

export const role: ResourceKind = {
  kind: "iam:role",
  // What acts under a role must have it until the end, to end well.
  waitsFor: [
    "ec2:vpc-flow-log",
    "ecs:service",
    "ecs:task",
    "iam:instance-profile",
    "rds:cluster",
    "rds:db",
    "rds:db-proxy",
  ],
  arn: arnPattern("iam", "role/"),
  async list(world) {
    return (await roles(world))
      .filter((one) => !isOfExpiry(one))
      .map(({ RoleName = "" }) => asFound(RoleName));
  },
  remove: removeRole,
};

/** Roles of the guard, after everything that needs them. */
export const expiryRole: ResourceKind = {
  kind: "iam:expiry-role",
  waitsFor: ["lambda:function", "logs:expiry-log-group", "scheduler:schedule-group"],
  async list(world) {
    return (await roles(world)).filter(isOfExpiry).map(({ RoleName = "" }) => asFound(RoleName));
  },
  remove: removeRole,
};
