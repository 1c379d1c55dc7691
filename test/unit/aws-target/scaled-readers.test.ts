import { DBClusterNotFoundFault } from "@aws-sdk/client-rds";
import { AwsClients } from "../../../campaign/targets/aws/clients";
import { clearScaledReaders } from "../../../campaign/targets/aws/scaled-readers";
import { type AwsCall, answerCalls } from "../../support/aws-answers";

/** Clears the environment `shop`, AWS answering so. */
async function clear(answer: (call: AwsCall) => object) {
  const clients = new AwsClients("eu-west-1");
  const calls = answerCalls([clients.rds, clients.applicationAutoScaling], answer);
  try {
    const removed = await clearScaledReaders("shop", clients, { deadlineSeconds: 5, pollSeconds: 0.001 });
    return { removed, calls };
  } finally {
    clients.close();
  }
}

test("of an environment without a cluster nothing more is asked", async () => {
  const { removed, calls } = await clear(() => {
    throw new DBClusterNotFoundFault({ $metadata: {}, message: "no such cluster" });
  });
  expect(removed).toBe(0);
  expect(calls).toEqual([
    { command: "DescribeDBClustersCommand", input: { DBClusterIdentifier: "shop-database" } },
  ]);
});

test("readers that autoscaling added to the environment's cluster go, and no other member", async () => {
  const left = new Set(["shop-writer", "application-autoscaling-1"]);
  const { removed, calls } = await clear(({ command, input }) => {
    if (command === "DeleteDBInstanceCommand") left.delete(String(input.DBInstanceIdentifier));
    const members = [...left].map((DBInstanceIdentifier) => ({ DBInstanceIdentifier }));
    return command === "DescribeDBClustersCommand" ? { DBClusters: [{ DBClusterMembers: members }] } : {};
  });
  expect(removed).toBe(1);
  expect([...left]).toEqual(["shop-writer"]);
  expect(calls.at(1)).toMatchObject({ input: { ResourceIds: ["cluster:shop-database"] } });
});

test("what AWS refuses comes with what to do", async () => {
  await expect(
    clear(() => {
      throw Object.assign(new Error("not you"), { name: "AccessDenied" });
    }),
  ).rejects.toMatchObject({ code: "PERFBED_AWS_ACCESS_DENIED" });
});
