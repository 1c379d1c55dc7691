import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { ConfigError } from "../../core/errors";
import { problemsFromZod } from "../../core/zod-problems";
import { loadUserModule } from "../../scenarios/load-module";
import { configSchema, type PerfbedConfig } from "./schema";

const FILE_NAMES = [
  "perfbed.config.ts",
  "perfbed.config.js",
  "perfbed.config.yaml",
  "perfbed.config.yml",
  "perfbed.config.json",
];

export interface LoadedConfig {
  readonly config: PerfbedConfig;
  /** Folder that relative paths of the config start from. */
  readonly baseDir: string;
  /** Absent when no file was found and the defaults apply. */
  readonly file?: string;
}

async function readRaw(file: string): Promise<unknown> {
  const extension = extname(file);
  if (extension === ".ts" || extension === ".js") return loadUserModule(file);
  try {
    return parseYaml(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError(`${file} cannot be read`, [
      {
        field: file,
        allowed: "valid YAML or JSON",
        hint: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      },
    ]);
  }
}

/**
 * Reads the config file named by `--config`, or the first perfbed.config.* of the folder, or the defaults (the storefront sample).
 * @throws ConfigError with every problem at once
 */
export async function loadConfig(options: { cwd: string; file?: string }): Promise<LoadedConfig> {
  const named = options.file === undefined ? undefined : resolve(options.cwd, options.file);
  if (named !== undefined && !existsSync(named)) {
    throw new ConfigError("The config file does not exist", [
      { field: "--config", value: named, allowed: "an existing .ts, .js, .yaml or .json file" },
    ]);
  }
  const file =
    named ?? FILE_NAMES.map((name) => join(options.cwd, name)).find((candidate) => existsSync(candidate));
  if (file === undefined) {
    return { config: configSchema.parse({}), baseDir: options.cwd };
  }
  const raw = (await readRaw(file)) ?? {};
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigError(
      file,
      problemsFromZod(parsed.error, raw, configSchema),
      "See docs/configuration.md.",
    );
  }
  return { config: parsed.data, baseDir: dirname(file), file };
}
