import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CampaignPlan } from "../../campaign/plan";
import { ciOptions, type ParsedCi, policyOf, writeCiOutput } from "../ci-output";
import type { CliContext } from "../context";
import { generatorCost } from "../generator-cost";
import { historyOptions } from "../history-options";
import { withInterruption } from "../interruption";
import { observerFor } from "../observer";
import {
  coldCacheOption,
  environmentOptions,
  type ParsedOptions,
  scenarioOptions,
  toPlanOptions,
} from "./options";

const HELP = `
The whole job in one command. Ctrl-C at any moment tears the environment down and proves it.

Examples:
  perfbed campaign                                   the storefront sample under the scenario load
  perfbed campaign --dry-run                         print the plan, start nothing
  perfbed campaign -s spike --set peakRate=60        another scenario, another peak
  perfbed campaign -s ./scenarios/sale.ts            your own scenario, one TypeScript file
  perfbed campaign -s ./test.js                      your own k6 script
  perfbed campaign -c shop/perfbed.config.yaml --sizing medium
  perfbed campaign --cold-cache                      a warm application behind an edge that holds nothing
  perfbed campaign --set peakRate=400 --generators auto    as many generators as that rate needs here

Results go to perfbed-results/<campaign>: report.html, report.md, report.json, run.json, samples as Parquet.`;

interface ParsedCampaign extends ParsedOptions, ParsedCi {
  readonly generators?: number | "auto";
}

function generatorNumber(value: string): number | "auto" {
  if (value === "auto") return value;
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 1) {
    throw new InvalidArgumentError("It must be a whole number above 0, or auto.");
  }
  return parsed;
}

/**
 * As many generators as the plan's peak needs; says how many and why. A dry run measures nothing.
 * @returns undefined where nobody knows what a request costs
 */
async function chosenGenerators(
  plan: CampaignPlan,
  context: CliContext,
  dryRun: boolean,
): Promise<number | undefined> {
  const { checkAutomaticGenerators, chooseGenerators } = await import(
    "../../campaign/fleet/choose-generators"
  );
  checkAutomaticGenerators(plan);
  const cost = await generatorCost(context, dryRun ? "never" : "unknown");
  if (cost === undefined) {
    context.terminal.err(
      "Generators: auto, which a dry run does not measure. `perfbed fleet size` does; the plan has those of the sizing.",
    );
    return undefined;
  }
  const { generators, reason } = chooseGenerators(plan, cost, availableParallelism());
  context.terminal.err(`Generators: ${generators}. ${reason}`);
  return generators;
}

export function addCampaign(program: Command, context: CliContext): Command {
  const command = program
    .command("campaign")
    .description("provision, warm up, load, judge, report, destroy and prove that nothing is left")
    .addOption(
      new Option(
        "--generators <n|auto>",
        "load generators, or auto: as many as the peak needs (default: the sizing's)",
      ).argParser(generatorNumber),
    )
    .addHelpText("after", HELP);
  return ciOptions(historyOptions(coldCacheOption(scenarioOptions(environmentOptions(command))))).action(
    async (options: ParsedCampaign) => {
      const { runCampaign } = await import("../../campaign/campaign");
      const { describePlan, withoutSecrets } = await import("../../campaign/describe");
      const { planCampaign } = await import("../../campaign/plan");
      const { renderTerminalSummary } = await import("../../report/terminal");
      const { terminal, json } = context;
      const policy = policyOf(options);
      const { generators } = options;
      const planWith = (number: number | undefined): Promise<CampaignPlan> =>
        planCampaign({
          ...toPlanOptions(options),
          ...(number === undefined ? {} : { generators: number }),
        });
      const planned = await planWith(generators === "auto" ? undefined : generators);
      const chosen =
        generators === "auto" ? await chosenGenerators(planned, context, options.dryRun === true) : undefined;
      // Planned anew: what more generators cost has to be within the limits as well.
      const plan = chosen === undefined ? planned : await planWith(chosen);
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
