import { ConfigError, ExitCode, PerfbedError, type Problem } from "../core/errors";
import { ENVIRONMENT_ID_PATTERN } from "../core/ids";
import {
  type AwsAccess,
  type AwsEnvironmentSummary,
  type AwsSweepOptions,
  type AwsSweepResult,
  listAwsEnvironments,
  sweepAws,
  takeAwsInventory,
} from "../inventory/aws";
import { awsMessage, isWithoutCredentials } from "../inventory/aws/aws-errors";
import { type AwsLedger, listLedgers, ownerIsGone, readLedger, removeLedger } from "./targets/aws/ledger";

/** An environment on AWS that is to be swept, and why. */
export interface AwsSweepChoice {
  readonly environmentId: string;
  readonly reason: string;
}

export interface AwsSweepRequest {
  /** Taken at their word, also when the tagging index knows nothing of them. */
  readonly names: readonly string[];
  /** Only what is expired; also what no names mean. */
  readonly expired: boolean;
  readonly access: AwsAccess;
}

/**
 * The region of a command: what is given, else that of the SDK's variables.
 * @throws ConfigError when there is none
 */
export function awsAccess(region: string | undefined, env: NodeJS.ProcessEnv = process.env): AwsAccess {
  const chosen = region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "";
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(chosen)) return { region: chosen };
  throw new ConfigError("AWS", [
    {
      field: "--region",
      ...(chosen === "" ? {} : { value: chosen }),
      allowed: "a region of AWS like eu-west-1",
      hint: "Give --region, or set AWS_REGION.",
    },
  ]);
}

function nameProblems(names: readonly string[]): Problem[] {
  return names
    .filter((name) => !ENVIRONMENT_ID_PATTERN.test(name))
    .map((name) => ({
      field: "environment",
      value: name,
      allowed: "an environment's id: lower case letters, digits and dashes, 3 to 24 characters",
    }));
}

/**
 * Chooses what a sweep removes. An account is shared: without names it is what is past its expiry, whoever made it, and what campaigns of
 * this machine have left whose process is gone.
 * @throws ConfigError for a bad name, or without credentials
 */
export async function planAwsSweep({ names, expired, access }: AwsSweepRequest): Promise<AwsSweepChoice[]> {
  const problems = nameProblems(names);
  if (problems.length > 0) throw new ConfigError("perfbed sweep --target aws", problems);
  if (names.length > 0 && !expired) {
    return names.map((environmentId) => ({ environmentId, reason: "named" }));
  }
  const environments = await awsEnvironments(access);
  const pastExpiry = environments
    .filter((one) => one.expired && (names.length === 0 || names.includes(one.environmentId)))
    .map(({ environmentId, expiresAt }) => ({ environmentId, reason: `expired at ${expiresAt}` }));
  return expired ? pastExpiry : [...pastExpiry, ...leftHere(access, pastExpiry)];
}

/** What this machine's ledgers know of the region, beside what is chosen already. */
function leftHere({ region }: AwsAccess, chosen: readonly AwsSweepChoice[]): AwsSweepChoice[] {
  const known = new Set(chosen.map(({ environmentId }) => environmentId));
  return listLedgers()
    .filter((ledger) => ledger.region === region && !known.has(ledger.environmentId))
    .filter(ownerIsGone)
    .map(({ environmentId }) => ({ environmentId, reason: "its runner is gone" }));
}

/** Environments that have left something in the region. */
export const awsEnvironments = (access: AwsAccess): Promise<AwsEnvironmentSummary[]> =>
  asked(() => listAwsEnvironments(access));

/** What a sweep would remove, for `--dry-run`. */
export const awsInventory = (environmentId: string, access: AwsAccess) =>
  asked(() => takeAwsInventory(environmentId, allRegions(readLedger(environmentId), access)));

/** With what this machine's ledger knows beside the tags: there may be nothing left that says where generators were. */
function allRegions(ledger: AwsLedger | undefined, access: AwsAccess): AwsAccess {
  if (ledger === undefined) return access;
  const { region, furtherRegions } = ledger;
  // Another environment of the same name may be elsewhere.
  return [region, ...furtherRegions].includes(access.region) ? { ...access, region, furtherRegions } : access;
}

/** One after another: AWS counts calls by account. */
export async function sweepAllAws(
  choices: readonly AwsSweepChoice[],
  access: AwsAccess,
  options: AwsSweepOptions = {},
): Promise<AwsSweepResult[]> {
  const results: AwsSweepResult[] = [];
  for (const { environmentId } of choices) {
    const ledger = readLedger(environmentId);
    const result = await asked(
      () => sweepAws(environmentId, allRegions(ledger, access), options),
      ExitCode.TeardownNotProved,
    );
    if (result.proved && ledger !== undefined && result.regions.includes(ledger.region))
      removeLedger(environmentId);
    results.push(result);
  }
  return results;
}

/** Errors of AWS as people need them. A sweep that AWS does not answer proves nothing. */
async function asked<T>(work: () => Promise<T>, exitCode = ExitCode.EnvironmentFailed): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PerfbedError) throw error;
    if (isWithoutCredentials(error)) {
      throw new ConfigError("AWS", [
        {
          field: "credentials",
          allowed: "those of the AWS SDK: AWS_PROFILE, AWS_ACCESS_KEY_ID, single sign-on, or a role",
          hint: awsMessage(error),
        },
      ]);
    }
    if (!(error instanceof Error && "$metadata" in error)) throw error;
    throw new PerfbedError("PERFBED_AWS_REFUSED", exitCode, awsMessage(error), {
      cause: error,
      hint: "perfbed asks AWS who it is, what carries its tag, and which networks there are; docs/aws-iam-policy.json has all it needs.",
    });
  }
}

/** Not proved is what a pipeline has to stop at. */
export const awsSweepExitCode = (results: readonly AwsSweepResult[]): ExitCode =>
  results.every(({ proved }) => proved) ? ExitCode.Pass : ExitCode.TeardownNotProved;

/** What became of one environment, for a terminal. */
export function awsSweepText({ environmentId, removed, left, failures, proved }: AwsSweepResult): string {
  if (proved) return `${environmentId}: ${removed.length} removed; nothing is left`;
  return [
    `${environmentId}: ${removed.length} removed, ${left.length} left`,
    ...left.flatMap(({ resource, reason, detail, hint }) => [
      `  ${resource.kind} ${resource.id} (${resource.region}): ${reason}: ${detail}`,
      `    ${hint}`,
    ]),
    ...failures.map(({ kind, reason }) => `  ${kind}: could not be listed: ${reason}`),
  ].join("\n");
}
