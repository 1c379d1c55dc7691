import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { ConfigError, type Problem } from "../core/errors";
import type { TrafficModel } from "./model";
import { scenarioText } from "./scenario/scenario-text";

export interface LearnedFileOptions {
  /** Scenario file. */
  readonly out: string;
  /** @default the scenario's name with .json */
  readonly model?: string;
  /** Of the scenario. @default from its file */
  readonly name?: string;
  readonly force?: boolean;
}

export interface LearnedFiles {
  /** Absolute. */
  readonly scenario: string;
  readonly model: string;
  /** The scenario as it is named on a command line in the present folder. */
  readonly argument: string;
  write(model: TrafficModel): Promise<void>;
}

const NAME = /^[a-z][a-z0-9-]{0,59}$/;

const nameOf = (file: string): string =>
  basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 60) || "learned-traffic";

/**
 * Where the scenario and the model go. Looked at before a long log is read.
 * @throws ConfigError with everything that is wrong with them; a file that exists may have been edited
 */
export function prepareLearnedFiles(options: LearnedFileOptions): LearnedFiles {
  const scenario = resolve(options.out);
  const model = resolve(
    options.model ?? `${scenario.slice(0, scenario.length - extname(scenario).length)}.json`,
  );
  const name = options.name ?? nameOf(scenario);
  const problems: Problem[] = [];
  if (![".ts", ".mts", ".cts"].includes(extname(scenario))) {
    problems.push({ field: "--out", value: options.out, allowed: "a TypeScript file (.ts)" });
  }
  if (!NAME.test(name)) {
    problems.push({
      field: "--name",
      value: name,
      allowed: "lower case, digits and hyphens, a letter in front",
    });
  }
  if (options.force !== true) {
    for (const [field, file] of [
      ["--out", scenario],
      ["--model", model],
    ] as const) {
      if (!existsSync(file)) continue;
      problems.push({
        field,
        value: file,
        allowed: "a file that does not exist",
        hint: "Name another one, or replace it with --force.",
      });
    }
  }
  if (problems.length > 0) throw new ConfigError("The learned files cannot be written", problems);
  const local = relative(process.cwd(), scenario);
  return {
    scenario,
    model,
    argument: local.startsWith("..") ? scenario : `./${local}`,
    write: async (learned) => {
      await mkdir(dirname(scenario), { recursive: true });
      await mkdir(dirname(model), { recursive: true });
      await writeFile(scenario, scenarioText(learned, name));
      await writeFile(model, `${JSON.stringify(learned, null, 2)}\n`);
    },
  };
}
