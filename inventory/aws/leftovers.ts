import { GUARD_KINDS } from "./kinds";
import { type AwsLeftover, LeftoverReason } from "./model";
import type { SurveyEntry } from "./take-inventory";

/** What AWS last answered to a removal. */
export interface Refusal {
  readonly reason: LeftoverReason;
  readonly detail: string;
}

const HINTS: Readonly<Record<LeftoverReason, string>> = {
  [LeftoverReason.DeletionProtection]: "When it may go, lift its protection and sweep again.",
  [LeftoverReason.InUse]: "See what uses it: if that is not the environment's, detach it; then sweep again.",
  [LeftoverReason.Retained]: "When its data is not needed, sweep again with --snapshots.",
  [LeftoverReason.AccessDenied]:
    "Sweep with credentials that may remove it; docs/aws-iam-policy.json has what is needed.",
  [LeftoverReason.StillGoing]: "Sweep again later; AWS is at it.",
  [LeftoverReason.Refused]: "Remove it in the console, where AWS says more.",
  [LeftoverReason.Guard]: "It goes once the others have.",
  [LeftoverReason.UnknownKind]: "Remove it yourself.",
};

/** Why something is still there, in words that help. */
export function leftover(
  { kind, found, resource }: SurveyEntry,
  refusal: Refusal | undefined,
  remainingKinds: ReadonlySet<string>,
): AwsLeftover {
  if (found.kept !== undefined) return { resource, ...found.kept };
  if (found.going === true) return withHint(resource, LeftoverReason.StillGoing, found.state ?? "going");
  if (refusal !== undefined) return withHint(resource, refusal.reason, refusal.detail);
  if (kind !== undefined && GUARD_KINDS.has(kind.kind)) {
    return withHint(resource, LeftoverReason.Guard, "it tries again until nothing else is left");
  }
  const waitsFor = (kind?.waitsFor ?? []).filter((name) => remainingKinds.has(name));
  return withHint(resource, LeftoverReason.InUse, `it waits for ${waitsFor.join(", ")}`);
}

const withHint = (
  resource: AwsLeftover["resource"],
  reason: LeftoverReason,
  detail: string,
): AwsLeftover => ({ resource, reason, detail, hint: HINTS[reason] });
