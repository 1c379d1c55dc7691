import { type Command, Option } from "commander";
import type { CliContext } from "../context";
import { printColumns } from "./columns";
import { listAwsTarget } from "./list-aws";

export function addList(program: Command, context: CliContext): Command {
  return program
    .command("list")
    .description("list environments on this machine or in AWS, also those whose owner is gone")
    .addHelpText(
      "after",
      "\nRead from the folders and from the process table, so that leftovers of a killed runner show as well.",
    )
    .addOption(new Option("--target <target>", "where to look").choices(["local", "aws"]).default("local"))
    .option("--region <region>", "region of AWS (default: AWS_REGION)")
    .action(async (options: { readonly target: string; readonly region?: string }) => {
      if (options.target === "aws") return listAwsTarget(options.region, context);
      const { listEnvironments } = await import("../../components/local/supervisor");
      const environments = await listEnvironments();
      if (context.json) {
        context.terminal.out(JSON.stringify({ environments }, null, 2));
        return;
      }
      if (environments.length === 0) {
        context.terminal.out("No environments.");
        return;
      }
      const rows = environments.map((environment) => [
        environment.environmentId,
        environment.owner ?? "–",
        String(environment.processCount),
        environment.expiresAt === undefined
          ? "–"
          : `${environment.expiresAt}${environment.expired ? " (expired)" : ""}`,
        environment.ownerAlive ? "in use" : environment.state,
      ]);
      printColumns(context.terminal, ["environment", "owner", "processes", "expires", "state"], rows);
    });
}
