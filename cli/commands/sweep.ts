import type { Command } from "commander";
import { ExitCode } from "../../core/errors";
import type { CliContext } from "../context";

const HELP = `
Without names: every environment that is expired or whose owner is gone without having left it up on purpose.
With names: exactly those. With --all: every environment of this user on this machine.

Examples:
  perfbed sweep --dry-run
  perfbed sweep
  perfbed sweep pb-1a2b3c4d`;

interface SweepOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

export function addSweep(program: Command, context: CliContext): Command {
  return program
    .command("sweep")
    .argument("[environment...]", "names of environments")
    .description("remove what a killed runner left, and prove it")
    .option("--all", "also environments that stand on purpose")
    .option("--dry-run", "say what would be removed")
    .addHelpText("after", HELP)
    .action(async (names: string[], options: SweepOptions) => {
      const { planSweep, sweepAll } = await import("../../campaign/sweep");
      const { terminal, json } = context;
      const chosen = await planSweep({ names, all: options.all === true });
      if (options.dryRun === true) {
        terminal.out(
          json
            ? JSON.stringify({ wouldRemove: chosen }, null, 2)
            : chosen.length === 0
              ? "Nothing to sweep."
              : chosen.map((choice) => `would remove ${choice.environmentId}: ${choice.reason}`).join("\n"),
        );
        return;
      }
      const results = await sweepAll(chosen);
      const proved = results.every((result) => result.proved);
      context.exitWith(proved ? ExitCode.Pass : ExitCode.TeardownNotProved);
      terminal.out(
        json
          ? JSON.stringify({ proved, results }, null, 2)
          : results.length === 0
            ? "Nothing to sweep."
            : results.map((result) => result.text).join("\n"),
      );
    });
}
