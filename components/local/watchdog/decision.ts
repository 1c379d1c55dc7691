import type { EnvironmentRecord } from "../supervisor/environment-record";

export enum WatchdogDecision {
  /** Not expired. */
  Wait = "wait",
  /** Expired, but its owner is at work. */
  LeaveToOwner = "leave-to-owner",
  Sweep = "sweep",
}

/** What a watchdog does about its environment at one moment. */
export function decide(
  record: Pick<EnvironmentRecord, "expiresAt">,
  ownerAlive: boolean,
  now: number,
): WatchdogDecision {
  if (now < Date.parse(record.expiresAt)) return WatchdogDecision.Wait;
  return ownerAlive ? WatchdogDecision.LeaveToOwner : WatchdogDecision.Sweep;
}
