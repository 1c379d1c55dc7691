import { join, resolve } from "node:path";
import { HistoryLocation } from "../../storage/history";

export interface HistoryChoice {
  /** `--history`. */
  readonly option?: string | undefined;
  /** `history` of the config file, and the folder it lies in. */
  readonly config?: { readonly history?: string | undefined; readonly results: string };
  readonly configDir?: string;
  /** `--results`. */
  readonly results?: string | undefined;
  readonly cwd: string;
}

/** For the plan of a run: as {@link chooseHistory}, or undefined where nothing is to be recorded. @throws ConfigError */
export function planHistory(
  options: { readonly history?: string | false; readonly resultsDir?: string; readonly cwd: string },
  config: { readonly history?: string | undefined; readonly results: string },
  configDir: string,
): HistoryLocation | undefined {
  if (options.history === false) return undefined;
  return chooseHistory({
    option: options.history,
    config,
    configDir,
    results: options.resultsDir,
    cwd: options.cwd,
  });
}

/**
 * Where the history is: `--history`, else PERFBED_HISTORY, else the config file's `history`, else the folder `history` in the results.
 * @throws ConfigError
 */
export function chooseHistory(choice: HistoryChoice, env: NodeJS.ProcessEnv = process.env): HistoryLocation {
  const { option, config, cwd, configDir = cwd } = choice;
  if (option !== undefined) {
    return HistoryLocation.parse(option, { field: "--history", source: "argument", baseDir: cwd });
  }
  const fromEnvironment = env.PERFBED_HISTORY;
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return HistoryLocation.parse(fromEnvironment, {
      field: "PERFBED_HISTORY",
      source: "setting",
      baseDir: cwd,
    });
  }
  if (config?.history !== undefined) {
    return HistoryLocation.parse(config.history, { field: "history", source: "setting", baseDir: configDir });
  }
  const results = resolve(cwd, choice.results ?? config?.results ?? "perfbed-results");
  return HistoryLocation.parse(join(results, "history"), {
    field: "history",
    source: "setting",
    baseDir: cwd,
  });
}
