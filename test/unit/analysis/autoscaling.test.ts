import { scaleOutLags } from "../../../analysis/autoscaling";
import { eventTimeline } from "../../../analysis/event-timeline";
import type { EnvironmentEvent } from "../../../storage/schema";

const T0 = 1_760_000_000_000_000;
const at = (
  seconds: number,
  event: string,
  source: string,
  detail: EnvironmentEvent["detail"] = {},
): EnvironmentEvent => ({ atUs: BigInt(T0 + Math.round(seconds * 1e6)), tier: "app", source, event, detail });

/** Warm-up from -10 s at 5/s, a spike to 50/s at 20 s. */
const curve = [
  { atSeconds: -10, ratePerSecond: 5 },
  { atSeconds: 20, ratePerSecond: 5 },
  { atSeconds: 20, ratePerSecond: 50 },
  { atSeconds: 60, ratePerSecond: 50 },
];

const started = [at(-30, "instance-launched", "app-1"), at(-29, "instance-in-service", "app-1")];

test("every new instance is measured from the load step to its first request", () => {
  const events = [
    at(29, "first-request", "app-3"),
    ...started,
    at(24, "scale-out-decided", "autoscaler", { from: 1, to: 3 }),
    at(24.1, "instance-launched", "app-2"),
    at(24.2, "instance-launched", "app-3"),
    at(26, "instance-ready", "app-2"),
    at(26.5, "instance-in-service", "app-2"),
    at(26.6, "first-request", "app-2"),
    at(27, "instance-ready", "app-3"),
  ];
  expect(scaleOutLags(events, curve, T0)).toEqual([
    {
      instance: "app-2",
      loadStepAtSeconds: 20,
      decidedMs: 4000,
      launchedMs: 4100,
      readyMs: 6000,
      inServiceMs: 6500,
      firstRequestMs: 6600,
    },
    {
      instance: "app-3",
      loadStepAtSeconds: 20,
      decidedMs: 4000,
      launchedMs: 4200,
      readyMs: 7000,
      inServiceMs: null,
      firstRequestMs: 9000,
    },
  ]);
});

test("a replacement for a lost instance is no scale-out", () => {
  const events = [
    ...started,
    at(24, "scale-out-decided", "autoscaler", { from: 1, to: 2 }),
    at(24.1, "instance-launched", "app-2"),
    at(40, "instance-lost", "app-2"),
    at(40.5, "instance-launched", "app-3"),
  ];
  expect(scaleOutLags(events, curve, T0).map(({ instance }) => instance)).toEqual(["app-2"]);
});

test("without a rise before the decision, times count from the decision", () => {
  const events = [at(5, "scale-out-decided", "autoscaler"), at(5.25, "instance-launched", "app-2")];
  expect(scaleOutLags(events, [], T0)[0]).toMatchObject({
    loadStepAtSeconds: null,
    decidedMs: 0,
    launchedMs: 250,
  });
});

test("the timeline puts events on the run's axis, in order, with a sentence each", () => {
  const decided = at(24, "scale-out-decided", "autoscaler", {
    from: 1,
    to: 3,
    metric: "cpu-utilization",
    value: 81.5,
    target: 60,
  });
  const timeline = eventTimeline([at(30, "cache-flushed", "cache"), decided, ...started], T0);
  expect(timeline.map(({ atSeconds, text }) => [atSeconds, text])).toEqual([
    [-30, "app-1 launched"],
    [-29, "app-1 in service"],
    [24, "Scale-out decided: 1 to 3 instances; cpu-utilization 81.5, target 60"],
    [30, "cache: cache-flushed"],
  ]);
});
