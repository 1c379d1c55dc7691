import { type ScalingPolicy, ScalingPolicyType } from "../../contracts";
import { stepFor } from "./steps";

/**
 * Target tracking scales in only below this share of the target: the low alarm that Amazon EC2 Auto Scaling creates for a target
 * tracking policy sits 10 % below the high one, so that the group does not swing around the target.
 */
export const SCALE_IN_SHARE_OF_TARGET = 0.9;

/** Which alarm one period speaks for. */
export enum Breach {
  High = "high",
  Low = "low",
  None = "none",
  /** No measured instance, or no figure: the period says nothing. */
  Missing = "missing",
}

/** Consecutive periods of each kind, newest last. */
export interface AlarmState {
  readonly high: number;
  readonly low: number;
  readonly missing: number;
}

export const QUIET_ALARM: AlarmState = { high: 0, low: 0, missing: 0 };

/** What one period's value means under a policy. */
export function classify(metric: number | null, policy: ScalingPolicy): Breach {
  if (metric === null || !Number.isFinite(metric)) return Breach.Missing;
  if (policy.type === ScalingPolicyType.Step) {
    const adjustment = stepFor(metric - policy.targetValue, policy.steps ?? [])?.adjustment ?? 0;
    return adjustment > 0 ? Breach.High : adjustment < 0 ? Breach.Low : Breach.None;
  }
  if (metric > policy.targetValue) return Breach.High;
  return metric < SCALE_IN_SHARE_OF_TARGET * policy.targetValue ? Breach.Low : Breach.None;
}

/**
 * Counts one more period (CloudWatch's "evaluation periods", all of which must breach). Missing data ends a low streak at once:
 * capacity is never removed on silence. A high streak survives short gaps and ends after `scaleOutPeriods` of silence, which is
 * what CloudWatch calls INSUFFICIENT_DATA.
 */
export function nextAlarm(alarm: AlarmState, breach: Breach, policy: ScalingPolicy): AlarmState {
  switch (breach) {
    case Breach.High:
      return { high: alarm.high + 1, low: 0, missing: 0 };
    case Breach.Low:
      return { high: 0, low: alarm.low + 1, missing: 0 };
    case Breach.None:
      return QUIET_ALARM;
    case Breach.Missing: {
      const missing = alarm.missing + 1;
      return { high: missing >= policy.scaleOutPeriods ? 0 : alarm.high, low: 0, missing };
    }
  }
}
