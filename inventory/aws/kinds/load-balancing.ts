import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { arnPattern, belongs, collect } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { isProtectedHint } from "./kept";
import { partName } from "./names";

const elb = (world: World): ElasticLoadBalancingV2Client =>
  world.clients.client(ElasticLoadBalancingV2Client);

interface Named {
  readonly arn: string;
  readonly name: string;
  readonly state?: string;
}

/** Those of the environment, by name or tag. Only what one of the two speaks for is asked for its tags. */
async function ours(world: World, all: readonly Named[], names: readonly string[]): Promise<Found[]> {
  const candidates = all.filter(({ arn, name }) => names.includes(name) || world.taggedArns.includes(arn));
  if (candidates.length === 0) return [];
  const { TagDescriptions = [] } = await elb(world).send(
    new DescribeTagsCommand({ ResourceArns: candidates.map(({ arn }) => arn) }),
  );
  return candidates.flatMap(({ arn, state }) => {
    const tags = TagDescriptions.find(({ ResourceArn }) => ResourceArn === arn)?.Tags;
    const foundBy = belongs(world, tags, FoundBy.Name);
    if (foundBy === undefined) return [];
    return { id: arn, region: world.region, foundBy, ...(state === undefined ? {} : { state }) };
  });
}

async function isProtected(world: World, arn: string): Promise<boolean> {
  const { Attributes = [] } = await elb(world).send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
  );
  return Attributes.some(({ Key, Value }) => Key === "deletion_protection.enabled" && Value === "true");
}

export const loadBalancer: ResourceKind = {
  kind: "elasticloadbalancing:loadbalancer",
  waitsFor: [],
  arn: arnPattern("elasticloadbalancing", "loadbalancer/"),
  async list(world) {
    const pages = paginateDescribeLoadBalancers({ client: elb(world) }, {});
    const all = (await collect(pages, (page) => page.LoadBalancers)).map((one) => ({
      arn: one.LoadBalancerArn ?? "",
      name: one.LoadBalancerName ?? "",
      state: one.State?.Code ?? "unknown",
    }));
    const found = await ours(world, all, [partName(world.environmentId, "app")]);
    return Promise.all(
      found.map(async (one) =>
        (await isProtected(world, one.id))
          ? {
              ...one,
              kept: isProtectedHint(
                `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${one.id} --attributes Key=deletion_protection.enabled,Value=false`,
              ),
            }
          : one,
      ),
    );
  },
  async remove({ id }, world) {
    await elb(world).send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }));
  },
};

export const targetGroup: ResourceKind = {
  kind: "elasticloadbalancing:targetgroup",
  waitsFor: ["autoscaling:autoScalingGroup", "ecs:service", "elasticloadbalancing:loadbalancer"],
  arn: arnPattern("elasticloadbalancing", "targetgroup/"),
  async list(world) {
    const pages = paginateDescribeTargetGroups({ client: elb(world) }, {});
    const all = (await collect(pages, (page) => page.TargetGroups)).map((one) => ({
      arn: one.TargetGroupArn ?? "",
      name: one.TargetGroupName ?? "",
    }));
    const names = ["app-ip", "app-ec2"].map((part) => partName(world.environmentId, part));
    return ours(world, all, names);
  },
  async remove({ id }, world) {
    await elb(world).send(new DeleteTargetGroupCommand({ TargetGroupArn: id }));
  },
};
