export { type AlarmState, Breach, classify, nextAlarm, SCALE_IN_SHARE_OF_TARGET } from "./alarm";
export {
  activityFinished,
  applyLimits,
  type CapacityLimits,
  decide,
  initialScalingState,
  type Observation,
  type ScalingDecision,
  ScalingDirection,
  type ScalingOutcome,
  type ScalingState,
} from "./decision";
export {
  AutoscalerEvent,
  type AutoscalerEventRow,
  type AutoscalerMetricsRow,
  type InstanceMetrics,
} from "./events";
export {
  type AutoscalerSettings,
  type InstanceApplication,
  parseAutoscalerSettings,
  readAutoscalerSettings,
} from "./settings";
export type { AutoscalerStatus } from "./status-server";
export { stepFor, stepProblems } from "./steps";
export { chooseForTermination, type TerminationCandidate } from "./termination";
