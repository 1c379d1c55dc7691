import { count, objectAt } from "./rule";
import { referring, type StackResource } from "./stack";

const SCHEDULED_ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction";

/** The most that a target of Application Auto Scaling, or one of its schedules, lets there be. */
export function mostOf(target: StackResource, stack: readonly StackResource[]): number {
  const scheduled = referring(stack, SCHEDULED_ACTION, target).map(({ props }) =>
    count(objectAt(props, "scalableTargetAction").maxCapacity, 0),
  );
  return Math.max(count(target.props.maxCapacity, 0), ...scheduled);
}
