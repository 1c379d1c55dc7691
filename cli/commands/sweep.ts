import { type Command, InvalidArgumentError, Option } from "commander";
import { ExitCode } from "../../core/errors";
import type { CliContext } from "../context";
import { type AwsSweepOptionValues, refuseAll, refuseForLocal, sweepAwsTarget } from "./sweep-aws";

const HELP = `
Without names: every environment that is expired or whose owner is gone without having left it up on purpose.
With names: exactly those. With --all: every environment of this user on this machine.

With --target aws: what carries the environment's tag or lies in its network, in one region. Without names only what is past its expiry,
because an account is shared, and what killed runners of this machine have left. The Pulumi state is not needed.

Examples:
  perfbed sweep --dry-run
  perfbed sweep
  perfbed sweep pb-1a2b3c4d
  perfbed sweep --target aws --region eu-west-1 --dry-run
  perfbed sweep --target aws --environment pb-1a2b3c4d`;

interface SweepOptions extends AwsSweepOptionValues {
  readonly target?: string;
  readonly all?: boolean;
}

export function addSweep(program: Command, context: CliContext): Command {
  return program
    .command("sweep")
    .argument("[environment...]", "names of environments")
    .description("remove what a killed runner left, and prove it")
    .option("--all", "also environments that stand on purpose")
    .option("--dry-run", "say what would be removed")
    .addOption(new Option("--target <target>", "where to sweep (default: local)").choices(["local", "aws"]))
    .option("--environment <id>", "the same as a name as argument; repeatable", collect, [])
    .option("--region <region>", "region of AWS (default: AWS_REGION)")
    .option("--expired", "of AWS: only what is past its expiry, also of the named ones")
    .option("--snapshots", "of AWS: also snapshots and backups, which are kept otherwise")
    .option(
      "--deadline <minutes>",
      "of AWS: give up what is still there after so long (default: 30)",
      minutes,
    )
    .addHelpText("after", HELP)
    .action(async (given: string[], options: SweepOptions) => {
      const names = [...given, ...options.environment];
      if (options.target === "aws") {
        refuseAll(options.all === true);
        return sweepAwsTarget(names, options, context);
      }
      refuseForLocal(options);
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

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function minutes(value: string): number {
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed <= 0) throw new InvalidArgumentError("It must be a number above 0.");
  return parsed;
}
