/** What a rule sees of a resource, before it is made. What is not known yet is absent. */
export interface CheckedResource {
  /** E.g. `aws:rds/instance:Instance`. */
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Everything that is wrong with a resource, a sentence each. */
export type Rule = (resource: CheckedResource) => readonly string[];

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The list under a name, of which only objects count. */
export function objectsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The object under a name; an empty one when there is none. */
export function objectAt(props: CheckedResource["props"], name: string): CheckedResource["props"] {
  const value = props[name];
  return isRecord(value) ? value : {};
}

/** Providers take booleans as texts as well. */
export const isTrue = (value: unknown): boolean => value === true || value === "true";

/** A number, which providers take as a text as well. */
export function count(value: unknown, otherwise: number): number {
  const parsed = Number(value ?? otherwise);
  return Number.isFinite(parsed) ? parsed : otherwise;
}
