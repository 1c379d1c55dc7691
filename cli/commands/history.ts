import { type Command, InvalidArgumentError, Option } from "commander";
import type { HistoryFilter } from "../../storage/history";
import type { CliContext } from "../context";

const HELP = `
Runs of perfbed campaign and perfbed run are recorded in <results>/history, or where --history, PERFBED_HISTORY or the
config's "history" say. A change point is where the level of a figure changed for good: the mean before and after, the
confidence, and the first run and version of the new level. Invalid runs are left out and counted.

Examples:
  perfbed history                                        runs and change points
  perfbed history --journey checkout --metric p95 --since 90d
  perfbed history --history s3://results/shop --html history.html
  PERFBED_HISTORY=postgres://ci:…@db/perf perfbed history --json
  perfbed history record perfbed-results/20260101T120000-1a2b      record results that are stored already

The folder is plain Parquet: duckdb -c "SELECT * FROM 'perfbed-results/history/runs/**/*.parquet'". See docs/history.md.`;

const METRICS: Readonly<Record<string, string>> = {
  p50: "p50_ms",
  p95: "p95_ms",
  p99: "p99_ms",
  "p99.9": "p999_ms",
  errors: "error_ratio",
  rate: "rate_per_second",
};

const UNITS_US: Readonly<Record<string, number>> = { h: 3_600e6, d: 86_400e6, w: 604_800e6 };

/** `2026-01-31`, `2026-01-31T12:00Z`, `30d`, `12h`, `6w`: microseconds since the epoch. */
export function sinceOption(text: string, now: number = Date.now()): number {
  const ago = /^(\d+)([hdw])$/.exec(text);
  const unit = UNITS_US[ago?.[2] ?? ""];
  if (ago !== null && unit !== undefined) return now * 1000 - Number(ago[1]) * unit;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("Write a date such as 2026-01-31, or 30d, 12h, 6w.");
  return at * 1000;
}

function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("Write it as 5% or 0.05.");
  return Number(match[1]) / (match[2] === "%" ? 100 : 1);
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

interface ParsedHistoryCommand {
  readonly history?: string;
  readonly config?: string;
  readonly results?: string;
  readonly journey?: string;
  readonly metric?: string;
  readonly application?: string;
  readonly scenario?: string;
  readonly sizing?: string;
  readonly since?: number;
  readonly minChange?: number;
  readonly maxP?: number;
  readonly window?: number;
  readonly runs: number;
  readonly html?: string;
}

const placeOptions = (command: Command): Command =>
  command
    .option("--history <address>", "folder, s3://bucket/prefix or postgres://user@host/db")
    .option("-c, --config <file>", "config file with a history of its own")
    .option("--results <folder>", "results folder (default: perfbed-results)");

async function locate(options: Pick<ParsedHistoryCommand, "history" | "config" | "results">) {
  const { loadConfig } = await import("../../campaign/config/load");
  const { chooseHistory } = await import("../../campaign/history/location");
  const cwd = process.cwd();
  const { config, baseDir } = await loadConfig({
    cwd,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  return chooseHistory({
    option: options.history,
    config,
    configDir: baseDir,
    results: options.results,
    cwd,
  });
}

function filterOf(options: ParsedHistoryCommand): HistoryFilter {
  const { journey, metric, application, scenario, sizing, since } = options;
  return {
    ...(journey === undefined ? {} : { journey: journey === "all" ? "(all)" : journey }),
    ...(metric === undefined ? {} : { metric: METRICS[metric] ?? metric }),
    ...(application === undefined ? {} : { application }),
    ...(scenario === undefined ? {} : { scenario }),
    ...(sizing === undefined ? {} : { sizing }),
    ...(since === undefined ? {} : { sinceUs: since }),
  };
}

export function addHistory(program: Command, context: CliContext): Command {
  const command = program
    .command("history")
    .description("list recorded runs and the change points of every figure over time")
    .option("--journey <name>", "one journey; all: every request together")
    .addOption(
      new Option("--metric <name>", "one metric").choices([
        ...Object.keys(METRICS),
        ...Object.values(METRICS),
      ]),
    )
    .option("--application <name>", "one application")
    .option("--scenario <name>", "one scenario")
    .option("--sizing <name>", "one sizing")
    .addOption(
      new Option("--since <when>", "runs since a date, or 30d, 12h, 6w").argParser((text) =>
        sinceOption(text),
      ),
    )
    .addOption(new Option("--min-change <share>", "smallest change shown, e.g. 5%").argParser(share))
    .addOption(new Option("--max-p <p>", "significance of a change point (default: 0.001)").argParser(share))
    .addOption(new Option("--window <runs>", "runs looked at together (default: 50)").argParser(count))
    .addOption(new Option("--runs <n>", "runs listed, the latest ones").default(10).argParser(count))
    .option("--html <file>", "write one self-contained page with a chart for each series")
    .addHelpText("after", HELP);
  placeOptions(command).action(async (options: ParsedHistoryCommand) => {
    const { viewHistory } = await import("../../campaign/history/view");
    const { renderHistoryText } = await import("../../report/history/terminal");
    const { terminal, json } = context;
    const location = await locate(options);
    const view = await viewHistory(location, {
      filter: filterOf(options),
      keepPoints: json || options.html !== undefined,
      changePoints: {
        ...(options.minChange === undefined ? {} : { minMagnitude: options.minChange }),
        ...(options.maxP === undefined ? {} : { maxPValue: options.maxP }),
        ...(options.window === undefined ? {} : { windowLength: options.window }),
      },
    });
    if (options.html !== undefined) {
      const { renderHistoryPage } = await import("../../report/history/page");
      const { writeTextFile } = await import("../../campaign/files");
      await writeTextFile(options.html, renderHistoryPage(view));
    }
    if (json) {
      terminal.out(JSON.stringify(view, null, 2));
      return;
    }
    terminal.out(renderHistoryText(view, { colour: terminal.colour, runs: options.runs }));
    if (options.html !== undefined) terminal.out(`\nPage      ${options.html}`);
  });
  addRecord(command, context);
  return command;
}

function addRecord(history: Command, context: CliContext): void {
  const command = history
    .command("record")
    .argument("<folder>", "a run's folder, a campaign's, or a folder of campaigns")
    .description(
      "judge stored runs from their samples and record them; a run that is there already stays once",
    )
    .option("--json", "print one JSON document on standard output, nothing else")
    .exitOverride();
  placeOptions(command).action(async (folder: string, _: unknown, self: Command) => {
    const { storedRuns } = await import("../../campaign/history/stored-runs");
    const { recordRuns } = await import("../../campaign/history/record");
    const location = await locate(self.optsWithGlobals());
    const recorded: { campaign: string; run: string; outcome: string }[] = [];
    for await (const report of storedRuns(folder)) {
      const [outcome = "recorded"] = await recordRuns(location, [report]);
      recorded.push({ campaign: report.manifest.campaignId, run: report.manifest.runId, outcome });
    }
    context.terminal.out(
      context.json
        ? JSON.stringify({ history: location.text, runs: recorded }, null, 2)
        : [
            ...recorded.map(({ campaign, run, outcome }) => `${campaign}/${run}  ${outcome}`),
            `History   ${location}`,
          ].join("\n"),
    );
  });
}
