import { type Command, InvalidArgumentError, Option } from "commander";
import type { CheckPart } from "../../traffic/checking/compare";
import type { LogFormat } from "../../traffic/reading/formats";
import { JSON_FIELDS } from "../../traffic/reading/json-fields";
import type { JsonFieldNames } from "../../traffic/reading/json-lines";
import type { TrafficSettings } from "../../traffic/settings";

export const FORMATS = ["combined", "json", "alb", "cloudfront", "har"];
export const PARTS = ["arrivals", "mix", "transitions", "dispersion"] as const;

interface ParsedReading {
  readonly format?: LogFormat;
  readonly field: JsonFieldNames;
  readonly sessionCookie?: string;
}

export interface ParsedSettings extends ParsedReading {
  readonly idle: number;
  readonly maxSteps: number;
  readonly maxLiterals: number;
  readonly minClients: number;
  readonly peak: number;
  readonly window: number;
  readonly includeStatic?: boolean;
  readonly includeHealth?: boolean;
  readonly includeBots?: boolean;
  readonly keepValues?: boolean;
}

/** Reads a number of a range. */
export const number =
  (low: number, high: number, whole: boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `It must be ${whole ? "a whole number" : "a number"} from ${low} to ${high}.`,
      );
    }
    return value;
  };

export function fieldName(text: string, previous: JsonFieldNames): JsonFieldNames {
  const [, field = "", name = ""] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (!JSON_FIELDS.some((known) => known === field)) {
    throw new InvalidArgumentError(
      `Write it as field=name, for instance --field path=request.uri; fields are ${JSON_FIELDS.join(", ")}.`,
    );
  }
  return { ...previous, [field]: name };
}

export function parts(text: string): readonly CheckPart[] {
  const wanted = text.split(",").map((part) => part.trim());
  const found = PARTS.filter((part) => wanted.includes(part));
  if (found.length === 0 || found.length < new Set(wanted).size) {
    throw new InvalidArgumentError(`Name some of ${PARTS.join(", ")}, separated by commas.`);
  }
  return found;
}

/** Options of every command that reads a log. */
export function settingsOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--format <name>", "format of the logs (default: found out for each file)").choices(FORMATS),
    )
    .addOption(
      new Option("--field <field=name>", "where a JSON log has something; repeatable (default: guessed)")
        .argParser(fieldName)
        .default({}, "guessed"),
    )
    .option("--session-cookie <name>", "cookie that tells visits apart (default: the usual names)")
    .addOption(
      new Option("--idle <minutes>", "a pause of this length ends a visit")
        .argParser(number(0.1, 1440, false))
        .default(30),
    )
    .addOption(
      new Option("--max-steps <n>", "templates that become steps, the most frequent ones")
        .argParser(number(1, 500, true))
        .default(40),
    )
    .addOption(
      new Option("--max-literals <n>", "more different texts than this at one place of a path are values")
        .argParser(number(1, 3000, true))
        .default(25),
    )
    .addOption(
      new Option("--min-clients <n>", "text of paths that fewer clients asked for is never told")
        .argParser(number(1, 1000, true))
        .default(3),
    )
    .addOption(
      new Option("--peak <percentile>", "which minute of all is the peak")
        .argParser(number(1, 100, false))
        .default(99),
    )
    .addOption(
      new Option("--window <minutes>", "minutes around the peak that are replayed")
        .argParser(number(1, 10_080, true))
        .default(10),
    )
    .option("--include-static", "static files count as steps")
    .option("--include-health", "health checks count as steps")
    .option("--include-bots", "what bots do counts")
    .option(
      "--keep-values",
      "tell popular values of paths and queries; read them before you share the files",
    );
}

export function settingsOf(options: ParsedSettings): TrafficSettings {
  return {
    format: options.format,
    reading: {
      fields: options.field,
      ...(options.sessionCookie === undefined ? {} : { sessionCookie: options.sessionCookie }),
    },
    idleMinutes: options.idle,
    mostSteps: options.maxSteps,
    mostLiterals: options.maxLiterals,
    fewestClients: options.minClients,
    includeStatic: options.includeStatic ?? false,
    includeHealthChecks: options.includeHealth ?? false,
    includeBots: options.includeBots ?? false,
    keepValues: options.keepValues ?? false,
    peakPercentile: options.peak,
    windowMinutes: options.window,
  };
}
