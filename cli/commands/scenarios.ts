import type { Command } from "commander";
import type { Scenario } from "../../scenarios/define";
import type { CliContext } from "../context";
import { addScenariosRender } from "./scenarios-render";

const HELP = `
Examples:
  perfbed scenarios              the catalogue
  perfbed scenarios spike        parameters of one scenario, with defaults
  perfbed scenarios render load --tool gatling --out DIR
  perfbed campaign -s spike --set peakRate=60

Your own scenario is one TypeScript file; see docs/scenarios.md.`;

export function addScenarios(program: Command, context: CliContext): Command {
  const command = program
    .command("scenarios")
    .argument("[name]", "show the parameters of this one")
    .description("list the catalogue of scenarios and their parameters")
    .addHelpText("after", HELP)
    .action(async (name: string | undefined) => {
      const { catalogue, findScenario } = await import("../../scenarios/catalogue");
      const { describeParameters } = await import("../../scenarios/parameters");
      const { terminal, json } = context;
      if (name === undefined) {
        terminal.out(
          json
            ? JSON.stringify({ scenarios: catalogue.map(summary) }, null, 2)
            : catalogue.map((scenario) => `${scenario.name.padEnd(12)} ${scenario.description}`).join("\n"),
        );
        return;
      }
      const scenario = findScenario(name);
      const parameters = describeParameters(scenario);
      if (json) {
        terminal.out(JSON.stringify({ ...summary(scenario), parameters }, null, 2));
        return;
      }
      terminal.out(`${scenario.name}: ${scenario.description}`);
      for (const parameter of parameters) {
        terminal.out("");
        terminal.out(`  --set ${parameter.name}=${JSON.stringify(parameter.default) ?? "<value>"}`);
        terminal.out(`      ${parameter.description}`);
        terminal.out(`      ${parameter.allowed}`);
      }
    });
  addScenariosRender(command, context);
  return command;
}

const summary = ({ name, description }: Scenario): { name: string; description: string } => ({
  name,
  description,
});
