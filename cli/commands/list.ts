import type { Command } from "commander";
import type { CliContext } from "../context";

export function addList(program: Command, context: CliContext): Command {
  return program
    .command("list")
    .description("list environments on this machine, also those whose owner is gone")
    .addHelpText(
      "after",
      "\nRead from the folders and from the process table, so that leftovers of a killed runner show as well.",
    )
    .action(async () => {
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
      const header = ["environment", "owner", "processes", "expires", "state"];
      const widths = header.map((title, column) =>
        Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
      );
      for (const row of [header, ...rows]) {
        context.terminal.out(
          row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
        );
      }
    });
}
