import { type Command, InvalidArgumentError, Option } from "commander";
import type { ComparisonOptions } from "../../campaign/comparison/plan";
import { PRESET_NAMES, type PresetName } from "../../campaign/comparison/presets";
import { comparisonCiOptions, type ParsedCi } from "../ci-output";
import { environmentOptions, type ParsedOptions, scenarioOptions, toPlanOptions } from "./options";

/** `10%`, `10 %` or `0.1`. */
export function shareOption(value: string): number {
  const match = /^\s*([0-9.]+)\s*(%?)\s*$/.exec(value);
  const parsed = Number(match?.[1]);
  const share = match?.[2] === "%" ? parsed / 100 : parsed;
  if (!Number.isFinite(share)) throw new InvalidArgumentError("Write it as 10% or 0.1.");
  return share;
}

function countOption(value: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 1)
    throw new InvalidArgumentError("It must be a whole number above 0.");
  return parsed;
}

export const collectOption = (value: string, previous: readonly string[]): string[] => [...previous, value];

/** What every comparison can be told, whatever its sides are. */
export function comparisonOptions(command: Command): Command {
  return comparisonCiOptions(scenarioOptions(environmentOptions(command)))
    .option(
      "--history <address>",
      "record its runs here: a folder, s3://bucket/prefix or postgres://user@host/db (default: nowhere)",
    )
    .addOption(new Option("--preset <name>", "how much is measured").choices(PRESET_NAMES).default("default"))
    .addOption(new Option("--pairs <n>", "pairs (rounds); the preset's when absent").argParser(countOption))
    .addOption(
      new Option("--threshold <share>", "slowdown that is a regression (default: 10%)").argParser(
        shareOption,
      ),
    )
    .addOption(new Option("--quantile <share>", "gating quantile (default: 0.95)").argParser(shareOption))
    .addOption(
      new Option("--alpha <share>", "chance of any false regression, at most (default: 0.05)").argParser(
        shareOption,
      ),
    )
    .addOption(
      new Option("--power <share>", "chance of seeing a slowdown, for planning (default: 0.8)").argParser(
        shareOption,
      ),
    )
    .addOption(
      new Option("--method <name>", "test (default: auto)").choices([
        "auto",
        "paired-t",
        "wilcoxon",
        "welch",
      ]),
    )
    .option("--policy <file>", "YAML: what inconclusive and invalid do, thresholds, overrides per journey")
    .option(
      "--autoscaling",
      "leave the autoscaler free to act (sizings always are; versions are held at the smallest size)",
    );
}

export interface ParsedComparison extends ParsedOptions, ParsedCi {
  readonly preset: PresetName;
  readonly pairs?: number;
  readonly threshold?: number;
  readonly quantile?: number;
  readonly alpha?: number;
  readonly power?: number;
  readonly method?: string;
  readonly autoscaling?: boolean;
}

export function toComparisonOptions(options: ParsedComparison): ComparisonOptions {
  const { preset, pairs, threshold, quantile, alpha, power, method, policy, autoscaling } = options;
  return {
    cwd: process.cwd(),
    common: toPlanOptions(options),
    preset,
    ...(pairs === undefined ? {} : { pairs }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(quantile === undefined ? {} : { quantile }),
    ...(alpha === undefined ? {} : { alpha }),
    ...(power === undefined ? {} : { power }),
    ...(method === undefined ? {} : { method }),
    ...(policy === undefined ? {} : { policy }),
    ...(autoscaling === undefined ? {} : { autoscaling }),
  };
}
