import { type ScalingPolicy, ScalingPolicyType } from "../../contracts";
import { type AlarmState, classify, nextAlarm, QUIET_ALARM } from "./alarm";
import { stepFor } from "./steps";

export interface CapacityLimits {
  readonly minInstances: number;
  readonly maxInstances: number;
}

/** What the autoscaler remembers between periods. Plain data. */
export interface ScalingState {
  /** Desired capacity: instances that should exist, whether they serve already or are being launched. */
  readonly desired: number;
  readonly alarm: AlarmState;
  /** When the last scale-out was decided; null before the first. */
  readonly scaledOutAtMs: number | null;
  /** When the last scaling activity was decided or finished; null before the first. */
  readonly lastActivityAtMs: number | null;
}

/** What one period saw. */
export interface Observation {
  /** On any clock that never goes back; the same one for all periods. */
  readonly atMs: number;
  /** Mean over the measured instances, in the metric's unit; null when there is no figure. */
  readonly metric: number | null;
  /** Instances in service and past their warm-up: those whose figures are in `metric`. */
  readonly measured: number;
  /** Instances launched but not yet measured: starting, or warming up. */
  readonly warming: number;
  /** Instances draining or stopping. */
  readonly terminating: number;
  /** Measured instances with scale-in protection. */
  readonly protectedInstances: number;
}

export enum ScalingDirection {
  Out = "out",
  In = "in",
}

export interface ScalingDecision {
  readonly direction: ScalingDirection;
  readonly from: number;
  readonly to: number;
  /** What the policy asked for before minimum, maximum and protection; for the report. */
  readonly wanted: number;
  /** One plain sentence. */
  readonly reason: string;
}

export interface ScalingOutcome {
  readonly state: ScalingState;
  readonly decision: ScalingDecision | null;
}

/** 0.1 + 0.2 must not cost an instance. */
const ROUNDING = 1e-9;
const clamp = (value: number, { minInstances, maxInstances }: CapacityLimits): number =>
  Math.min(maxInstances, Math.max(minInstances, value));
const round2 = (value: number): number => Math.round(value * 100) / 100;

export function initialScalingState(limits: CapacityLimits): ScalingState {
  return {
    desired: limits.minInstances,
    alarm: QUIET_ALARM,
    scaledOutAtMs: null,
    lastActivityAtMs: null,
  };
}

/** A launch has come into service, or a termination has ended: the scale-in cooldown counts from here. */
export function activityFinished(state: ScalingState, atMs: number): ScalingState {
  return { ...state, lastActivityAtMs: Math.max(atMs, state.lastActivityAtMs ?? atMs) };
}

/**
 * Brings desired capacity inside new limits at once, whatever the cooldowns: what Amazon EC2 Auto Scaling does when the minimum or
 * maximum size of a group is changed.
 */
export function applyLimits(state: ScalingState, limits: CapacityLimits, atMs: number): ScalingOutcome {
  const to = clamp(state.desired, limits);
  if (to === state.desired) return { state, decision: null };
  const direction = to > state.desired ? ScalingDirection.Out : ScalingDirection.In;
  return {
    state: moved(state, to, direction, atMs),
    decision: {
      direction,
      from: state.desired,
      to,
      wanted: to,
      reason: `limits are now ${limits.minInstances} to ${limits.maxInstances}`,
    },
  };
}

/**
 * One evaluation period of the scaling policy: pure, so the same observations always give the same decisions.
 *
 * Semantics follow the Amazon EC2 Auto Scaling User Guide, "Target tracking scaling policies", "Step and simple scaling policies",
 * "Set the default instance warmup" and "Scaling cooldowns":
 * - an alarm needs `scaleOutPeriods` (`scaleInPeriods`) consecutive breaching periods, and goes on asking while it breaches;
 * - scale-out is proportional (target tracking: ceil(measured x metric / target)) or by step. It counts from the measured
 *   instances, and those already starting or warming up are part of the answer: asking again for the same load launches nothing;
 * - no scale-out within `scaleOutCooldownSeconds` of the last one;
 * - scale-in waits until every instance is measured and none is leaving, and until `scaleInCooldownSeconds` after any activity.
 *   Target tracking then keeps the smallest number of instances that leaves the metric below its target;
 * - instances with scale-in protection stay; missing data never scales in; minimum and maximum hold always.
 */
export function decide(
  state: ScalingState,
  observation: Observation,
  policy: ScalingPolicy,
  limits: CapacityLimits,
): ScalingOutcome {
  const bounded = applyLimits(state, limits, observation.atMs);
  const metric = observation.measured > 0 ? observation.metric : null;
  const alarm = nextAlarm(bounded.state.alarm, classify(metric, policy), policy);
  const current: ScalingState = { ...bounded.state, alarm };
  if (bounded.decision !== null) return { state: current, decision: bounded.decision };
  if (metric === null || !Number.isFinite(metric)) return { state: current, decision: null };

  const decision =
    alarm.high >= policy.scaleOutPeriods
      ? scaleOut(current, observation, metric, policy, limits)
      : alarm.low >= policy.scaleInPeriods
        ? scaleIn(current, observation, metric, policy, limits)
        : null;
  return decision === null
    ? { state: current, decision }
    : { state: moved(current, decision.to, decision.direction, observation.atMs), decision };
}

function moved(state: ScalingState, to: number, direction: ScalingDirection, atMs: number): ScalingState {
  return {
    ...state,
    desired: to,
    scaledOutAtMs: direction === ScalingDirection.Out ? atMs : state.scaledOutAtMs,
    lastActivityAtMs: atMs,
  };
}

/** A period that begins exactly when a cooldown ends is past it, whatever the last digits of the clock say. */
const CLOCK_ROUNDING_MS = 1;
const cooling = (sinceMs: number | null, atMs: number, seconds: number): boolean =>
  sinceMs !== null && atMs - sinceMs < seconds * 1000 - CLOCK_ROUNDING_MS;

function scaleOut(
  state: ScalingState,
  { atMs, measured }: Observation,
  metric: number,
  policy: ScalingPolicy,
  limits: CapacityLimits,
): ScalingDecision | null {
  if (cooling(state.scaledOutAtMs, atMs, policy.scaleOutCooldownSeconds)) return null;
  const wanted =
    policy.type === ScalingPolicyType.Step
      ? measured + (stepFor(metric - policy.targetValue, policy.steps ?? [])?.adjustment ?? 0)
      : Math.ceil((measured * metric) / policy.targetValue - ROUNDING);
  const to = clamp(wanted, limits);
  if (to <= state.desired) return null;
  return {
    direction: ScalingDirection.Out,
    from: state.desired,
    to,
    wanted,
    reason:
      `${round2(metric)} above ${policy.targetValue} for ${state.alarm.high} periods on ${measured} measured` +
      (wanted > to ? `, held at the maximum of ${limits.maxInstances}` : ""),
  };
}

function scaleIn(
  state: ScalingState,
  observation: Observation,
  metric: number,
  policy: ScalingPolicy,
  limits: CapacityLimits,
): ScalingDecision | null {
  const { atMs, measured } = observation;
  if (policy.type === ScalingPolicyType.TargetTracking && policy.disableScaleIn) return null;
  // Instances on their way up or down: the metric does not yet describe the capacity there will be.
  if (observation.warming > 0 || observation.terminating > 0 || measured !== state.desired) return null;
  if (cooling(state.lastActivityAtMs, atMs, policy.scaleInCooldownSeconds)) return null;
  const wanted =
    policy.type === ScalingPolicyType.Step
      ? measured + (stepFor(metric - policy.targetValue, policy.steps ?? [])?.adjustment ?? 0)
      : fewestBelowTarget(measured * metric, policy.targetValue);
  const to = Math.max(clamp(wanted, limits), observation.protectedInstances);
  if (to >= state.desired) return null;
  return {
    direction: ScalingDirection.In,
    from: state.desired,
    to,
    wanted,
    reason: `${round2(metric)} below ${policy.targetValue} for ${state.alarm.low} periods on ${measured} measured`,
  };
}

/** The fewest instances among which `total` leaves each strictly below the target. */
function fewestBelowTarget(total: number, target: number): number {
  return Math.floor(total / target + ROUNDING) + 1;
}
