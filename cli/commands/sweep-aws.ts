import type { AwsSweepChoice } from "../../campaign/aws-sweep";
import { ConfigError } from "../../core/errors";
import type { AwsAccess, AwsSweepProgress } from "../../inventory/aws";
import type { CliContext } from "../context";

export interface AwsSweepOptionValues {
  readonly environment: readonly string[];
  readonly dryRun?: boolean;
  readonly region?: string;
  readonly expired?: boolean;
  readonly snapshots?: boolean;
  /** Minutes. */
  readonly deadline?: number;
}

/** Options that mean nothing on this machine. */
const AWS_ONLY = ["region", "expired", "snapshots", "deadline"] as const;

/** @throws ConfigError for options of AWS without `--target aws` */
export function refuseForLocal(options: AwsSweepOptionValues): void {
  const given = AWS_ONLY.filter((name) => options[name] !== undefined);
  if (given.length === 0) return;
  throw new ConfigError(
    "perfbed sweep",
    given.map((name) => ({ field: `--${name}`, allowed: "only with --target aws" })),
  );
}

/** @throws ConfigError for `--all` */
export function refuseAll(all: boolean): void {
  if (!all) return;
  const hint = "An account is shared. Name the environments; perfbed list --target aws shows them.";
  throw new ConfigError("perfbed sweep --target aws", [
    { field: "--all", allowed: "only on this machine", hint },
  ]);
}

/** `perfbed sweep --target aws` */
export async function sweepAwsTarget(
  names: readonly string[],
  options: AwsSweepOptionValues,
  context: CliContext,
): Promise<void> {
  const { awsAccess, awsSweepExitCode, awsSweepText, planAwsSweep, sweepAllAws } = await import(
    "../../campaign/aws-sweep"
  );
  const { terminal, json } = context;
  const access = awsAccess(options.region);
  const chosen = await planAwsSweep({ names, expired: options.expired === true, access });
  if (options.dryRun === true) return dryRun(chosen, access, context);
  const results = await sweepAllAws(chosen, access, {
    ...(options.snapshots === true ? { removeSnapshots: true } : {}),
    ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline * 60_000 }),
    ...(json ? {} : { onProgress: (progress: AwsSweepProgress) => terminal.err(progressText(progress)) }),
  });
  const exitCode = awsSweepExitCode(results);
  context.exitWith(exitCode);
  if (json) {
    terminal.out(JSON.stringify({ proved: results.every(({ proved }) => proved), results }, null, 2));
  } else terminal.out(results.length === 0 ? "Nothing to sweep." : results.map(awsSweepText).join("\n"));
}

const progressText = ({ environmentId, round, remaining, removed }: AwsSweepProgress): string =>
  `${environmentId}: look ${round}: ${remaining} there, ${removed} removals so far`;

async function dryRun(
  chosen: readonly AwsSweepChoice[],
  access: AwsAccess,
  { terminal, json }: CliContext,
): Promise<void> {
  const { awsInventory } = await import("../../campaign/aws-sweep");
  const inventories = [];
  for (const { environmentId, reason } of chosen) {
    inventories.push({ reason, ...(await awsInventory(environmentId, access)) });
  }
  if (json) {
    terminal.out(JSON.stringify({ wouldRemove: inventories }, null, 2));
    return;
  }
  if (inventories.length === 0) terminal.out("Nothing to sweep.");
  for (const { environmentId, reason, resources, failures } of inventories) {
    terminal.out(`would remove ${environmentId} (${reason}): ${resources.length} resources`);
    for (const one of resources) terminal.out(`  ${one.kind} ${one.id} (${one.region}, by ${one.foundBy})`);
    for (const one of failures) terminal.out(`  ${one.kind}: could not be listed: ${one.reason}`);
  }
}
