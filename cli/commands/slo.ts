import { type Command, Option } from "commander";
import type { CliContext } from "../context";
import { shareOption } from "./comparison-options";

const HELP = `
Objectives are OpenSLO YAML: a share of good requests over a rolling period, for all requests or for one journey (docs/slo.md).

Examples:
  perfbed slo check perfbed-results/20260101T120000-1a2b --objectives slo.yaml
  perfbed slo check perfbed-results/20260101T120000-1a2b --objectives slo.yaml --max-burned 1%
  perfbed slo rules --objectives slo.yaml --format prometheus > rules.yaml
  perfbed slo rules --objectives slo.yaml --format cloudwatch > alarms.json`;

const CHECK_HELP = `
Judges the objectives on the samples of the measured windows. Of a comparison the candidate's runs count (another side: --side).

  pass          no objective is broken, and no more budget is used than allowed    exit code 0
  regression    an objective is broken, or too much budget is used                 exit code 1
  inconclusive  an objective has no traffic                                        exit code 3
  invalid       no run is to be believed                                           exit code 4`;

interface ParsedCheck {
  readonly objectives: string;
  readonly side?: string;
  readonly maxBurned?: number;
}

interface ParsedRules {
  readonly objectives: string;
  readonly format: "prometheus" | "cloudwatch";
}

export function addSlo(program: Command, context: CliContext): Command {
  const slo = program
    .command("slo")
    .description("service-level objectives: error budgets of stored runs, alert rules")
    .addHelpText("after", HELP);
  const commands = [addCheck(slo, context), addRules(slo, context)];
  for (const command of commands) command.exitOverride();
  return slo;
}

function addCheck(slo: Command, context: CliContext): Command {
  return slo
    .command("check")
    .argument("<folder>", "folder of a run, a campaign, a comparison, or of all results")
    .description("compliance and error budget of stored runs")
    .requiredOption("--objectives <file>", "OpenSLO YAML")
    .option("--side <name>", "only runs of this side (default: every side but baseline)")
    .addOption(
      new Option(
        "--max-burned <share>",
        "most of a period's error budget that the time measured may use, e.g. 1% (default: 100%)",
      ).argParser(shareOption),
    )
    .option("--json", "print one JSON document on standard output, nothing else")
    .addHelpText("after", CHECK_HELP)
    .action(async (folder: string, options: ParsedCheck) => {
      const { checkObjectives } = await import("../../campaign/slo-programme/check");
      const { renderSloCheck } = await import("../../report/slo-programme/terminal");
      const check = await checkObjectives({
        folder,
        objectives: options.objectives,
        ...(options.side === undefined ? {} : { side: options.side }),
        ...(options.maxBurned === undefined ? {} : { maxBurnedShare: options.maxBurned }),
      });
      const { terminal, json } = context;
      context.exitWith(check.exitCode);
      terminal.out(
        json ? JSON.stringify(check, null, 2) : renderSloCheck(check, { colour: terminal.colour }),
      );
    });
}

function addRules(slo: Command, context: CliContext): Command {
  return slo
    .command("rules")
    .description("multi-window, multi-burn-rate alert rules of objectives")
    .requiredOption("--objectives <file>", "OpenSLO YAML")
    .addOption(
      new Option("--format <name>", "for which system")
        .choices(["prometheus", "cloudwatch"])
        .default("prometheus"),
    )
    .action(async ({ objectives: file, format }: ParsedRules) => {
      const { readObjectives } = await import("../../campaign/slo-programme/check");
      const { cloudWatchAlarms, prometheusRules } = await import("../../analysis/slo-programme");
      const { objectives } = readObjectives(file);
      context.terminal.out(
        format === "prometheus"
          ? prometheusRules(objectives).trimEnd()
          : JSON.stringify(cloudWatchAlarms(objectives), null, 2),
      );
    });
}
