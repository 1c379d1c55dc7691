import {
  activityFinished,
  applyLimits,
  decide,
  initialScalingState,
  type Observation,
  ScalingDirection,
  type ScalingState,
} from "../../../components/local/autoscaler";
import { STEPPED, TRACKING } from "./policies";

const LIMITS = { minInstances: 1, maxInstances: 10 };
const START: ScalingState = initialScalingState(LIMITS);

const seen = (atMs: number, metric: number | null, measured: number, rest: Partial<Observation> = {}) => ({
  atMs,
  metric,
  measured,
  warming: 0,
  terminating: 0,
  protectedInstances: 0,
  ...rest,
});

/** Feeds one observation a second and returns every decision with its second. */
function run(
  observations: readonly Observation[],
  policy = TRACKING,
  limits = LIMITS,
  state: ScalingState = START,
) {
  const decisions: { atMs: number; to: number; direction: ScalingDirection; wanted: number }[] = [];
  let current = state;
  for (const observation of observations) {
    const outcome = decide(current, observation, policy, limits);
    current = outcome.state;
    if (outcome.decision !== null) {
      const { to, direction, wanted } = outcome.decision;
      decisions.push({ atMs: observation.atMs, to, direction, wanted });
    }
  }
  return { decisions, state: current };
}
const seconds = (count: number, metric: number | null, measured: number, rest: Partial<Observation> = {}) =>
  Array.from({ length: count }, (_, second) => seen(second * 1000, metric, measured, rest));

describe("target tracking scale-out", () => {
  it("acts in the third of three consecutive periods above the target, not before", () => {
    expect(run(seconds(2, 80, 1)).decisions).toEqual([]);
    expect(run(seconds(3, 80, 1)).decisions).toEqual([
      { atMs: 2000, to: 2, direction: ScalingDirection.Out, wanted: 2 },
    ]);
  });

  it("starts counting again after one period at the target", () => {
    const values = [80, 80, 50, 80, 80];
    expect(run(values.map((value, i) => seen(i * 1000, value, 1))).decisions).toEqual([]);
  });

  it("launches as many as the metric is above the target in proportion", () => {
    expect(run(seconds(3, 130, 2)).decisions.map(({ to }) => to)).toEqual([6]); // ceil(2 * 130 / 50) = ceil(5.2)
  });

  it("needs no instance more for a rounding error", () => {
    const policy = { ...TRACKING, targetValue: 0.1 };
    // 3 * 0.2 / 0.1 is 6.000000000000001 in floating point.
    expect(run(seconds(3, 0.2, 3), policy, LIMITS, { ...START, desired: 3 }).decisions[0]?.to).toBe(6);
  });

  it("stops at the maximum and says what it wanted", () => {
    const limits = { minInstances: 1, maxInstances: 3 };
    expect(run(seconds(3, 400, 1), TRACKING, limits).decisions).toEqual([
      { atMs: 2000, to: 3, direction: ScalingDirection.Out, wanted: 8 },
    ]);
  });

  it("counts warming instances as launched: the same load asks for nothing more after the cooldown", () => {
    const policy = { ...TRACKING, scaleOutCooldownSeconds: 0, instanceWarmupSeconds: 60 };
    const first = run(seconds(3, 140, 1), policy); // 1 -> 3
    const later = Array.from({ length: 30 }, (_, i) => seen(3000 + i * 1000, 140, 1, { warming: 2 }));
    expect(run(later, policy, LIMITS, first.state).decisions).toEqual([]);
  });

  it("adds the difference only when the load of the measured instances grows during a warm-up", () => {
    const policy = { ...TRACKING, scaleOutCooldownSeconds: 0 };
    const first = run(seconds(3, 60, 4), policy, LIMITS, { ...START, desired: 4 }); // ceil(4.8) = 5
    expect(first.decisions.map(({ to }) => to)).toEqual([5]);
    const more = run([seen(3000, 75, 4, { warming: 1 })], policy, LIMITS, first.state); // ceil(6) = 6
    expect(more.decisions.map(({ to }) => to)).toEqual([6]);
  });

  it("waits for the whole scale-out cooldown and acts in the period in which it ends", () => {
    // Alarm goes on; two measured from second 3 on, still far above.
    const observations = [
      ...seconds(3, 100, 1),
      ...Array.from({ length: 12 }, (_, i) => seen(3000 + i * 1000, 100, 2)),
    ];
    expect(run(observations).decisions.map(({ atMs, to }) => [atMs, to])).toEqual([
      [2000, 2],
      [12_000, 4],
    ]);
  });

  it("survives one missing period in a breach but not a breach's length of silence", () => {
    const short = [80, 80, null, 80].map((value, i) => seen(i * 1000, value, 1));
    expect(run(short).decisions.map(({ atMs }) => atMs)).toEqual([3000]);
    const long = [80, 80, null, null, null, 80, 80].map((value, i) => seen(i * 1000, value, 1));
    expect(run(long).decisions).toEqual([]);
  });
});

describe("target tracking scale-in", () => {
  const three: ScalingState = { ...START, desired: 3 };

  it("needs fifteen periods below 90 % of the target and keeps the fewest that stay below it", () => {
    expect(run(seconds(14, 10, 3), TRACKING, LIMITS, three).decisions).toEqual([]);
    expect(run(seconds(15, 10, 3), TRACKING, LIMITS, three).decisions).toEqual([
      { atMs: 14_000, to: 1, direction: ScalingDirection.In, wanted: 1 },
    ]);
  });

  it("does nothing between 90 % and 100 % of the target", () => {
    expect(run(seconds(60, 45, 3), TRACKING, LIMITS, three).decisions).toEqual([]);
  });

  it("does nothing when one instance fewer would bring the rest to the target", () => {
    // 3 * 34 = 102: two would stand at 51.
    expect(run(seconds(60, 34, 3), TRACKING, LIMITS, three).decisions).toEqual([]);
    // 3 * 33 = 99: two would stand at 49.5.
    expect(run(seconds(15, 33, 3), TRACKING, LIMITS, three).decisions[0]?.to).toBe(2);
  });

  it("never acts on missing data", () => {
    expect(run(seconds(100, null, 3), TRACKING, LIMITS, three).decisions).toEqual([]);
    const gap = [...seconds(14, 10, 3), seen(14_000, null, 3), ...seconds(14, 10, 3)];
    expect(run(gap, TRACKING, LIMITS, three).decisions).toEqual([]);
  });

  it("never acts when no instance is measured", () => {
    expect(run(seconds(60, 10, 0, { warming: 3 }), TRACKING, LIMITS, three).decisions).toEqual([]);
  });

  it("waits while instances are warming up, leaving or being replaced", () => {
    expect(run(seconds(60, 10, 2, { warming: 1 }), TRACKING, LIMITS, three).decisions).toEqual([]);
    expect(run(seconds(60, 10, 3, { terminating: 1 }), TRACKING, LIMITS, three).decisions).toEqual([]);
    expect(run(seconds(60, 10, 2), TRACKING, LIMITS, three).decisions).toEqual([]);
  });

  it("counts the scale-in cooldown from the end of the last activity", () => {
    const finished = activityFinished(three, 5000);
    const observations = seconds(40, 10, 3);
    expect(run(observations, TRACKING, LIMITS, finished).decisions[0]?.atMs).toBe(25_000);
  });

  it("can be switched off", () => {
    const policy = { ...TRACKING, disableScaleIn: true };
    expect(run(seconds(60, 0, 3), policy, LIMITS, three).decisions).toEqual([]);
  });

  it("keeps protected instances", () => {
    expect(run(seconds(15, 1, 3, { protectedInstances: 2 }), TRACKING, LIMITS, three).decisions[0]?.to).toBe(
      2,
    );
    expect(run(seconds(60, 1, 3, { protectedInstances: 3 }), TRACKING, LIMITS, three).decisions).toEqual([]);
  });
});

describe("step scaling", () => {
  const four: ScalingState = { ...START, desired: 4 };

  it("adds by how far the metric is above the threshold", () => {
    expect(run(seconds(3, 65, 4), STEPPED, LIMITS, four).decisions[0]?.to).toBe(5);
    expect(run(seconds(3, 95, 4), STEPPED, LIMITS, four).decisions[0]?.to).toBe(7);
  });

  it("counts instances in warm-up as part of the answer, as in AWS's example", () => {
    const policy = { ...STEPPED, scaleOutCooldownSeconds: 0 };
    const first = run(seconds(3, 65, 4), policy, LIMITS, four); // +1: 5
    const same = run([seen(3000, 66, 4, { warming: 1 })], policy, LIMITS, first.state);
    expect(same.decisions).toEqual([]);
    const higher = run([seen(4000, 75, 4, { warming: 1 })], policy, LIMITS, same.state); // +3 on four: 7
    expect(higher.decisions[0]?.to).toBe(7);
  });

  it("removes by how far the metric is below the threshold, down to the minimum", () => {
    expect(run(seconds(15, 35, 4), STEPPED, LIMITS, four).decisions[0]?.to).toBe(3);
    expect(run(seconds(15, 5, 3), STEPPED, LIMITS, { ...START, desired: 3 }).decisions[0]).toMatchObject({
      to: 1,
      wanted: 0,
    });
  });

  it("does nothing in a step of zero", () => {
    expect(run(seconds(60, 55, 4), STEPPED, LIMITS, four).decisions).toEqual([]);
  });
});

describe("limits", () => {
  it("hold at once when they change, whatever the cooldown", () => {
    const busy = { ...START, desired: 2, scaledOutAtMs: 1000, lastActivityAtMs: 1000 };
    expect(applyLimits(busy, { minInstances: 4, maxInstances: 6 }, 1001).decision?.to).toBe(4);
    expect(applyLimits(busy, { minInstances: 1, maxInstances: 1 }, 1001).decision).toMatchObject({
      direction: ScalingDirection.In,
      from: 2,
      to: 1,
    });
    expect(applyLimits(busy, LIMITS, 1001).decision).toBeNull();
  });
});
