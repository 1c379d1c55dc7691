import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { ConfigError, ExitCode } from "./errors";
import { problemsFromZod } from "./zod-problems";

/**
 * What a pipeline does when a measurement gives no answer. A regression, a failed environment and an unproved teardown always fail:
 * nobody can wave them through by a file. The verdict itself stays what it is, in every report.
 */
const rule = z.enum(["fail", "warn", "pass"]).default("fail");

export const policySchema = z.strictObject({
  inconclusive: rule.describe(
    "The data cannot decide: fail (exit code 3), or exit code 0 with or without a warning.",
  ),
  invalid: rule.describe("The measurement is not to be believed: fail (exit code 4), or exit code 0."),
});

/** The same file holds the settings of comparisons, which have their own reader. */
const policyFileSchema = policySchema.extend({ comparison: z.record(z.string(), z.unknown()).optional() });

export type Policy = z.output<typeof policySchema>;

/** The safe one: what is not a pass is not a pass. */
export const DEFAULT_POLICY: Policy = policySchema.parse({});

/**
 * Reads a policy file: YAML with the keys `inconclusive` and `invalid`.
 * @throws ConfigError with every problem at once
 */
export function loadPolicy(file: string): Policy {
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError("The policy file cannot be read", [
      {
        field: "--policy",
        value: file,
        allowed: "an existing file with valid YAML",
        hint: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      },
    ]);
  }
  const parsed = policyFileSchema.safeParse(raw ?? {});
  if (!parsed.success) {
    throw new ConfigError(file, problemsFromZod(parsed.error, raw, policyFileSchema), "See docs/ci.md.");
  }
  const { comparison: _, ...policy } = parsed.data;
  return policy;
}

export interface PolicyDecision {
  readonly exitCode: ExitCode;
  /** Why the exit code is another one than the verdict's; null when it is the same. */
  readonly note: string | null;
}

/** What the policy makes of a verdict's exit code. Only 3 and 4 are its business. */
export function applyPolicy(policy: Policy, exitCode: ExitCode): PolicyDecision {
  const rule =
    exitCode === ExitCode.Inconclusive
      ? { name: "inconclusive", decision: policy.inconclusive }
      : exitCode === ExitCode.InvalidMeasurement
        ? { name: "invalid", decision: policy.invalid }
        : undefined;
  if (rule === undefined || rule.decision === "fail") return { exitCode, note: null };
  return {
    exitCode: ExitCode.Pass,
    note: `The verdict is ${rule.name}; the policy says ${rule.decision}: exit code 0 instead of ${exitCode}.`,
  };
}
