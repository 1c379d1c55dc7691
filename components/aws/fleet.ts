import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../core/errors";
import type { FleetArgs, FleetOutputs, GeneratorSlot } from "../contracts";
import { type AwsContext, childOptions } from "./context";
import { createFleetInstances } from "./fleet/instances";
import { fleetProblems, generatorCountProblems } from "./fleet/problems";
import { createFleetTasks } from "./fleet/tasks";
import { FleetFlavour } from "./settings";

/**
 * Load generators: EC2 instances that stand ready, or a task definition of Fargate that the campaign starts tasks from. They are reached
 * through Systems Manager alone, and their samples go to the environment's bucket. See `GeneratorLocation` for how each is found.
 * @throws ConfigError with every problem of the settings, before anything is created
 */
export class AwsFleet extends pulumi.ComponentResource implements FleetOutputs {
  readonly generators: pulumi.Output<GeneratorSlot[]>;

  constructor(name: string, args: FleetArgs, context: AwsContext, opts: pulumi.ComponentResourceOptions) {
    const { fleet } = context.settings;
    const problems = [
      ...fleetProblems(context.settings),
      ...generatorCountProblems(context.settings, args.sizing.generators),
    ];
    if (problems.length > 0) throw new ConfigError("AWS fleet", problems);
    super("perfbed:aws:Fleet", name, {}, opts);
    const options = childOptions(this, opts);
    this.generators =
      fleet.flavour === FleetFlavour.Fargate
        ? createFleetTasks(name, args, context, fleet.containerImage ?? "", options)
        : createFleetInstances(name, args, context, this, options);
    this.registerOutputs({ generators: this.generators });
  }
}
