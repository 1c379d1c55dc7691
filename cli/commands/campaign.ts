import type { Command } from "commander";
import { ciOptions, type ParsedCi, policyOf, writeCiOutput } from "../ci-output";
import type { CliContext } from "../context";
import { historyOptions } from "../history-options";
import { withInterruption } from "../interruption";
import { observerFor } from "../observer";
import { environmentOptions, type ParsedOptions, scenarioOptions, toPlanOptions } from "./options";

const HELP = `
The whole job in one command. Ctrl-C at any moment tears the environment down and proves it.

Examples:
  perfbed campaign                                   the storefront sample under the scenario load
  perfbed campaign --dry-run                         print the plan, start nothing
  perfbed campaign -s spike --set peakRate=60        another scenario, another peak
  perfbed campaign -s ./scenarios/sale.ts            your own scenario, one TypeScript file
  perfbed campaign -s ./test.js                      your own k6 script
  perfbed campaign -c shop/perfbed.config.yaml --sizing medium

Results go to perfbed-results/<campaign>: report.html, report.md, report.json, run.json, samples as Parquet.`;

export function addCampaign(program: Command, context: CliContext): Command {
  const command = program
    .command("campaign")
    .description("provision, warm up, load, judge, report, destroy and prove that nothing is left")
    .addHelpText("after", HELP);
  return ciOptions(historyOptions(scenarioOptions(environmentOptions(command)))).action(
    async (options: ParsedOptions & ParsedCi) => {
      const { runCampaign } = await import("../../campaign/campaign");
      const { describePlan, withoutSecrets } = await import("../../campaign/describe");
      const { planCampaign } = await import("../../campaign/plan");
      const { renderTerminalSummary } = await import("../../report/terminal");
      const { terminal, json } = context;
      const policy = policyOf(options);
      const plan = await planCampaign(toPlanOptions(options));
      if (options.dryRun === true) {
        terminal.out(
          json
            ? JSON.stringify({ plan: { ...plan, environment: withoutSecrets(plan.environment) } }, null, 2)
            : describePlan(plan, terminal.width),
        );
        return;
      }
      if (!json)
        terminal.err(
          `Campaign ${plan.campaignId}: ${plan.workload.scenario} on ${plan.environment.target}, environment ${plan.environment.environmentId}`,
        );
      const observer = observerFor(context);
      const result = await withInterruption(context, (signal) => runCampaign(plan, { observer, signal }));
      observer.close();
      const { checksOfRun } = await import("../../report/checks");
      const exitCode = await writeCiOutput(context, options, checksOfRun(result.report), {
        exitCode: result.exitCode,
        policy,
      });
      context.exitWith(exitCode);
      if (json) {
        terminal.out(
          JSON.stringify(
            {
              campaignId: plan.campaignId,
              exitCode,
              verdict: result.report.verdict,
              teardown: result.teardown,
              files: result.files,
            },
            null,
            2,
          ),
        );
        return;
      }
      terminal.out("");
      terminal.out(renderTerminalSummary(result.report, { colour: terminal.colour, width: terminal.width }));
      terminal.out("");
      for (const [label, file] of Object.entries(result.files)) terminal.out(`${label.padEnd(9)} ${file}`);
      terminal.out(result.teardownText);
    },
  );
}
