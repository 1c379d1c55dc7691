import type { Problem } from "../../core/errors";
import type { EnvironmentIdentity } from "../contracts";

/** One thing wrong with one field. */
export const problem = (field: string, value: unknown, allowed: string, hint?: string): Problem => ({
  field,
  value,
  allowed,
  ...(hint === undefined ? {} : { hint }),
});

/** A value of an enum: settings may come from a file, where nobody has checked it yet. */
export function choice(field: string, value: string, members: Readonly<Record<string, string>>): Problem[] {
  const allowed = Object.values(members);
  return allowed.includes(value) ? [] : [problem(field, value, `one of ${allowed.join(", ")}`)];
}

/** A whole number within bounds, both included. */
export function inRange(
  field: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [problem(field, value, `a whole number from ${min} to ${max}`)];
}

export function matches(
  field: string,
  value: string,
  { pattern, allowed }: { readonly pattern: RegExp; readonly allowed: string },
): Problem[] {
  return pattern.test(value) ? [] : [problem(field, value, allowed)];
}

/** Texts of which none comes twice. */
export function unique(field: string, values: readonly string[]): Problem[] {
  const twice = values.filter((value, index) => values.indexOf(value) !== index);
  return twice.length === 0 ? [] : [problem(field, [...new Set(twice)], "each of them once")];
}

/** What RDS and ElastiCache refuse of an environment's id, which their names begin with. */
export function nameProblems({ id }: EnvironmentIdentity): Problem[] {
  if (!id.includes("--")) return [];
  const hint = "RDS and ElastiCache refuse names with two in a row.";
  return [problem("environment.id", id, "single dashes on AWS", hint)];
}
