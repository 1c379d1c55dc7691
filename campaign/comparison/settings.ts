import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { type ComparisonSettings, comparisonSettings } from "../../analysis/comparison/settings";
import { ConfigError, type Problem } from "../../core/errors";
import { type Policy, policySchema } from "../../core/policy";
import { problemsFromZod } from "../../core/zod-problems";
import type { PriceList } from "./model";

/** `--policy`: what undecided verdicts do, and the settings of the comparison. The command line goes before it. */
const policyFileSchema = policySchema.extend({
  comparison: z.record(z.string(), z.unknown()).default({}).describe("Settings as in docs/gate.md."),
});

const priceSchema = z.strictObject({
  asOf: z.iso.date().describe("Day the prices were looked up, YYYY-MM-DD."),
  currency: z.string().min(1).max(10),
  corePerHour: z.number().min(0),
  memoryGiBPerHour: z.number().min(0),
  source: z.string().max(200).optional(),
});

function readYaml(cwd: string, file: string, option: string): unknown {
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    throw new ConfigError("The file does not exist", [
      { field: option, value: path, allowed: "an existing YAML or JSON file" },
    ]);
  }
  try {
    return parseYaml(readFileSync(path, "utf8")) ?? {};
  } catch (cause) {
    throw new ConfigError(`${path} cannot be read`, [
      {
        field: option,
        allowed: "valid YAML or JSON",
        hint: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      },
    ]);
  }
}

export interface SettingOptions {
  readonly cwd: string;
  readonly policy?: string;
  readonly threshold?: number;
  readonly quantile?: number;
  readonly alpha?: number;
  readonly power?: number;
  readonly method?: string;
}

/** Policy file and command line into one. @throws ConfigError with every problem */
export function resolveSettings(options: SettingOptions): {
  readonly policy: Policy;
  readonly settings: ComparisonSettings;
} {
  const raw = options.policy === undefined ? {} : readYaml(options.cwd, options.policy, "--policy");
  const parsed = policyFileSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigError(
      "The policy has problems",
      problemsFromZod(parsed.error, raw, policyFileSchema, "policy"),
    );
  }
  const { comparison, ...policy } = parsed.data;
  const settings = comparisonSettings({
    ...comparison,
    ...(options.threshold === undefined ? {} : { threshold: options.threshold }),
    ...(options.quantile === undefined ? {} : { gatingQuantile: options.quantile }),
    ...(options.alpha === undefined ? {} : { alpha: options.alpha }),
    ...(options.power === undefined ? {} : { power: options.power }),
    ...(options.method === undefined ? {} : { method: options.method }),
  });
  return { policy, settings };
}

/** A dated price list. @throws ConfigError */
export function readPrices(cwd: string, file: string | undefined): PriceList | null {
  if (file === undefined) return null;
  const raw = readYaml(cwd, file, "--prices");
  const parsed = priceSchema.safeParse(raw);
  if (!parsed.success) {
    const problems: Problem[] = problemsFromZod(parsed.error, raw, priceSchema, "prices");
    throw new ConfigError("The price list has problems", problems);
  }
  const { source, ...prices } = parsed.data;
  return { ...prices, ...(source === undefined ? {} : { source }) };
}
