import * as fc from "fast-check";
import type { ScalingPolicy } from "../../../components/contracts";
import {
  decide,
  initialScalingState,
  type Observation,
  ScalingDirection,
  type ScalingState,
} from "../../../components/local/autoscaler";
import { STEPPED, TRACKING } from "./policies";

const policies: fc.Arbitrary<ScalingPolicy> = fc
  .record({
    base: fc.constantFrom(TRACKING, STEPPED),
    targetValue: fc.integer({ min: 1, max: 1000 }).map((tenths) => tenths / 10),
    scaleOutPeriods: fc.integer({ min: 1, max: 4 }),
    scaleInPeriods: fc.integer({ min: 1, max: 6 }),
    scaleOutCooldownSeconds: fc.integer({ min: 0, max: 8 }),
    scaleInCooldownSeconds: fc.integer({ min: 0, max: 8 }),
    disableScaleIn: fc.boolean(),
  })
  .map(({ base, ...rest }) => ({ ...base, ...rest }));

const limits = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 8 }))
  .map(([minInstances, more]) => ({ minInstances, maxInstances: minInstances + more }));

interface Period {
  /** The metric as a share of the target; null for missing data. */
  readonly load: number | null;
  readonly measuredShare: number;
  readonly terminating: number;
  readonly protectedShare: number;
}

/** Histories as they could happen: stretches of like periods, with figures for a group that often lags behind desired capacity. */
const periods: fc.Arbitrary<Period[]> = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 12 }),
      // Whole percents: random doubles are mostly tiny ones.
      load: fc.option(
        fc.integer({ min: 0, max: 300 }).map((percent) => percent / 100),
        { nil: null, freq: 8 },
      ),
      measuredShare: fc.constantFrom(1, 1, 1, 0.5, 0),
      terminating: fc.constantFrom(0, 0, 0, 1),
      protectedShare: fc.constantFrom(0, 0, 0, 0.5, 1),
    }),
    { minLength: 1, maxLength: 12, size: "max" },
  )
  .map((stretches) => stretches.flatMap(({ length, ...period }) => Array.from({ length }, () => period)));

interface Step {
  readonly before: ScalingState;
  readonly observation: Observation;
  readonly outcome: ReturnType<typeof decide>;
}

function simulate(
  policy: ScalingPolicy,
  bounds: { minInstances: number; maxInstances: number },
  rows: readonly Period[],
): Step[] {
  let state = initialScalingState(bounds);
  return rows.map((row, second) => {
    const measured = Math.round(state.desired * row.measuredShare);
    const observation: Observation = {
      atMs: second * 1000,
      metric: row.load === null ? null : row.load * policy.targetValue,
      measured,
      warming: state.desired - measured,
      terminating: row.terminating,
      protectedInstances: Math.floor(measured * row.protectedShare),
    };
    const outcome = decide(state, observation, policy, bounds);
    const step = { before: state, observation, outcome };
    state = outcome.state;
    return step;
  });
}

const check = (property: (step: Step, policy: ScalingPolicy, max: number, min: number) => void): void => {
  fc.assert(
    fc.property(policies, limits, periods, (policy, bounds, rows) => {
      for (const step of simulate(policy, bounds, rows)) {
        property(step, policy, bounds.maxInstances, bounds.minInstances);
      }
    }),
    { seed: 20_240_611, numRuns: 500 },
  );
};

describe("whatever happens", () => {
  it("(the histories these properties are checked on hold many decisions of both kinds)", () => {
    const seen = { [ScalingDirection.Out]: 0, [ScalingDirection.In]: 0 };
    check(({ outcome }) => {
      if (outcome.decision !== null) seen[outcome.decision.direction]++;
    });
    expect(seen.out).toBeGreaterThan(100);
    expect(seen.in).toBeGreaterThan(100);
  });

  it("desired capacity stays within minimum and maximum, and a decision is what the state says", () => {
    check(({ before, outcome }, _policy, max, min) => {
      expect(outcome.state.desired).toBeGreaterThanOrEqual(min);
      expect(outcome.state.desired).toBeLessThanOrEqual(max);
      const { decision } = outcome;
      expect(outcome.state.desired).toBe(decision === null ? before.desired : decision.to);
      if (decision !== null) {
        expect(decision.from).toBe(before.desired);
        expect(decision.direction === ScalingDirection.Out).toBe(decision.to > decision.from);
      }
    });
  });

  it("no scale-in on missing data, during a warm-up, a termination or the cooldown, or below the protected", () => {
    check(({ before, observation, outcome }, policy) => {
      if (outcome.decision?.direction !== ScalingDirection.In) return;
      expect(observation.metric).not.toBeNull();
      expect(observation.warming).toBe(0);
      expect(observation.terminating).toBe(0);
      expect(outcome.decision.to).toBeGreaterThanOrEqual(observation.protectedInstances);
      if (before.lastActivityAtMs !== null) {
        expect(observation.atMs - before.lastActivityAtMs).toBeGreaterThanOrEqual(
          policy.scaleInCooldownSeconds * 1000,
        );
      }
    });
  });

  it("no scale-out within the cooldown of the last one", () => {
    check(({ before, observation, outcome }, policy) => {
      if (outcome.decision?.direction !== ScalingDirection.Out || before.scaledOutAtMs === null) return;
      expect(observation.atMs - before.scaledOutAtMs).toBeGreaterThanOrEqual(
        policy.scaleOutCooldownSeconds * 1000,
      );
    });
  });

  it("a decision changes nothing when the same figures come again and the new instances are warming up", () => {
    check(({ observation, outcome }, policy, maxInstances, minInstances) => {
      if (outcome.decision?.direction !== ScalingDirection.Out) return;
      const again = decide(
        outcome.state,
        { ...observation, warming: outcome.decision.to - observation.measured },
        { ...policy, scaleOutCooldownSeconds: 0 },
        { minInstances, maxInstances },
      );
      expect(again.decision).toBeNull();
    });
  });

  it("target tracking lands at or below the target, with no instance more than that takes", () => {
    check(({ observation, outcome }, policy, max) => {
      const { decision } = outcome;
      if (policy.type !== TRACKING.type || decision === null) return;
      const total = observation.measured * (observation.metric ?? Number.NaN);
      const near = 1e-6 * policy.targetValue;
      if (decision.direction === ScalingDirection.Out) {
        if (decision.to < max) expect(total / decision.to).toBeLessThanOrEqual(policy.targetValue + near);
        expect(total / (decision.to - 1)).toBeGreaterThan(policy.targetValue - near);
      } else {
        expect(total / decision.to).toBeLessThan(policy.targetValue + near);
      }
    });
  });

  it("is a function: the same state and observation give the same outcome, and nothing is changed in place", () => {
    check(({ before, observation, outcome }, policy, maxInstances, minInstances) => {
      expect(decide(before, observation, policy, { minInstances, maxInstances })).toEqual(outcome);
    });
  });
});
