/**
 * A five-field cron expression (`0 7 * * MON-FRI`), as EC2 Auto Scaling takes it, in the six fields of Application Auto Scaling:
 * `cron(0 7 ? * MON-FRI *)`. One of the two fields of days has to be `?` there.
 */
export function applicationCron(recurrence: string): string {
  const [minute, hour, day, month, weekday] = recurrence.trim().split(/\s+/);
  const byWeekday = weekday !== "*";
  return `cron(${minute} ${hour} ${byWeekday ? "?" : day} ${month} ${byWeekday ? weekday : "?"} *)`;
}

/** What Application Auto Scaling cannot express; undefined when it can. Its numbers of weekdays differ from cron's, so names are asked for. */
export function applicationCronProblem(recurrence: string): string | undefined {
  const [, , day, , weekday = "*"] = recurrence.trim().split(/\s+/);
  if (day !== "*" && weekday !== "*") return "days of the month or of the week, not both";
  return /\d/.test(weekday) ? "weekdays by name (MON-FRI)" : undefined;
}

/** Five fields, separated by spaces. */
export const isCron = (recurrence: string): boolean => /^\S+(\s+\S+){4}$/.test(recurrence.trim());
