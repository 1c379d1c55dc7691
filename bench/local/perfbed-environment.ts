import { join } from "node:path";
import { environmentDir, packageRoot } from "../../core/home";
import { EngineLog, type ResourceTiming } from "./engine-log";
import { timedCommand } from "./timed-command";

export interface PerfbedCommand {
  /** The whole command, as a user waits for it. */
  readonly durationMs: number;
  /** In the order they began. `start` is Node.js and the plan, before the first phase. */
  readonly phases: readonly { readonly name: string; readonly durationMs: number }[];
  readonly resources: readonly ResourceTiming[];
}

export interface PerfbedCommandOptions {
  readonly environmentId: string;
  /** Without a config file of perfbed in it: the sample application is provisioned. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Long enough for a benchmark; if the benchmark is killed, the watchdog ends the environment then. */
const EXPIRY_MINUTES = "15";

async function perfbed(args: readonly string[], options: PerfbedCommandOptions): Promise<PerfbedCommand> {
  const phases: { name: string; durationMs: number }[] = [];
  let begunAtMs = 0;
  const log = new EngineLog(join(environmentDir(options.environmentId), "logs", "pulumi.log"));
  let resources: readonly ResourceTiming[] = [];
  try {
    const durationMs = await timedCommand(
      process.execPath,
      [join(packageRoot(), "bin", "perfbed.js"), ...args],
      {
        cwd: options.cwd,
        env: { ...process.env, NO_COLOR: "1" },
        signal: options.signal,
        onLine: (line, atMs) => {
          const [, mark, name] = /^\s*([…✓]) (\w[\w-]*)\s/.exec(line) ?? [];
          if (name === undefined) return;
          if (mark === "…") {
            if (phases.length === 0) phases.push({ name: "start", durationMs: atMs });
            begunAtMs = atMs;
          } else phases.push({ name, durationMs: atMs - begunAtMs });
        },
      },
    );
    const known = phases.reduce((sum, phase) => sum + phase.durationMs, 0);
    phases.push({ name: "other", durationMs: durationMs - known });
    resources = log.close();
    return { durationMs, phases, resources };
  } finally {
    log.close();
  }
}

export const perfbedUp = (options: PerfbedCommandOptions): Promise<PerfbedCommand> =>
  perfbed(["up", "--name", options.environmentId, "--sizing", "small", "--expiry", EXPIRY_MINUTES], options);

export const perfbedDestroy = (options: PerfbedCommandOptions): Promise<PerfbedCommand> =>
  perfbed(["destroy", options.environmentId], options);
