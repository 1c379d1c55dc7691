import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentError } from "../../../core/errors";
import { InstanceState } from "../autoscaler/instance";
import { isAlive, readLedger, signalProcess } from "../supervisor";
import { AUTOSCALER_SERVICE, readGroupState } from "./group-state";

const POLL_MS = 50;
/** Beyond the start of the instances and the drain of those before. */
const MARGIN_MS = 30_000;

/**
 * Replaces every app instance of a standing environment by a new one, and resolves when the old ones are gone. What a process has become
 * in its life (what its compiler made of the code, how its heap lies) ends with it.
 * @param limits seconds that an instance may take to start and to drain
 * @throws EnvironmentError PERFBED_APP_NOT_REFRESHED
 */
export async function refreshInstances(
  environmentId: string,
  limits: { readonly startTimeoutSeconds: number; readonly drainSeconds: number },
  signal: AbortSignal,
): Promise<void> {
  const { entries } = await readLedger(environmentId);
  const daemon = entries
    .flatMap((entry) =>
      entry.type === "process-started" && entry.record.name === AUTOSCALER_SERVICE ? [entry.record] : [],
    )
    .findLast(isAlive);
  const port = daemon?.ports[0];
  const failed = (text: string): EnvironmentError =>
    new EnvironmentError(
      "PERFBED_APP_NOT_REFRESHED",
      `The app instances of ${environmentId} were not replaced: ${text}`,
      {
        hint: `See logs/${AUTOSCALER_SERVICE}.log in the environment's folder.`,
      },
    );
  if (daemon === undefined || port === undefined) throw failed("the autoscaler does not run any more");
  const deadline = performance.now() + (limits.startTimeoutSeconds + limits.drainSeconds) * 1_000 + MARGIN_MS;
  /** A busy machine may leave a question unanswered: it is asked again while the autoscaler lives. */
  const state = async (): Promise<Awaited<ReturnType<typeof readGroupState>>> => {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await readGroupState(port);
      } catch (error) {
        if (!isAlive(daemon)) throw failed("the autoscaler ended");
        if (performance.now() > deadline) throw failed(`the autoscaler does not answer: ${String(error)}`);
      }
      await sleep(POLL_MS, undefined, { signal });
    }
  };
  const before = await state();
  if (!signalProcess(daemon, "SIGUSR2")) throw failed("the autoscaler does not run any more");
  for (;;) {
    const now = await state();
    if (now.refreshes > before.refreshes) {
      if (now.refreshFailure !== null) throw failed(now.refreshFailure);
      if (
        now.instances.length === now.desired &&
        now.instances.every(({ state }) => state === InstanceState.InService)
      )
        return;
    }
    if (performance.now() > deadline) throw failed("it takes too long");
    await sleep(POLL_MS, undefined, { signal });
  }
}
