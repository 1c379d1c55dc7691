import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { DBClusterNotFoundFault, InvalidDBInstanceStateFault, RDSClient } from "@aws-sdk/client-rds";
import {
  removeScaledReaders,
  type ScaledReaderClients,
} from "../../../components/aws/database/scaled-readers";

const OPTIONS = { deadlineSeconds: 5, pollSeconds: 0.001 };
const METADATA = { $metadata: {}, message: "" };

interface Call {
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}
type Answer = (call: Call) => object;

/** Real clients whose requests go no further than their first middleware. */
function clients(calls: Call[], answer: Answer): ScaledReaderClients {
  const settings = {
    region: "eu-west-1",
    credentials: { accessKeyId: "stand-in", secretAccessKey: "stand-in" },
  };
  const rds = new RDSClient(settings);
  const scaling = new ApplicationAutoScalingClient(settings);
  const respond = (command: string, input: object): { output: { $metadata: object }; response: object } => {
    const call = { command, input: { ...input } };
    calls.push(call);
    return { output: { $metadata: {}, ...answer(call) }, response: {} };
  };
  const place = { step: "initialize", name: "stand-in", priority: "high" } as const;
  rds.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) =>
        respond(String(commandName), input),
    place,
  );
  scaling.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) =>
        respond(String(commandName), input),
    place,
  );
  return { rds, scaling };
}

const members = (...names: string[]): object => ({
  DBClusters: [{ DBClusterMembers: names.map((DBInstanceIdentifier) => ({ DBInstanceIdentifier })) }],
});

test("scaling is suspended first; then what it added goes, and what was declared stays", async () => {
  const calls: Call[] = [];
  const looks = [
    members("pb-writer", "application-autoscaling-1", "application-autoscaling-2"),
    members("pb-writer", "application-autoscaling-2"),
    members("pb-writer"),
  ];
  const removed = await removeScaledReaders(
    "pb-database",
    clients(calls, ({ command, input }) => {
      if (command === "DescribeScalableTargetsCommand") return { ScalableTargets: [{}] };
      if (command === "DescribeDBClustersCommand") return looks.shift() ?? {};
      // The second one is on its way down already when it is asked to go again.
      if (input.DBInstanceIdentifier === "application-autoscaling-2" && looks.length === 1) {
        throw new InvalidDBInstanceStateFault(METADATA);
      }
      return {};
    }),
    OPTIONS,
  );
  expect(removed).toBe(2);
  expect(calls[1]).toEqual({
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
  const deletions = calls.filter(({ command }) => command === "DeleteDBInstanceCommand");
  expect(deletions.map(({ input }) => input)).toEqual([
    { DBInstanceIdentifier: "application-autoscaling-1", SkipFinalSnapshot: true },
    { DBInstanceIdentifier: "application-autoscaling-2", SkipFinalSnapshot: true },
    { DBInstanceIdentifier: "application-autoscaling-2", SkipFinalSnapshot: true },
  ]);
});

test("without a scalable target none is made; without a cluster there is nothing to do", async () => {
  const calls: Call[] = [];
  const removed = await removeScaledReaders(
    "pb-database",
    clients(calls, ({ command }) => {
      if (command === "DescribeDBClustersCommand") throw new DBClusterNotFoundFault(METADATA);
      return { ScalableTargets: [] };
    }),
    OPTIONS,
  );
  expect(removed).toBe(0);
  expect(calls.map(({ command }) => command)).toEqual([
    "DescribeScalableTargetsCommand",
    "DescribeDBClustersCommand",
  ]);
});

test("readers that stay are named, and an error of another kind is not kept quiet", async () => {
  const stuck = clients([], ({ command }) =>
    command === "DescribeDBClustersCommand" ? members("application-autoscaling-1") : {},
  );
  await expect(
    removeScaledReaders("pb-database", stuck, { deadlineSeconds: 0.01, pollSeconds: 0.001 }),
  ).rejects.toMatchObject({
    code: "PERFBED_SCALED_READERS_LEFT",
    message: expect.stringContaining("application-autoscaling-1"),
  });
  const refused = clients([], ({ command }) => {
    if (command === "DeleteDBInstanceCommand") throw new Error("access denied");
    return command === "DescribeDBClustersCommand" ? members("application-autoscaling-1") : {};
  });
  await expect(removeScaledReaders("pb-database", refused, OPTIONS)).rejects.toThrow("access denied");
});
