import {
  decisionIn,
  eventsOf,
  type ScalingActivity,
} from "../../../campaign/targets/aws/telemetry/scaling-events";

/** Worded as AWS does. */
const scaleOut = (instance: string, started: string, ended: string): ScalingActivity => ({
  ActivityId: instance,
  Description: `Launching a new EC2 instance: ${instance}`,
  Cause:
    "At 2030-05-01T10:00:12Z a monitor alarm TargetTracking-app-AlarmHigh-1 in state ALARM triggered policy target-tracking changing the desired capacity from 2 to 4.  At 2030-05-01T10:00:20Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 2 to 4.",
  StartTime: new Date(started),
  EndTime: new Date(ended),
  StatusCode: "Successful",
});

const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;

test("one alarm that starts two instances is one decision and two launches, each in service when its activity ended", () => {
  const events = eventsOf([
    scaleOut("i-0aaaaaaaaaaaaaaaa", "2030-05-01T10:00:22Z", "2030-05-01T10:02:30Z"),
    scaleOut("i-0bbbbbbbbbbbbbbbb", "2030-05-01T10:00:23Z", "2030-05-01T10:02:41Z"),
  ]);
  expect(events.map(({ atUs, event, detail }) => [atUs, event, detail])).toEqual([
    [at("2030-05-01T10:00:12Z"), "scale-out-decided", { from: 2, to: 4 }],
    [at("2030-05-01T10:00:22Z"), "instance-launched", { instance: "i-0aaaaaaaaaaaaaaaa" }],
    [at("2030-05-01T10:00:23Z"), "instance-launched", { instance: "i-0bbbbbbbbbbbbbbbb" }],
    [at("2030-05-01T10:02:30Z"), "instance-in-service", { instance: "i-0aaaaaaaaaaaaaaaa" }],
    [at("2030-05-01T10:02:41Z"), "instance-in-service", { instance: "i-0bbbbbbbbbbbbbbbb" }],
  ]);
});

test("an instance that a health check took out was lost; one that a scale-in took out was drained", () => {
  const terminating = (Cause: string): ScalingActivity => ({
    ActivityId: "1",
    Description: "Terminating EC2 instance: i-0cccccccccccccccc",
    Cause,
    StartTime: new Date("2030-05-01T11:00:00Z"),
    EndTime: new Date("2030-05-01T11:01:00Z"),
    StatusCode: "Successful",
  });
  const names = (activity: ScalingActivity) => eventsOf([activity]).map(({ event }) => event);
  expect(
    names(
      terminating(
        "At 2030-05-01T11:00:00Z an instance was taken out of service in response to an ELB system health check failure.",
      ),
    ),
  ).toEqual(["instance-lost", "instance-ended"]);
  expect(
    names(
      terminating(
        "At 2030-05-01T10:59:50Z a monitor alarm low in state ALARM triggered policy target-tracking changing the desired capacity from 4 to 3.  At 2030-05-01T11:00:00Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 4 to 3.",
      ),
    ),
  ).toEqual(["scale-in-decided", "drain-started", "instance-ended"]);
});

test("an activity that is not done has no end, and a cause without a change of capacity no decision", () => {
  const { EndTime: _, ...activity } = scaleOut(
    "i-0dddddddddddddddd",
    "2030-05-01T10:00:22Z",
    "2030-05-01T10:02:30Z",
  );
  expect(eventsOf([{ ...activity, StatusCode: "InProgress" }]).map(({ event }) => event)).toEqual([
    "scale-out-decided",
    "instance-launched",
  ]);
  expect(decisionIn("At 2030-05-01T10:00:00Z a user request created an AutoScalingGroup.")).toBeUndefined();
});
