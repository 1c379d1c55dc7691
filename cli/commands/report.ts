import type { Command } from "commander";
import type { CliContext } from "../context";

const HELP = `
Reads the stored samples and the manifest again, judges again, and writes report.html, report.md and report.json anew.
The environment need not exist any more.

Example:
  perfbed report perfbed-results/20260101T120000-1a2b`;

export function addReport(program: Command, context: CliContext): Command {
  return program
    .command("report")
    .argument("<folder>", "folder of a campaign's results")
    .description("build the report again from the stored samples")
    .addHelpText("after", HELP)
    .action(async (folder: string) => {
      const { rebuildReport } = await import("../../campaign/rebuild");
      const { renderTerminalSummary } = await import("../../report/terminal");
      const { exitCode, report, files } = await rebuildReport(folder);
      context.exitWith(exitCode);
      context.terminal.out(
        context.json
          ? JSON.stringify({ exitCode, verdict: report.verdict, files }, null, 2)
          : [
              renderTerminalSummary(report, {
                colour: context.terminal.colour,
                width: context.terminal.width,
              }),
              "",
              ...Object.entries(files).map(([label, file]) => `${label.padEnd(9)} ${file}`),
            ].join("\n"),
      );
    });
}
