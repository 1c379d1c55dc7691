import type { Command } from "commander";
import { ExitCode } from "../../core/errors";
import type { CliContext } from "../context";
import { withInterruption } from "../interruption";

const HELP = `
Each outside program is looked for in this order: a setting (PERFBED_K6_PATH and so on), PATH at an accepted version,
perfbed's tools folder (PERFBED_TOOLS_DIR). What is missing is installed by the first command that needs it, or now:

  perfbed doctor --install`;

export function addDoctor(program: Command, context: CliContext): Command {
  return program
    .command("doctor")
    .description("what was found, where, in which version, and what mends the rest")
    .option("--install", "install what is missing")
    .addHelpText("after", HELP)
    .action(async (options: { install?: boolean }) => {
      const { diagnose, ensureTools, formatProgress, LOCAL_TARGET_TOOLS } = await import("../../toolchain");
      const { terminal, json } = context;
      if (options.install === true) {
        await withInterruption(context, (signal) =>
          ensureTools(
            LOCAL_TARGET_TOOLS,
            (progress) => terminal.err(`  ${formatProgress(progress)}`),
            signal,
          ),
        );
      }
      const report = await diagnose();
      context.exitWith(report.ok ? ExitCode.Pass : ExitCode.EnvironmentFailed);
      terminal.out(json ? JSON.stringify(report, null, 2) : report.text);
    });
}
