import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { ConfigError } from "../../core/errors";
import type { CliContext } from "../context";
import { generatorCost } from "../generator-cost";
import { type ParsedOptions, positiveNumber, scenarioOptions, toPlanOptions } from "./options";

const HELP = `
Examples:
  perfbed fleet size -s load --set peakRate=300
  perfbed fleet size -s ./sale.ts --rate 1200
  perfbed fleet size --calibrate                 measure again what a request costs here`;

interface ParsedSize extends ParsedOptions {
  readonly rate?: number;
  readonly calibrate?: boolean;
}

export function addFleet(program: Command, context: CliContext): Command {
  const fleet = program.command("fleet").description("the load generators");
  const size = fleet
    .command("size")
    .description("how many generators a scenario needs on this machine, from a short calibration")
    .option("-c, --config <file>", "config file, for scenario and parameters")
    .addOption(
      new Option("--rate <requests/s>", "in place of the scenario's own peak").argParser(positiveNumber),
    )
    .option("--calibrate", "measure again, although this machine was measured before")
    .option("--json", "print one JSON document on standard output, nothing else")
    .addHelpText("after", HELP);
  scenarioOptions(size).action(async (options: ParsedSize) => {
    const { planCampaign } = await import("../../campaign/plan");
    const { GENERATOR_CPU_LIMIT, sizeFleet } = await import("../../campaign/fleet/sizing");
    const { terminal, json } = context;
    const { workload } = await planCampaign(toPlanOptions(options));
    const cores = availableParallelism();
    const cost = await generatorCost(context, options.calibrate === true ? "again" : "unknown");
    const sizing = sizeFleet(workload, cost, cores, options.rate);
    if (sizing === null) {
      throw new ConfigError("The fleet cannot be sized", [
        {
          field: "scenario",
          value: workload.script?.file,
          allowed: "a scenario whose requests are known",
          hint: "Run the script once: the report says what its generators used.",
        },
      ]);
    }
    if (json) {
      terminal.out(JSON.stringify({ ...sizing, cores, cost }, null, 2));
      return;
    }
    const { generators } = sizing;
    terminal.out(
      `${Math.ceil(sizing.peakRequestsPerSecond)} requests/s of ${workload.scenario} need ${generators} ${generators === 1 ? "generator" : "generators"} on this machine.`,
    );
    terminal.out(
      `A request costs ${sizing.requestMicroseconds.toFixed(0)} µs of CPU: ${sizing.busyCores.toFixed(2)} of ${cores} cores, with each generator under ${GENERATOR_CPU_LIMIT * 100} % of one; ${sizing.users} virtual users.`,
    );
    if (!sizing.fits) {
      terminal.out(
        `That is more than ${GENERATOR_CPU_LIMIT * 100} % of the whole machine: the generators' own delays would be in the latencies. Lower the rate or use a larger machine.`,
      );
    }
  });
  size.exitOverride();
  return fleet;
}
