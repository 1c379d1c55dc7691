import {
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
  type ScalingStep,
} from "../../../components/contracts";

/** Target tracking at 50 % CPU with the documented defaults of the local target. */
export const TRACKING: ScalingPolicy = {
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.CpuUtilization,
  targetValue: 50,
  scaleOutCooldownSeconds: 10,
  scaleInCooldownSeconds: 20,
  instanceWarmupSeconds: 5,
  periodSeconds: 1,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  disableScaleIn: false,
};

/** The steps of the example in the Amazon EC2 Auto Scaling User Guide, in instances: +0 / +1 / +3 above, -1 / -3 below. */
export const STEPS: readonly ScalingStep[] = [
  { upperBound: -20, adjustment: -3 },
  { lowerBound: -20, upperBound: -10, adjustment: -1 },
  { lowerBound: -10, upperBound: 0, adjustment: 0 },
  { lowerBound: 0, upperBound: 10, adjustment: 0 },
  { lowerBound: 10, upperBound: 20, adjustment: 1 },
  { lowerBound: 20, adjustment: 3 },
];

export const STEPPED: ScalingPolicy = { ...TRACKING, type: ScalingPolicyType.Step, steps: STEPS };
