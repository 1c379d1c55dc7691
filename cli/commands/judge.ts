import type { Command } from "commander";
import type { CliContext } from "../context";

const HELP = `
Reads the stored samples of every run again, judges again and writes verdict.json, report.html, report.md and junit.xml anew.
The same folder gives the same verdict.json, byte for byte. Environments need not exist any more.

Example:
  perfbed judge perfbed-results/20260101T120000-1a2b`;

export function addJudge(program: Command, context: CliContext): Command {
  return program
    .command("judge")
    .argument("<folder>", "folder of the results of perfbed gate, compare or calibrate")
    .description("judge a stored comparison again from its samples")
    .addHelpText("after", HELP)
    .action(async (folder: string) => {
      const { rejudge } = await import("../../campaign/comparison");
      const { renderComparisonSummary, renderVerdict } = await import("../../report/comparison");
      const { terminal, json } = context;
      const { exitCode, report, files } = await rejudge(folder);
      context.exitWith(exitCode);
      terminal.out(
        json
          ? renderVerdict(report).trimEnd()
          : [
              renderComparisonSummary(report, { colour: terminal.colour, width: terminal.width }),
              "",
              ...Object.entries(files).map(([label, file]) => `${label.padEnd(9)} ${file}`),
            ].join("\n"),
      );
    });
}
