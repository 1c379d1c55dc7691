import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type EnvironmentRecord, ownerAlive, readEnvironmentRecord } from "../supervisor/environment-record";
import { decide, WatchdogDecision } from "./decision";

const LOOK_EVERY_MS = 1_000;
/** After sweeps that could not prove the environment gone: soon at first, as what still ends is gone a moment later. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/** Wait after so many sweeps in vain, ms. */
export function retryDelayMs(failures: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
}

type Say = (line: string) => void;

/** True once the environment is proved gone. */
async function sweep(environmentId: string, say: Say): Promise<boolean> {
  // Loaded only now: until an environment expires, its watchdog shall weigh little.
  const { sweepEnvironment } = await import("../supervisor/sweep");
  try {
    const { proved, checks } = await sweepEnvironment(environmentId);
    if (!proved) say(`not proved gone: ${JSON.stringify(checks.filter(({ found }) => found > 0))}`);
    return proved;
  } catch (error) {
    say(`sweep failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/**
 * Watches one environment until it is gone. environment.json is read anew at every look, so an expiry can be moved. A damaged record is
 * judged by the last one that could be read.
 */
export async function watchEnvironment(environmentId: string, folder: string, say: Say): Promise<void> {
  say(`watching ${environmentId}`);
  let known: EnvironmentRecord | undefined;
  let last = WatchdogDecision.Wait;
  let failures = 0;
  while (existsSync(folder)) {
    known = readEnvironmentRecord(folder) ?? known;
    let wait = LOOK_EVERY_MS;
    if (known !== undefined) {
      const decision = decide(known, ownerAlive(known), Date.now());
      if (decision !== last) say(`${decision} (expires ${known.expiresAt})`);
      last = decision;
      if (decision === WatchdogDecision.Sweep) {
        if (await sweep(environmentId, say)) return;
        failures += 1;
        wait = retryDelayMs(failures);
      }
    }
    await delay(wait);
  }
  // Somebody removed the folder by hand, or this is the very end of a sweep: processes must not outlive it either way.
  say("the folder is gone");
  for (failures = 0; !(await sweep(environmentId, say)); ) {
    failures += 1;
    await delay(retryDelayMs(failures));
  }
}
