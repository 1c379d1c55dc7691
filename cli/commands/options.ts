import { type Command, InvalidArgumentError, Option } from "commander";
import type { PlanOptions } from "../../campaign/plan";
import { LOAD_TOOLS } from "../../scenarios/model";
import { historyChoice, type ParsedHistory } from "../history-options";

/** Options that say what to provision. */
export function environmentOptions(command: Command): Command {
  return command
    .option(
      "-c, --config <file>",
      "config file (default: perfbed.config.ts/.js/.yaml/.json here, else the sample)",
    )
    .addOption(
      new Option("--target <name>", "where the environment runs (default: the config's, else local)").choices(
        ["local", "aws"],
      ),
    )
    .option("--region <name>", "region of AWS, with --target aws (default: the config's, else AWS_REGION)")
    .addOption(
      new Option(
        "--max-hourly-cost <usd>",
        "with --target aws: refuse an environment that is estimated to cost more an hour",
      ).argParser(positiveNumber),
    )
    .option("-n, --name <id>", "name of the environment (default: generated)")
    .option("--sizing <name>", "sizing preset: small, medium or large")
    .option("--app-version <version>", "version of the application under test, for the record")
    .addOption(
      new Option("--expiry <minutes>", "minutes after which the watchdog may end the environment").argParser(
        positiveNumber,
      ),
    )
    .option("--dry-run", "print the plan and start nothing");
}

/** Options that say what to run. */
export function scenarioOptions(command: Command): Command {
  return command
    .option("-s, --scenario <name|file>", "catalogue name, scenario file (.ts) or a load tool's own script")
    .addOption(new Option("--tool <name>", "what makes the load (default: k6)").choices(LOAD_TOOLS))
    .option("--set <name=value>", "parameter of the scenario; repeatable", collectParameter, [])
    .option("--results <folder>", "where results go (default: perfbed-results)");
}

/** Where one run is measured by itself. */
export function coldCacheOption(command: Command): Command {
  return command.option("--cold-cache", "empty the edge's cache after the warm-up, and measure from there");
}

/** `--set name=value`, repeatable. */
export function collectParameter(value: string, previous: readonly string[]): string[] {
  if (!/^[A-Za-z][\w.]*=/.test(value)) {
    throw new InvalidArgumentError("Write it as name=value, for instance --set peakRate=60.");
  }
  return [...previous, value];
}

export function positiveNumber(value: string): number {
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed <= 0) throw new InvalidArgumentError("It must be a number above 0.");
  return parsed;
}

/** What commander collected, as far as the plan is concerned. */
export interface ParsedOptions extends ParsedHistory {
  readonly config?: string;
  readonly target?: string;
  readonly region?: string;
  readonly maxHourlyCost?: number;
  readonly name?: string;
  readonly sizing?: string;
  readonly appVersion?: string;
  readonly expiry?: number;
  readonly dryRun?: boolean;
  readonly scenario?: string;
  readonly tool?: string;
  readonly set?: string[];
  readonly coldCache?: boolean;
  readonly results?: string;
}

export function toPlanOptions(options: ParsedOptions): PlanOptions {
  return {
    cwd: process.cwd(),
    set: options.set ?? [],
    reproduce: reproduceLine(process.argv.slice(2)),
    ...historyChoice(options),
    ...(options.config === undefined ? {} : { configFile: options.config }),
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.maxHourlyCost === undefined ? {} : { maxHourlyCostUsd: options.maxHourlyCost }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.sizing === undefined ? {} : { sizing: options.sizing }),
    ...(options.appVersion === undefined ? {} : { appVersion: options.appVersion }),
    ...(options.expiry === undefined ? {} : { expiryMinutes: options.expiry }),
    ...(options.scenario === undefined ? {} : { scenario: options.scenario }),
    ...(options.tool === undefined ? {} : { tool: options.tool }),
    ...(options.coldCache === true ? { coldCache: true } : {}),
    ...(options.results === undefined ? {} : { resultsDir: options.results }),
  };
}

const plain = /^[\w@%+=:,./-]+$/;

/** The command line that repeats this run, quoted for a shell. */
export function reproduceLine(args: readonly string[]): string {
  return [
    "perfbed",
    ...args.map((arg) => (plain.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)),
  ].join(" ");
}
