import { type Command, Option } from "commander";
import type { CliContext } from "../context";
import {
  comparisonOptions,
  type ParsedComparison,
  shareOption,
  toComparisonOptions,
} from "./comparison-options";
import { runPlannedComparison } from "./run-comparison";

const HELP = `
Two complete environments are brought up, one a version. They are loaded one at a time, in pairs, in random order within each
pair, with the same requests. Each run gives one P95 a journey; the pairs' ratios are tested. Then both are removed, with proof.

  pass          the whole interval of every journey lies below the threshold            exit code 0
  regression    a significant slowdown that is above the threshold, or more errors      exit code 1
  inconclusive  neither; it says how many more pairs would settle it                    exit code 3
  invalid       the measurement itself is not to be believed                            exit code 4

Examples:
  perfbed gate --baseline baseline --candidate n-plus-one --dry-run     the plan: pairs, order, minutes
  perfbed gate --baseline baseline --candidate n-plus-one               variants of the storefront sample
  perfbed gate -c perfbed.config.yaml --baseline main --candidate pr    your own: the config's sides main and pr
  perfbed gate --baseline main --candidate pr --preset quick --threshold 20%
  perfbed gate --baseline main --candidate pr --pairs 30 --sequential   up to 30 pairs, fewer if it is clear
  perfbed gate --baseline perfbed-results/20260101T120000-1a2b --candidate pr   against stored runs: order is not controlled
  perfbed gate --baseline main --candidate pr --objectives slo.yaml --max-burned 1%   no slower, and fast enough
  perfbed gate --baseline main --candidate pr --policy gate.yaml        overrides per journey; see docs/gate.md

Presets: quick 8 pairs, default 10, thorough 20. perfbed calibrate measures what they can see on this machine.
Results: report.html, report.md (for a pull request), junit.xml, verdict.json; perfbed judge makes the verdict again from the samples.`;

interface ParsedGate extends ParsedComparison {
  readonly baseline: string;
  readonly candidate: string;
  readonly baselineSide?: string;
  readonly objectives?: string;
  readonly maxBurned?: number;
  readonly sequential?: boolean;
}

export function addGate(program: Command, context: CliContext): Command {
  const command = program
    .command("gate")
    .description("judge a candidate version against a baseline, in interleaved pairs of runs")
    .requiredOption(
      "--baseline <version>",
      "one of the config's sides, or a variant of the storefront sample",
    )
    .requiredOption("--candidate <version>", "the version to be judged")
    .option("--baseline-side <name>", "side of that earlier comparison (default: baseline)")
    .option("--objectives <file>", "OpenSLO YAML: objectives that the candidate must meet as well")
    .addOption(
      new Option(
        "--max-burned <share>",
        "most of a period's error budget that its runs may use, e.g. 1% (default: 100%)",
      ).argParser(shareOption),
    )
    .option("--sequential", "stop as soon as an anytime-valid test decides")
    .addHelpText("after", HELP);
  return comparisonOptions(command).action(async (options: ParsedGate) => {
    const { planGate } = await import("../../campaign/comparison");
    const plan = await planGate({
      ...toComparisonOptions(options),
      baseline: options.baseline,
      candidate: options.candidate,
      sequential: options.sequential ?? false,
      ...(options.objectives === undefined ? {} : { objectives: options.objectives }),
      ...(options.maxBurned === undefined ? {} : { maxBurnedShare: options.maxBurned }),
      ...(options.baselineSide === undefined ? {} : { baselineSide: options.baselineSide }),
    });
    await runPlannedComparison(context, plan, options);
  });
}
