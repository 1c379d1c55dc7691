import {
  AutoScalingClient,
  DeleteAutoScalingGroupCommand,
  DeleteWarmPoolCommand,
  paginateDescribeAutoScalingGroups,
} from "@aws-sdk/client-auto-scaling";
import {
  DeleteLaunchTemplateCommand,
  DeletePlacementGroupCommand,
  DeleteVolumeCommand,
  DescribePlacementGroupsCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeVolumes,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { arnPattern, belongs, collect, pickFound } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { networkFilters, tagFilter } from "./ec2-filters";
import { partName } from "./names";

const ec2 = (world: World): EC2Client => world.clients.client(EC2Client);

export const autoScalingGroup: ResourceKind = {
  kind: "autoscaling:autoScalingGroup",
  waitsFor: [],
  arn: arnPattern("autoscaling", "autoScalingGroup:"),
  async list(world) {
    const client = world.clients.client(AutoScalingClient);
    const names = ["app", "fleet"].map((part) => partName(world.environmentId, part));
    const groups = await Promise.all(
      [{ Filters: [tagFilter(world)] }, { AutoScalingGroupNames: names }].map((input) =>
        collect(paginateDescribeAutoScalingGroups({ client }, input), (page) => page.AutoScalingGroups),
      ),
    );
    return pickFound(groups.flat(), (group) => {
      const { AutoScalingGroupName: id = "", Status: status } = group;
      const foundBy = belongs(world, group.Tags, FoundBy.Name);
      if (foundBy === undefined) return undefined;
      return {
        id,
        region: world.region,
        foundBy,
        ...(status === undefined ? {} : { state: status, going: true }),
      };
    });
  },
  async remove({ id }, world) {
    const client = world.clients.client(AutoScalingClient);
    const [group] = await collect(
      paginateDescribeAutoScalingGroups({ client }, { AutoScalingGroupNames: [id] }),
      (page) => page.AutoScalingGroups,
    );
    if (
      group?.WarmPoolConfiguration !== undefined &&
      group.WarmPoolConfiguration.Status !== "PendingDelete"
    ) {
      await client.send(new DeleteWarmPoolCommand({ AutoScalingGroupName: id, ForceDelete: true }));
    }
    await client.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: id, ForceDelete: true }));
  },
};

export const instance: ResourceKind = {
  kind: "ec2:instance",
  waitsFor: ["autoscaling:autoScalingGroup"],
  arn: arnPattern("ec2", "instance/"),
  async list(world) {
    const client = ec2(world);
    const reservations = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeInstances({ client }, { Filters }), (page) => page.Reservations),
      ),
    );
    const instances = reservations.flat().flatMap(({ Instances = [] }) => Instances);
    return pickFound(instances, ({ InstanceId: id = "", State, Tags }): Found | undefined => {
      const state = State?.Name ?? "unknown";
      const foundBy = belongs(world, Tags, FoundBy.Network);
      if (foundBy === undefined || state === "terminated") return undefined;
      return { id, region: world.region, foundBy, state, going: state === "shutting-down" };
    });
  },
  async remove({ id }, world) {
    await ec2(world).send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  },
};

export const launchTemplate: ResourceKind = {
  kind: "ec2:launch-template",
  waitsFor: ["autoscaling:autoScalingGroup"],
  arn: arnPattern("ec2", "launch-template/"),
  async list(world) {
    const pages = paginateDescribeLaunchTemplates({ client: ec2(world) }, { Filters: [tagFilter(world)] });
    const templates = await collect(pages, (page) => page.LaunchTemplates);
    return pickFound(templates, ({ LaunchTemplateId: id = "" }) => ({
      id,
      region: world.region,
      foundBy: FoundBy.Tag,
    }));
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
  },
};

export const placementGroup: ResourceKind = {
  kind: "ec2:placement-group",
  waitsFor: ["ec2:instance"],
  arn: arnPattern("ec2", "placement-group/"),
  async list(world) {
    const answer = await ec2(world).send(new DescribePlacementGroupsCommand({ Filters: [tagFilter(world)] }));
    return pickFound(answer.PlacementGroups ?? [], ({ GroupName: id = "", State: state = "", Tags }) => {
      const foundBy = belongs(world, Tags);
      if (foundBy === undefined || state === "deleted") return undefined;
      return { id, region: world.region, foundBy, state, going: state === "deleting" };
    });
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeletePlacementGroupCommand({ GroupName: id }));
  },
};

export const volume: ResourceKind = {
  kind: "ec2:volume",
  waitsFor: ["ec2:instance"],
  arn: arnPattern("ec2", "volume/"),
  async list(world) {
    const pages = paginateDescribeVolumes({ client: ec2(world) }, { Filters: [tagFilter(world)] });
    const volumes = await collect(pages, (page) => page.Volumes);
    return pickFound(volumes, ({ VolumeId: id = "", State: state = "" }) =>
      state === "deleted"
        ? undefined
        : { id, region: world.region, foundBy: FoundBy.Tag, state, going: state === "deleting" },
    );
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeleteVolumeCommand({ VolumeId: id }));
  },
};
