import type { Command } from "commander";
import { ExitCode } from "../../core/errors";
import type { CliContext } from "../context";
import { observerFor } from "../observer";

const HELP = `
Destroys through Pulumi, removes what Pulumi does not know of, then looks at the process table, ports, reservations,
cgroups and files, and says what it found. Exit code 6 when something is left.

Example:
  perfbed destroy shop-a`;

export function addDestroy(program: Command, context: CliContext): Command {
  return program
    .command("destroy")
    .argument("<environment>", "name of the environment (see perfbed list)")
    .description("remove an environment and prove that nothing is left")
    .addHelpText("after", HELP)
    .action(async (environmentId: string) => {
      const { destroyEnvironment } = await import("../../campaign/standing");
      const { teardownText } = await import("../../campaign/teardown");
      const observer = observerFor(context);
      const proof = await destroyEnvironment(environmentId, observer);
      observer.close();
      context.exitWith(proof.proved ? ExitCode.Pass : ExitCode.TeardownNotProved);
      context.terminal.out(
        context.json ? JSON.stringify({ environmentId, ...proof }, null, 2) : teardownText(proof),
      );
    });
}
