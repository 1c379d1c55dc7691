import { type Command, Option } from "commander";
import type { CliContext } from "../context";
import { printColumns } from "./columns";
import { ledgersOfAws, listAwsTarget, printLedgers, refuseRegion } from "./list-aws";

export function addList(program: Command, context: CliContext): Command {
  return program
    .command("list")
    .description("list environments on this machine or in AWS, also those whose owner is gone")
    .addHelpText(
      "after",
      `
Read from the folders and from the process table, so that leftovers of a killed runner show as well. Without --target also what this machine
has made on AWS, from its ledgers alone; with --target aws, AWS itself is asked, about one region.`,
    )
    .addOption(
      new Option("--target <target>", "where to look (default: all that this machine knows of)").choices([
        "local",
        "aws",
      ]),
    )
    .option("--region <region>", "region of AWS (default: AWS_REGION)")
    .action(async (options: { readonly target?: string; readonly region?: string }) => {
      if (options.target === "aws") return listAwsTarget(options.region, context);
      refuseRegion(options.region);
      const onAws = options.target === undefined ? await ledgersOfAws() : [];
      const { listEnvironments } = await import("../../components/local/supervisor");
      const environments = await listEnvironments();
      if (context.json) {
        context.terminal.out(JSON.stringify({ environments, onAws }, null, 2));
        return;
      }
      if (environments.length === 0) {
        if (onAws.length === 0) context.terminal.out("No environments.");
        printLedgers(context.terminal, onAws);
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
      printLedgers(context.terminal, onAws);
    });
}
