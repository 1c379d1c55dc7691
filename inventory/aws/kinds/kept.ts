import type { Kept } from "../kind";
import { LeftoverReason } from "../model";

/** Somebody wanted it to stay: perfbed does not lift that, it says how it is lifted. */
export const isProtectedHint = (command: string): Kept => ({
  reason: LeftoverReason.DeletionProtection,
  detail: "deletion protection is on",
  hint: `When it may go, lift the protection and sweep again: ${command}`,
});

export const isRetained = (what: string): Kept => ({
  reason: LeftoverReason.Retained,
  detail: `${what} outlives what it was made from`,
  hint: "When its data is not needed, sweep again with --snapshots.",
});
