import { type Command, Option } from "commander";
import type { CheckPart } from "../../traffic/checking/compare";
import type { LogFormat } from "../../traffic/reading/formats";
import type { JsonFieldNames } from "../../traffic/reading/json-lines";
import type { CliContext } from "../context";
import {
  FORMATS,
  fieldName,
  number,
  PARTS,
  type ParsedSettings,
  parts,
  settingsOf,
  settingsOptions,
} from "./traffic-options";

const HELP = `
Access logs: combined or common, JSON lines, ALB, CloudFront (W3C) and HAR, gzipped or not. No address, agent, cookie or value of a query
gets into what is written (docs/traffic.md).

Examples:
  perfbed traffic learn access.log access.log.1.gz --out shop-traffic.ts
  perfbed campaign --scenario ./shop-traffic.ts --set scale=2
  perfbed traffic check access.log perfbed-results/20260101T120000-1a2b/run-1 --model shop-traffic.json --parts arrivals,mix,dispersion`;

const LEARN_HELP = `
Writes a scenario to be edited (TypeScript) and the learned model (JSON) beside it. Lines that cannot be read are counted with their
reasons and never stop it.

Examples:
  perfbed traffic learn access.log
  perfbed traffic learn /var/log/nginx/access.json --field session=cookie_sid --field path=uri
  perfbed traffic learn alb/*.log.gz --idle 15 --peak 95 --window 30`;

const CHECK_HELP = `
The generated load is the folder of a run, or an access log of the system under test. Of a run it is known when its visits began and what
they asked for, but not which request belongs to which visit; an access log that has the header x-perfbed-visit tells that as well.

  similar    the score is at least --min-score            exit code 0
  different  it is not                                    exit code 1
  missing    a part that was asked for has no data        exit code 3`;

interface ParsedLearn extends ParsedSettings {
  readonly out: string;
  readonly model?: string;
  readonly name?: string;
  readonly badLines: number;
  readonly force?: boolean;
}

interface ParsedCheck extends ParsedSettings {
  readonly log: readonly string[];
  readonly model?: string;
  readonly generatedFormat?: LogFormat;
  readonly generatedField: JsonFieldNames;
  readonly parts: readonly CheckPart[];
  readonly minScore: number;
  readonly scale?: number;
  readonly pointSeconds?: number;
}

export function addTraffic(program: Command, context: CliContext): Command {
  const traffic = program
    .command("traffic")
    .description("learn a scenario from access logs; compare generated load with them")
    .addHelpText("after", HELP);
  for (const command of [addLearn(traffic, context), addCheck(traffic, context)]) command.exitOverride();
  return traffic;
}

function addLearn(traffic: Command, context: CliContext): Command {
  const command = traffic
    .command("learn")
    .argument("<logs...>", "access logs, in any order")
    .description("make a scenario from access logs")
    .option("-o, --out <file>", "scenario file to write", "learned-traffic.ts")
    .option("--model <file>", "JSON file of the learned model (default: beside the scenario)")
    .option("--name <name>", "name of the scenario (default: from its file)")
    .addOption(
      new Option("--bad-lines <n>", "lines that could not be read to show")
        .argParser(number(0, 1_000_000, true))
        .default(10),
    )
    .option("--force", "replace files that exist")
    .option("--json", "print one JSON document on standard output, nothing else")
    .addHelpText("after", LEARN_HELP);
  return settingsOptions(command).action(async (logs: readonly string[], options: ParsedLearn) => {
    const { learnTraffic } = await import("../../traffic/learn");
    const { prepareLearnedFiles } = await import("../../traffic/learned-files");
    const { renderLearned } = await import("../../report/traffic/terminal");
    const { terminal, json } = context;
    const files = prepareLearnedFiles(options);
    const learned = await learnTraffic(logs, settingsOf(options), progressLine(context), options.badLines);
    await files.write(learned.model);
    if (json) {
      const { first, total, byReason } = learned.malformed;
      terminal.out(
        JSON.stringify(
          {
            scenario: files.scenario,
            model: files.model,
            malformed: { total, byReason: Object.fromEntries(byReason), first },
            learned: learned.model,
          },
          null,
          2,
        ),
      );
      return;
    }
    terminal.out(
      renderLearned(
        learned,
        [
          `Scenario  ${files.scenario}: read what is marked STAND-IN, then perfbed campaign --scenario ${files.argument}`,
          `Model     ${files.model}`,
        ],
        { colour: terminal.colour },
      ),
    );
  });
}

function addCheck(traffic: Command, context: CliContext): Command {
  const command = traffic
    .command("check")
    .argument("<log>", "access log that the load was made after")
    .argument("<generated>", "folder of a run, or access log of the system under test")
    .description("compare generated load with an access log")
    .option(
      "--log <file>",
      "a further file of the log; repeatable",
      (file: string, all: readonly string[]) => [...all, file],
      [],
    )
    .option("--model <file>", "learned model (default: learned from the log once more)")
    .addOption(
      new Option("--generated-format <name>", "format of a generated log (default: found out)").choices(
        FORMATS,
      ),
    )
    .addOption(
      new Option("--generated-field <field=name>", "where a generated JSON log has something; repeatable")
        .argParser(fieldName)
        .default({}, "guessed"),
    )
    .addOption(
      new Option("--parts <names>", `some of ${PARTS.join(",")}`).argParser(parts).default(PARTS, "all"),
    )
    .addOption(
      new Option("--min-score <score>", "least score that counts as similar")
        .argParser(number(0, 1, false))
        .default(0.8),
    )
    .addOption(
      new Option(
        "--scale <factor>",
        "what the rate was multiplied by on purpose (default: the run's own)",
      ).argParser(number(0.000001, 1_000_000, false)),
    )
    .addOption(
      new Option(
        "--point-seconds <seconds>",
        "length of a point of the replayed curve (default: the run's own, else 60)",
      ).argParser(number(0.001, 86_400, false)),
    )
    .option("--json", "print one JSON document on standard output, nothing else")
    .addHelpText("after", CHECK_HELP);
  return settingsOptions(command).action(async (log: string, generated: string, options: ParsedCheck) => {
    const { checkTraffic } = await import("../../traffic/check");
    const { readTrafficModel } = await import("../../traffic/model");
    const { renderTrafficCheck } = await import("../../report/traffic/terminal");
    const { terminal, json } = context;
    const settings = settingsOf(options);
    const check = await checkTraffic({
      logs: [log, ...options.log],
      generated,
      settings,
      generatedReading: {
        format: options.generatedFormat,
        reading: { ...settings.reading, fields: { ...options.field, ...options.generatedField } },
      },
      model: options.model === undefined ? undefined : readTrafficModel(options.model),
      parts: options.parts,
      minScore: options.minScore,
      scale: options.scale,
      pointSeconds: options.pointSeconds,
    });
    context.exitWith(check.exitCode);
    terminal.out(
      json ? JSON.stringify(check, null, 2) : renderTrafficCheck(check, { colour: terminal.colour }),
    );
  });
}

const PHASES = { templates: "first reading: templates", visits: "second reading: visits" } as const;
const LINE_EVERY_MS = 5000;

/** A line every few seconds: a large log takes a minute. */
function progressLine({ terminal, json }: CliContext): {
  progress(phase: keyof typeof PHASES, requests: number): void;
} {
  let nextMs = Date.now() + LINE_EVERY_MS;
  return {
    progress: (phase, requests) => {
      if (json || Date.now() < nextMs) return;
      nextMs = Date.now() + LINE_EVERY_MS;
      terminal.err(`${PHASES[phase]}, ${requests.toLocaleString("en")} requests`);
    },
  };
}
