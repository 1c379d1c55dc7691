import type { AwsAccess, AwsSweepOptions, AwsSweepResult } from "../model";
import { sweepAws } from "../sweep";

/** Kept back for the answer, milliseconds. */
const MARGIN_MS = 30_000;

/** What Lambda gives beside the event. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export interface ExpiryEvent {
  readonly environmentId?: string;
}

/** What the schedule's log shows. */
export type ExpiryOutcome =
  | { readonly environmentId: string; readonly skipped: string }
  | {
      readonly environmentId: string;
      readonly proved: boolean;
      readonly removed: number;
      readonly left: readonly string[];
      readonly failures: readonly string[];
    };

/**
 * Ends the environment that the function belongs to, and no other. Called by a schedule at the expiry and again while something is left; in
 * the end it removes schedule, function and role. What one call does not manage, a database for instance, the next one finishes.
 *
 * @param options for tests: how long to wait between two looks
 */
export async function endEnvironment(
  event: ExpiryEvent,
  context: LambdaContext,
  variables: NodeJS.ProcessEnv = process.env,
  options: AwsSweepOptions = {},
): Promise<ExpiryOutcome> {
  const environmentId = variables.PERFBED_ENVIRONMENT_ID ?? "";
  if (environmentId === "" || (event.environmentId ?? environmentId) !== environmentId) {
    throw new Error(
      `this function ends ${environmentId || "nothing"}, not ${event.environmentId ?? "nothing"}`,
    );
  }
  const expiresAt = Date.parse(variables.PERFBED_EXPIRES_AT ?? "");
  // Someone may call it by hand, and an environment may have been extended since the schedule was made.
  if (!(expiresAt <= Date.now())) {
    return { environmentId, skipped: `expires at ${variables.PERFBED_EXPIRES_AT ?? "an unknown time"}` };
  }
  const access: AwsAccess = { region: variables.AWS_REGION ?? "" };
  const deadlineMs = Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS);
  return outcome(await sweepAws(environmentId, access, { ...options, deadlineMs }));
}

function outcome({ environmentId, proved, removed, left, failures }: AwsSweepResult): ExpiryOutcome {
  return {
    environmentId,
    proved,
    removed: removed.length,
    left: left.map(({ resource, reason, detail }) => `${resource.kind} ${resource.id}: ${reason}: ${detail}`),
    failures: failures.map(({ kind, reason }) => `${kind}: ${reason}`),
  };
}

/** What Lambda calls. */
export async function handler(event: ExpiryEvent, context: LambdaContext): Promise<ExpiryOutcome> {
  const result = await endEnvironment(event, context);
  // The log is where a person looks for why an environment is still there.
  console.log(JSON.stringify(result));
  return result;
}
