import { Command } from "commander";
import { packageVersion } from "../core/version";
import { addCalibrate } from "./commands/calibrate";
import { addCampaign } from "./commands/campaign";
import { addCompare } from "./commands/compare";
import { addDestroy } from "./commands/destroy";
import { addDoctor } from "./commands/doctor";
import { addFleet } from "./commands/fleet";
import { addGate } from "./commands/gate";
import { addHistory } from "./commands/history";
import { addInit } from "./commands/init";
import { addJudge } from "./commands/judge";
import { addList } from "./commands/list";
import { addReport } from "./commands/report";
import { addRun } from "./commands/run";
import { addScenarios } from "./commands/scenarios";
import { addSlo } from "./commands/slo";
import { addSweep } from "./commands/sweep";
import { addTraffic } from "./commands/traffic";
import { addUp } from "./commands/up";
import type { CliContext } from "./context";

const OVERVIEW = `
A campaign is the whole job: provision, verify, warm up, load, collect, judge, report, destroy, prove.

  perfbed campaign                                  the storefront sample, scenario load
  perfbed campaign --dry-run                        the plan: tiers, arrival curve, expected requests, length
  perfbed campaign --scenario spike --set peakRate=60
  perfbed campaign --scenario ./black-friday.ts     your own scenario, one file
  perfbed campaign --config shop/perfbed.config.yaml

Or step by step, with an environment that stays up:

  perfbed up --name shop-a
  perfbed run shop-a --scenario smoke
  perfbed destroy shop-a

Exit codes: 0 pass, 1 regression or broken objective, 2 usage, 3 inconclusive, 4 invalid measurement,
5 environment failed, 6 teardown not proved, 70 internal, 130 interrupted. See docs/exit-codes.md.`;

/** The whole command line. Parses nothing by itself. */
export function createProgram(context: CliContext): Command {
  const program = new Command("perfbed")
    .description("Performance test environments as code: provision, load, judge and remove.")
    .version(packageVersion(), "-v, --version", "print the version")
    .option("--json", "print one JSON document on standard output, nothing else")
    .option("--no-colour", "no colours, also on a terminal")
    .helpOption("-h, --help", "show help; every command has its own")
    .showHelpAfterError("(run with --help for usage)")
    .addHelpText("after", OVERVIEW)
    .enablePositionalOptions()
    .exitOverride();
  for (const add of [
    addCampaign,
    addGate,
    addCompare,
    addCalibrate,
    addJudge,
    addUp,
    addRun,
    addReport,
    addHistory,
    addSlo,
    addTraffic,
    addInit,
    addDestroy,
    addList,
    addSweep,
    addDoctor,
    addScenarios,
    addFleet,
  ]) {
    const command = add(program, context);
    command.option("--json", "print one JSON document on standard output, nothing else");
    command.exitOverride();
  }
  return program;
}
