import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { DBInstance } from "@aws-sdk/client-rds";
import type { DatabaseServer } from "../../../campaign/targets/aws/databases";
import { runsItsVersion } from "../../../campaign/targets/aws/instance-refresh";
import { refreshMs, requireParameters } from "../../../campaign/targets/aws/verify";
import { FinalFailure } from "../../../campaign/targets/checks";
import { awsSettings } from "../../../components/aws/settings";
import { awsSizings } from "../../../components/aws/sizings";
import { storefront } from "../../../sample/storefront/application";
import { answerCalls } from "../../support/aws-answers";

const REGION = "eu-west-1";
const template = (Version: string, LaunchTemplateId = "lt-1") => ({ LaunchTemplateId, Version });
const instance = (InstanceId: string, LaunchTemplate: object, LifecycleState = "InService") => ({
  InstanceId,
  LaunchTemplate,
  LifecycleState,
});

/** Looks at a group as AWS has it. */
async function look(group: object, refresh?: object): Promise<void> {
  const client = new AutoScalingClient({ region: REGION });
  answerCalls([client], ({ command }) =>
    command === "DescribeInstanceRefreshesCommand"
      ? { InstanceRefreshes: refresh === undefined ? [] : [refresh] }
      : { AutoScalingGroups: [group] },
  );
  try {
    await runsItsVersion("shop-app", client, 90_000);
  } finally {
    client.destroy();
  }
}

const replaced = {
  LaunchTemplate: template("2"),
  Instances: [instance("i-2", template("2")), instance("i-1", template("1"), "Terminating:Wait")],
};

test("a group runs its version when every instance in service does, whatever drains beside them", async () => {
  await expect(look(replaced)).resolves.toBeUndefined();
  await expect(look(replaced, { Status: "Successful" })).resolves.toBeUndefined();
});

test("an instance of another version, or of another template with the same number, is named", async () => {
  const policy = { LaunchTemplate: { LaunchTemplateSpecification: template("2") } };
  const mixed = {
    MixedInstancesPolicy: policy,
    Instances: [instance("i-1", template("1")), instance("i-2", template("2"))],
  };
  await expect(look(mixed)).rejects.toThrow(
    "1 of 2 instances do not run version 2 of the launch template: i-1",
  );
  const other = { LaunchTemplate: template("2"), Instances: [instance("i-1", template("2", "lt-0"))] };
  await expect(look(other)).rejects.toThrow("1 of 1 instances");
});

test.each(["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"])(
  "a replacement that is %s is waited for, for as long as it may take",
  async (Status) => {
    await expect(look(replaced, { Status, PercentageComplete: 50 })).rejects.toMatchObject({
      name: "UnderWay",
      deadlineMs: 90_000,
      message: expect.stringContaining(`${Status}, 50 %`),
    });
  },
);

test.each([
  ["Failed", "start-instance-refresh --auto-scaling-group-name shop-app"],
  ["Cancelled", "start-instance-refresh --auto-scaling-group-name shop-app"],
  ["RollbackFailed", "pulumi up"],
  ["RollbackSuccessful", "pulumi up"],
])("a replacement that ended as %s fails at once, with AWS's reason and what to do", async (Status, toDo) => {
  const failure = look(replaced, { Status, StatusReason: "no healthy instance" });
  await expect(failure).rejects.toBeInstanceOf(FinalFailure);
  await expect(failure).rejects.toThrow(`ended as ${Status}: no healthy instance`);
  await expect(failure).rejects.toThrow(toDo);
});

test("a replacement may take as long as launch, warm-up and drain of every instance, one after the other", () => {
  const { small } = awsSizings;
  if (small === undefined) throw new Error("no sizing small");
  const { setup: _, ...sample } = storefront();
  const scaling = { ...small.app.scaling, instanceWarmupSeconds: 60 };
  const plan = {
    application: { ...sample, startTimeoutSeconds: 30, drainSeconds: 10 },
    sizing: { ...small, app: { ...small.app, maxInstances: 4, scaling } },
  };
  // 240 s for the boot, 30 to start, 60 to be warm, 50 to drain.
  expect(refreshMs(plan, awsSettings({ region: REGION }))).toBe(4 * 380_000);
  const warmPool = { minSize: 1, running: false };
  expect(refreshMs(plan, awsSettings({ region: REGION, app: { warmPool } }))).toBe(5 * 380_000);
});

function server(id: string, statuses: readonly string[], clusterParameters?: string): DatabaseServer {
  const DBParameterGroups = statuses.map((ParameterApplyStatus) => ({ ParameterApplyStatus }));
  const made: DBInstance = { DBInstanceIdentifier: id, DBParameterGroups };
  return {
    id,
    name: id,
    isReplica: false,
    instance: made,
    ...(clusterParameters === undefined ? {} : { clusterParameters }),
  };
}

test("parameters in sync, and servers of which AWS says nothing, are fine; those that are applied are waited for", () => {
  expect(() => requireParameters([server("a", ["in-sync"], "in-sync"), server("b", [])])).not.toThrow();
  const applying = () => requireParameters([server("a", ["in-sync"], "applying")]);
  expect(applying).toThrow("parameters of a are applying");
  expect(applying).not.toThrow(FinalFailure);
});

test("a server that waits for a reboot fails at once, once, with the command; so does one that could not take its parameters", () => {
  const servers = [
    server("shop-writer", ["pending-reboot"], "pending-reboot"),
    server("shop-reader-1", ["failed-to-apply"]),
    server("shop-reader-2", ["applying"]),
  ];
  expect(() => requireParameters(servers)).toThrow(FinalFailure);
  expect(() => requireParameters(servers)).toThrow(
    "shop-writer takes its changed parameters with a reboot: aws rds reboot-db-instance --db-instance-identifier shop-writer; shop-reader-1 could not take",
  );
});
