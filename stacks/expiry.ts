import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { PerformanceEnvironmentArgs } from "../components/contracts";

/** Outputs that tell the next `up` until when the environments of a stack live. */
export interface ExpiryOutputs {
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
  readonly lifetimeHours: number;
}

const formerOutputs = z.object({ expiresAt: z.iso.datetime(), lifetimeHours: z.number() });

/** What the stack's last `up` left as outputs; undefined where there was none, or one without an expiry. */
async function formerExpiry(stack: string): Promise<ExpiryOutputs | undefined> {
  // What a StackReference is made of, without one in the state: a stack that refers to itself puzzles people.
  const found: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack }, {});
  const parsed = z.object({ outputs: formerOutputs }).safeParse(found);
  return parsed.success ? parsed.data.outputs : undefined;
}

/**
 * Until when environments live that this `up` makes or leaves as they are. The expiry counts from the `up` that first asked for the lifetime:
 * it is on every resource as a tag, and a program that runs again would otherwise change them all. Another lifetime, or one that is over,
 * counts from now.
 */
export function expiryOf(former: ExpiryOutputs | undefined, lifetimeHours: number, now: Date): ExpiryOutputs {
  const goesOn =
    former !== undefined &&
    former.lifetimeHours === lifetimeHours &&
    Date.parse(former.expiresAt) > now.getTime();
  const expiresAt = new Date(now.getTime() + lifetimeHours * 3_600_000).toISOString();
  return goesOn ? former : { expiresAt, lifetimeHours };
}

/** The expiry of the running program's stack; see {@link expiryOf}. */
export async function stackExpiry(lifetimeHours: number, now: Date): Promise<ExpiryOutputs> {
  const stack = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  return expiryOf(await formerExpiry(stack), lifetimeHours, now);
}

export const withExpiry = (
  args: PerformanceEnvironmentArgs,
  expiresAt: string,
): PerformanceEnvironmentArgs => ({
  ...args,
  environment: { ...args.environment, expiresAt },
});
