import type { Command } from "commander";
import { ciOptions, type ParsedCi, policyOf, writeCiOutput } from "../ci-output";
import type { CliContext } from "../context";
import { historyOptions } from "../history-options";
import { withInterruption } from "../interruption";
import { observerFor } from "../observer";
import { coldCacheOption, type ParsedOptions, scenarioOptions, toPlanOptions } from "./options";

const HELP = `
Examples:
  perfbed run shop-a --scenario smoke
  perfbed run shop-a --scenario load --set peakRate=20 --set holdSeconds=30
  perfbed run shop-a --scenario ./test.js

The environment stays up. Ctrl-C stops the load and leaves the environment standing.`;

export function addRun(program: Command, context: CliContext): Command {
  const command = program
    .command("run")
    .argument("<environment>", "name of a standing environment (see perfbed list)")
    .description("run a scenario against a standing environment")
    .option("-c, --config <file>", "config file, for scenario and parameters")
    .option("--dry-run", "print the plan and start nothing")
    .addHelpText("after", HELP);
  return ciOptions(historyOptions(coldCacheOption(scenarioOptions(command)))).action(
    async (environmentId: string, options: ParsedOptions & ParsedCi) => {
      const { describePlan } = await import("../../campaign/describe");
      const { planRun } = await import("../../campaign/plan-run");
      const { runStanding } = await import("../../campaign/standing");
      const { renderTerminalSummary } = await import("../../report/terminal");
      const { terminal, json } = context;
      const policy = policyOf(options);
      const plan = await planRun(environmentId, toPlanOptions(options));
      if (options.dryRun === true) {
        terminal.out(json ? JSON.stringify({ plan }, null, 2) : describePlan(plan, terminal.width));
        return;
      }
      const observer = observerFor(context);
      const result = await withInterruption(context, (signal) => runStanding(plan, { observer, signal }));
      observer.close();
      const { checksOfRun } = await import("../../report/checks");
      const exitCode = await writeCiOutput(context, options, checksOfRun(result.report), {
        exitCode: result.exitCode,
        policy,
      });
      context.exitWith(exitCode);
      terminal.out(
        json
          ? JSON.stringify({ exitCode, verdict: result.report.verdict, files: result.files }, null, 2)
          : [
              "",
              renderTerminalSummary(result.report, { colour: terminal.colour, width: terminal.width }),
              "",
              ...Object.entries(result.files).map(([label, file]) => `${label.padEnd(9)} ${file}`),
            ].join("\n"),
      );
    },
  );
}
