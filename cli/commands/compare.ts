import type { Command } from "commander";
import type { CliContext } from "../context";
import {
  collectOption,
  comparisonOptions,
  type ParsedComparison,
  toComparisonOptions,
} from "./comparison-options";
import { runPlannedComparison } from "./run-comparison";

const HELP = `
Runs the same scenario against several sides, all up at once, one under load at a time, in random order in every round.
The table shows latency with intervals, errors, CPU of every tier, the busiest tier, what was allotted, and which side makes
another one pointless: no slower on any journey, shown by a test, and no larger. Exit code 0, or 4 when invalid.

Examples:
  perfbed compare --sizings small --sizings medium
  perfbed compare --sizings small --sizings medium --sizings large --pairs 6 --prices prices.yaml
  perfbed compare --versions baseline --versions improved
  perfbed compare --vary peakRate=20 --vary peakRate=40

prices.yaml, yours and dated (perfbed knows no prices and leaves cost out without it):
  asOf: 2026-01-31
  currency: EUR
  corePerHour: 0.04
  memoryGiBPerHour: 0.005
  source: our contract`;

interface ParsedCompare extends Omit<ParsedComparison, "sizing"> {
  readonly sizing: string[];
  readonly versions: string[];
  readonly vary: string[];
  readonly prices?: string;
}

export function addCompare(program: Command, context: CliContext): Command {
  const command = program
    .command("compare")
    .description("measure several sizings, versions or parameter values side by side");
  // Here a sizing is what differs, so the option may be repeated and takes the place of the common one.
  comparisonOptions(command);
  const shared = command.options.find(({ long }) => long === "--sizing");
  if (shared !== undefined) {
    shared.description = "a sizing to compare; at least twice";
    shared.argParser(collectOption);
    shared.default([]);
    command.setOptionValueWithSource("sizing", [], "default");
  }
  return command
    .option(
      "--versions <version>",
      "a version to compare, as in perfbed gate; at least twice",
      collectOption,
      [],
    )
    .option(
      "--vary <name=value>",
      "a value of a scenario parameter to compare; at least twice",
      collectOption,
      [],
    )
    .option("--prices <file>", "dated price list (YAML) for cost per hour and per million requests")
    .addHelpText("after", HELP.replaceAll("--sizings", "--sizing"))
    .action(async ({ sizing, ...options }: ParsedCompare) => {
      const { planCompare } = await import("../../campaign/comparison");
      const plan = await planCompare({
        ...toComparisonOptions(options),
        sizings: sizing,
        versions: options.versions,
        varied: options.vary,
        ...(options.prices === undefined ? {} : { prices: options.prices }),
      });
      await runPlannedComparison(context, plan, options);
    });
}
