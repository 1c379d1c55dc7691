import { IMDS, shellQuote } from "../instances/shell";

/** Names of the group's hooks: an instance waits at both until it says that it is done, or until the hook's time is over. */
export const LAUNCH_HOOK = "ready";
export const TERMINATION_HOOK = "drained";

export interface LifecycleSettings {
  readonly region: string;
  readonly groupName: string;
  readonly port: number;
  readonly readyPath: string;
  readonly drainSeconds: number;
}

/** URL on which an instance asks itself whether it is ready. */
export const readyUrl = (port: number, readyPath: string): string => `http://127.0.0.1:${port}${readyPath}`;

/**
 * A service that runs as long as the instance does and answers the group's hooks. Launched, or taken out of the warm pool, the instance is
 * in service only once the application is ready: a warm-up then counts from when requests can come, and a scale-out is measured to its end.
 * At its end it waits until the balancer has let go of it, stops the application, and lets the group go on.
 */
export function lifecycleScript(settings: LifecycleSettings): string {
  return `#!/bin/bash
set -u
export AWS_DEFAULT_REGION=${shellQuote(settings.region)}
GROUP=${shellQuote(settings.groupName)}
READY_URL=${shellQuote(readyUrl(settings.port, settings.readyPath))}
${IMDS}
complete() {
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$GROUP" --instance-id "$INSTANCE_ID" \\
    --lifecycle-hook-name "$1" --lifecycle-action-result CONTINUE
}
until INSTANCE_ID=$(imds instance-id); do sleep 1; done
answered=""
while true; do
  # Not there before the group has said what becomes of the instance.
  state=$(imds autoscaling/target-lifecycle-state 2>/dev/null || true)
  case "$state" in
    InService | Warmed:Running | Warmed:Stopped)
      if [[ $state != "$answered" ]] && curl -sf -o /dev/null --max-time 5 "$READY_URL"; then
        # Refused where nothing waits: an instance without the hook, or one that has been answered for.
        complete ${LAUNCH_HOOK} || true
        answered=$state
      fi
      ;;
    Terminated | Warmed:Terminated)
      sleep ${settings.drainSeconds}
      systemctl stop perfbed-app.service
      complete ${TERMINATION_HOOK} || true
      exit 0
      ;;
  esac
  sleep 2
done
`;
}

/** Longer than the application takes to start on a fresh machine: packages, bundle, secrets. */
export const BOOT_ALLOWANCE_SECONDS = 240;
