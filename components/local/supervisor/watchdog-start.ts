import { existsSync } from "node:fs";
import { EnvironmentError } from "../../../core/errors";
import { compiledModule, perfbedHome } from "../../../core/home";
import { isAlive } from "./identity";
import { readLedger, startedProcesses } from "./ledger";
import { withLock } from "./lock";
import { startProcess } from "./start-process";
import { WATCHDOG_NAME } from "./sweep-order";
import { ProbeKind } from "./types";

/** What a watchdog writes once it watches. */
const WATCHING = "watching";

/** Starts the watchdog of an environment, unless one runs already. */
export async function ensureWatchdog(environmentId: string): Promise<void> {
  const module = compiledModule("components/local/watchdog/main");
  if (!existsSync(module)) {
    throw new EnvironmentError("PERFBED_NOT_BUILT", `The watchdog ${module} is not built`, {
      hint: "Run `npm run build`.",
    });
  }
  await withLock(`watchdog-${environmentId}`, async () => {
    const running = startedProcesses(await readLedger(environmentId)).some(
      (record) => record.name === WATCHDOG_NAME && isAlive(record),
    );
    if (running) return;
    await startProcess({
      environmentId,
      name: WATCHDOG_NAME,
      tier: WATCHDOG_NAME,
      command: process.execPath,
      // A watchdog sleeps: the smallest heaps will do.
      args: ["--max-old-space-size=32", "--max-semi-space-size=1", "--v8-pool-size=0", module, environmentId],
      cwd: perfbedHome(),
      env: {},
      ports: [],
      ready: { kind: ProbeKind.Log, endpoint: WATCHING, timeoutMs: 15_000 },
      stop: { signal: "SIGTERM", graceMs: 1_000 },
    });
  });
}
