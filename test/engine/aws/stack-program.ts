import type { PulumiFn } from "@pulumi/pulumi/automation";
import environment from "../../../stacks/environment/main";
import releaseCandidate from "../../../stacks/release-candidate/main";
import sizing from "../../../stacks/sizing/main";

/** The programs of stacks/, as the engine runs them; their settings are the stack's configuration. */
const PROGRAMS = { campaign: environment, "release-candidate": releaseCandidate, sizing } as const;

export type StackName = keyof typeof PROGRAMS;

export default function program({ stack }: { readonly stack: StackName }): PulumiFn {
  return PROGRAMS[stack];
}
