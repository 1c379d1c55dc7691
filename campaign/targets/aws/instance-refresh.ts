import {
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  InstanceRefreshStatus,
} from "@aws-sdk/client-auto-scaling";
import { FinalFailure, UnderWay } from "../checks";

const UNDER_WAY = new Set<InstanceRefreshStatus>([
  InstanceRefreshStatus.Pending,
  InstanceRefreshStatus.InProgress,
  InstanceRefreshStatus.Baking,
  InstanceRefreshStatus.Cancelling,
  InstanceRefreshStatus.RollbackInProgress,
]);

/**
 * Every instance in service runs the version of the launch template that the group names. A changed application replaces instances long
 * after the engine has said that it is done, and until then the old ones are healthy and serve: a run would measure the old version.
 * @param refreshMs longest that the replacement may take
 * @throws UnderWay while AWS replaces instances; FinalFailure when it has ended without having replaced them
 */
export async function runsItsVersion(
  groupName: string,
  autoScaling: AutoScalingClient,
  refreshMs: number,
): Promise<void> {
  // Newest first.
  const { InstanceRefreshes = [] } = await autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: groupName, MaxRecords: 1 }),
  );
  const latest = InstanceRefreshes[0];
  if (latest?.Status !== undefined) checkRefresh(groupName, latest, latest.Status, refreshMs);
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groupName] }),
  );
  const group = AutoScalingGroups[0];
  const wanted =
    group?.LaunchTemplate ?? group?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (group === undefined || wanted === undefined) {
    throw new Error(`there is no Auto Scaling group ${groupName} with a launch template`);
  }
  const inService = (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === "InService");
  const others = inService.filter(
    ({ LaunchTemplate }) =>
      LaunchTemplate?.LaunchTemplateId !== wanted.LaunchTemplateId ||
      LaunchTemplate?.Version !== wanted.Version,
  );
  if (others.length > 0) {
    const ids = others.map(({ InstanceId }) => InstanceId).join(", ");
    throw new Error(
      `${others.length} of ${inService.length} instances do not run version ${wanted.Version} of the launch template: ${ids}`,
    );
  }
}

function checkRefresh(
  groupName: string,
  { PercentageComplete = 0, StatusReason }: InstanceRefresh,
  status: InstanceRefreshStatus,
  refreshMs: number,
): void {
  if (status === InstanceRefreshStatus.Successful) return;
  const reason = StatusReason === undefined ? "" : `: ${StatusReason}`;
  if (UNDER_WAY.has(status)) {
    throw new UnderWay(
      `AWS replaces the instances of ${groupName} (${status}, ${PercentageComplete} %)${reason}`,
      refreshMs,
    );
  }
  // After a rollback the group itself names the version before.
  const again = status.startsWith("Rollback")
    ? "pulumi up"
    : `aws autoscaling start-instance-refresh --auto-scaling-group-name ${groupName} --preferences SkipMatching=true`;
  throw new FinalFailure(
    `the last replacement of instances ended as ${status}${reason}. Once its cause is mended: ${again}`,
  );
}
