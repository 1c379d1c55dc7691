import { z } from "zod";
import { ConfigError, type Problem } from "../../core/errors";
import {
  applicationFrom,
  awsSettingsFrom,
  commonShape,
  hours,
  parseConfig,
  type RawConfig,
  type StackEnvironment,
  type StackEnvironments,
  stackEnvironment,
} from "../config";
import { sizingFrom, sizingShape } from "../figures";
import { optional } from "../optional";
import { type StackContext, stackEnvironmentId } from "../stack-context";

/** Letters of a commit's hash that are shown: enough to be unique, short enough to be read. */
const SHORT_HASH = 12;

const releaseCandidateConfig = z.object({
  ...commonShape,
  branch: optional(z.string().regex(/^[\w./+@=-]{1,100}$/, "the name of a branch, without spaces")),
  commit: optional(
    z.string().regex(/^[0-9a-f]{7,64}$/i, "the hash of a commit, 7 hexadecimal digits or more"),
  ),
  ttlHours: hours(24),
  ...sizingShape,
});

export const RELEASE_CANDIDATE_KEYS: readonly string[] = Object.keys(releaseCandidateConfig.shape);

/**
 * The environment of a branch or a commit: `rc-<branch or commit>-<five digits>`, the same at every `up`. With a branch, each commit is a new
 * version in the same environment; without one, each commit has its own.
 * @throws ConfigError with every problem at once
 */
export function releaseCandidateEnvironment(
  raw: RawConfig,
  context: StackContext,
): StackEnvironments<StackEnvironment> {
  const config = parseConfig(releaseCandidateConfig, raw);
  const problems: Problem[] = [];
  const commit = config.commit?.slice(0, SHORT_HASH).toLowerCase();
  const candidate = config.branch ?? commit;
  if (candidate === undefined) {
    const hint = 'A pipeline sets it, e.g. `pulumi config set branch "$GITHUB_HEAD_REF"`.';
    problems.push({ field: "branch", allowed: "a branch, or a commit in `commit`", hint });
  }
  const environment = stackEnvironment(
    {
      target: config.target,
      id: stackEnvironmentId(context, {
        prefix: "rc",
        ...(candidate === undefined ? {} : { name: candidate }),
      }),
      owner: config.owner,
      lifetimeHours: config.ttlHours,
      tags: candidate === undefined ? {} : { candidate },
      sizing: sizingFrom(config, config.target, problems),
      application: applicationFrom(config, commit ?? candidate, context.directory, problems),
      aws: awsSettingsFrom(config, context, problems),
      apm: config.apm,
    },
    context,
    problems,
  );
  if (environment === undefined || problems.length > 0)
    throw new ConfigError("Stack configuration", problems);
  return { environments: environment, lifetimeHours: config.ttlHours };
}
