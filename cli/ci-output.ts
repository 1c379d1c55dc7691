import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import type { ExitCode } from "../core/errors";
import { DEFAULT_POLICY, loadPolicy, type Policy } from "../core/policy";
import type { CheckReport } from "../report/checks";
import type { CliContext } from "./context";

/** What a pipeline wants of a verdict: files that its service reads, and its own word on undecided ones. */
export function ciOptions(command: Command): Command {
  return command
    .option("--junit <file>", "also write JUnit XML: a test case for each objective")
    .option("--sarif <file>", "also write SARIF 2.1.0 for code scanning")
    .option(
      "--annotations",
      "also print GitHub annotations (on standard error; default within GitHub Actions)",
    )
    .option("--policy <file>", "YAML: what inconclusive and invalid do to the exit code");
}

/** The same for comparisons, which always write JUnit XML beside the report, and read their policy themselves. */
export function comparisonCiOptions(command: Command): Command {
  return command
    .option("--junit <file>", "write JUnit XML there too: a test case for each judged figure")
    .option("--sarif <file>", "also write SARIF 2.1.0 for code scanning")
    .option(
      "--annotations",
      "also print GitHub annotations (on standard error; default within GitHub Actions)",
    );
}

export interface ParsedCi {
  readonly junit?: string;
  readonly sarif?: string;
  readonly annotations?: boolean;
  readonly policy?: string;
}

/** The policy of the command. Read before anything is started. @throws ConfigError */
export function policyOf(options: ParsedCi): Policy {
  return options.policy === undefined ? DEFAULT_POLICY : loadPolicy(options.policy);
}

/** Writes and prints what was asked for. */
export async function writeCiFiles(
  context: CliContext,
  options: ParsedCi,
  checks: CheckReport,
  policy: Policy,
): Promise<void> {
  const { writeTextFile } = await import("../campaign/files");
  for (const file of [options.junit, options.sarif]) {
    if (file !== undefined) await mkdir(dirname(file), { recursive: true });
  }
  if (options.junit !== undefined) {
    const { renderJunit } = await import("../report/junit");
    await writeTextFile(options.junit, renderJunit([checks], policy));
  }
  if (options.sarif !== undefined) {
    const { renderSarif } = await import("../report/sarif");
    await writeTextFile(options.sarif, renderSarif([checks], { policy }));
  }
  if (options.annotations ?? process.env.GITHUB_ACTIONS === "true") {
    const { renderAnnotations } = await import("../report/annotations");
    // GitHub reads workflow commands from either stream, and --json owns the other one.
    context.terminal.err(renderAnnotations([checks], policy).trimEnd());
  }
}

/**
 * Writes what was asked for.
 * @returns the exit code that the policy makes of the verdict's
 */
export async function writeCiOutput(
  context: CliContext,
  options: ParsedCi,
  checks: CheckReport,
  result: { readonly exitCode: ExitCode; readonly policy: Policy },
): Promise<ExitCode> {
  const { applyPolicy } = await import("../core/policy");
  await writeCiFiles(context, options, checks, result.policy);
  const decision = applyPolicy(result.policy, result.exitCode);
  if (decision.note !== null) context.terminal.err(decision.note);
  return decision.exitCode;
}
