import { ConfigError, formatProblem, PerfbedError } from "../../../core/errors";
import { Autoscaler } from "./autoscaler";
import { describe, log } from "./daemon-log";
import { readAutoscalerSettings } from "./settings";

/**
 * The autoscaler daemon: `node dist/components/local/autoscaler/main.js SETTINGS.json`.
 * SIGTERM and SIGINT drain and stop all instances; SIGHUP reads the settings again, SIGUSR2 replaces all instances by new ones. Exit codes as everywhere in perfbed.
 */
async function main(): Promise<void> {
  const path = process.argv[2];
  if (path === undefined) {
    throw new ConfigError("Autoscaler", [{ field: "argument 1", allowed: "the path of the settings file" }]);
  }
  const settings = readAutoscalerSettings(path);
  process.env.PERFBED_HOME = settings.perfbedHome;
  const autoscaler = new Autoscaler(settings);

  const stopRequested = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  process.on("SIGHUP", () => {
    try {
      autoscaler.update(readAutoscalerSettings(path));
    } catch (error) {
      autoscaler.rejectUpdate(error);
    }
  });
  process.on("SIGUSR2", () => void autoscaler.refresh());
  const running = autoscaler.start().then(() => autoscaler.finished);
  try {
    await Promise.race([running, stopRequested]);
    log("stopping: draining and ending all instances");
  } finally {
    await autoscaler.stop();
  }
  log("stopped");
}

// A full disk must not end the app tier.
process.stdout.on("error", () => undefined);

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const problems = error instanceof PerfbedError ? error.problems : [];
    for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
    // Last, because whoever started the daemon quotes the end of its log.
    process.stdout.write(`${describe(error)}\n`);
    process.exit(error instanceof PerfbedError ? error.exitCode : 5);
  },
);
