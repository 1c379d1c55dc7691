import type { Command } from "commander";
import { ciOptions, type ParsedCi, policyOf, writeCiOutput } from "../ci-output";
import type { CliContext } from "../context";

const HELP = `
Reads the stored samples and the manifest again, judges again, and writes report.html, report.md and report.json anew.
The environment need not exist any more.

Example:
  perfbed report perfbed-results/20260101T120000-1a2b`;

export function addReport(program: Command, context: CliContext): Command {
  const command = program
    .command("report")
    .argument("<folder>", "folder of a campaign's results")
    .description("build the report again from the stored samples")
    .addHelpText("after", HELP);
  return ciOptions(command).action(async (folder: string, options: ParsedCi) => {
    const policy = policyOf(options);
    const { rebuildReport } = await import("../../campaign/rebuild");
    const { renderTerminalSummary } = await import("../../report/terminal");
    const { exitCode: verdictCode, report, files } = await rebuildReport(folder);
    const { checksOfRun } = await import("../../report/checks");
    const exitCode = await writeCiOutput(context, options, checksOfRun(report), {
      exitCode: verdictCode,
      policy,
    });
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
