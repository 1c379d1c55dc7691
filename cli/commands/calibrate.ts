import type { Command } from "commander";
import type { CliContext } from "../context";
import { comparisonOptions, type ParsedComparison, toComparisonOptions } from "./comparison-options";
import { runPlannedComparison } from "./run-comparison";

const HELP = `
Compares a version with itself. Nothing differs, so whatever is seen is noise: how much runs differ from each other on each
journey, how often a gate would cry wolf here, the smallest slowdown it can see, and how many pairs one of the threshold needs.
It is kept under PERFBED_HOME for this application, scenario, sizing and machine; later gates print it.

Examples:
  perfbed calibrate --dry-run
  perfbed calibrate                                 the storefront's baseline, preset default
  perfbed calibrate --version main --pairs 20       more pairs: better known
  perfbed calibrate --preset thorough -c shop/perfbed.config.yaml`;

interface ParsedCalibration extends ParsedComparison {
  readonly of?: string;
}

export function addCalibrate(program: Command, context: CliContext): Command {
  const command = program
    .command("calibrate")
    .description("measure the noise: a version against itself, for what gates can see here")
    .option("--of <version>", "version to compare with itself (default: the application as configured)")
    .addHelpText("after", HELP.replaceAll("--version", "--of"));
  return comparisonOptions(command).action(async (options: ParsedCalibration) => {
    const { planCalibration } = await import("../../campaign/comparison");
    const plan = await planCalibration({
      ...toComparisonOptions(options),
      ...(options.of === undefined ? {} : { version: options.of }),
    });
    await runPlannedComparison(context, plan, options);
  });
}
