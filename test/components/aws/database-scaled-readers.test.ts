import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { DBClusterNotFoundFault, InvalidDBInstanceStateFault, RDSClient } from "@aws-sdk/client-rds";
import {
  removeScaledReaders,
  type ScaledReaderClients,
} from "../../../components/aws/database/scaled-readers";
import { type AwsCall, answerCalls } from "../../support/aws-answers";

const OPTIONS = { deadlineSeconds: 5, pollSeconds: 0.001 };
const METADATA = { $metadata: {}, message: "" };

/** @returns what the function takes, and every call it made */
function clients(
  answer: (call: AwsCall) => object,
): ScaledReaderClients & { readonly calls: readonly AwsCall[] } {
  const settings = { region: "eu-west-1" };
  const rds = new RDSClient(settings);
  const scaling = new ApplicationAutoScalingClient(settings);
  return { rds, scaling, calls: answerCalls([rds, scaling], answer) };
}

const members = (...names: string[]): object => ({
  DBClusters: [{ DBClusterMembers: names.map((DBInstanceIdentifier) => ({ DBInstanceIdentifier })) }],
});

test("scaling is suspended first; then what it added goes, and what was declared stays", async () => {
  const looks = [
    members("pb-writer", "application-autoscaling-1", "application-autoscaling-2"),
    members("pb-writer", "application-autoscaling-2"),
    members("pb-writer"),
  ];
  const aws = clients(({ command, input }) => {
    if (command === "DescribeScalableTargetsCommand") return { ScalableTargets: [{}] };
    if (command === "DescribeDBClustersCommand") return looks.shift() ?? {};
    // The second one is on its way down already when it is asked to go again.
    if (input.DBInstanceIdentifier === "application-autoscaling-2" && looks.length === 1) {
      throw new InvalidDBInstanceStateFault(METADATA);
    }
    return {};
  });
  expect(await removeScaledReaders("pb-database", aws, OPTIONS)).toBe(2);
  expect(aws.calls[1]).toEqual({
    command: "RegisterScalableTargetCommand",
    input: {
      ServiceNamespace: "rds",
      ScalableDimension: "rds:cluster:ReadReplicaCount",
      ResourceId: "cluster:pb-database",
      MinCapacity: 0,
      SuspendedState: {
        DynamicScalingInSuspended: true,
        DynamicScalingOutSuspended: true,
        ScheduledScalingSuspended: true,
      },
    },
  });
  const deletions = aws.calls.filter(({ command }) => command === "DeleteDBInstanceCommand");
  expect(deletions.map(({ input }) => input)).toEqual([
    { DBInstanceIdentifier: "application-autoscaling-1", SkipFinalSnapshot: true },
    { DBInstanceIdentifier: "application-autoscaling-2", SkipFinalSnapshot: true },
    { DBInstanceIdentifier: "application-autoscaling-2", SkipFinalSnapshot: true },
  ]);
});

test("without a scalable target none is made; without a cluster there is nothing to do", async () => {
  const aws = clients(({ command }) => {
    if (command === "DescribeDBClustersCommand") throw new DBClusterNotFoundFault(METADATA);
    return { ScalableTargets: [] };
  });
  expect(await removeScaledReaders("pb-database", aws, OPTIONS)).toBe(0);
  expect(aws.calls.map(({ command }) => command)).toEqual([
    "DescribeScalableTargetsCommand",
    "DescribeDBClustersCommand",
  ]);
});

test("readers that stay are named, and an error of another kind is not kept quiet", async () => {
  const stuck = clients(({ command }) =>
    command === "DescribeDBClustersCommand" ? members("application-autoscaling-1") : {},
  );
  await expect(
    removeScaledReaders("pb-database", stuck, { deadlineSeconds: 0.01, pollSeconds: 0.001 }),
  ).rejects.toMatchObject({
    code: "PERFBED_SCALED_READERS_LEFT",
    message: expect.stringContaining("application-autoscaling-1"),
  });
  const refused = clients(({ command }) => {
    if (command === "DeleteDBInstanceCommand") throw new Error("access denied");
    return command === "DescribeDBClustersCommand" ? members("application-autoscaling-1") : {};
  });
  await expect(removeScaledReaders("pb-database", refused, OPTIONS)).rejects.toThrow("access denied");
});
