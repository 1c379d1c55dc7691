import { isRecord, type PropertyMap, specialKind } from "./wire";

/** Inputs that were filled in by the provider, kept beside the inputs as Pulumi's own providers do. */
export const DEFAULTS = "__defaults";

export enum ChangeKind {
  Add = "add",
  Delete = "delete",
  Update = "update",
}

export interface PropertyChange {
  /** E.g. `ingress[0].fromPort`. */
  readonly path: string;
  readonly kind: ChangeKind;
  readonly replaces: boolean;
}

function compare(
  before: unknown,
  after: unknown,
  path: string,
  found: Omit<PropertyChange, "replaces">[],
): void {
  if (before === undefined && after === undefined) return;
  if (before === undefined) found.push({ path, kind: ChangeKind.Add });
  else if (after === undefined) found.push({ path, kind: ChangeKind.Delete });
  else if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++)
      compare(before[index], after[index], `${path}[${index}]`, found);
  } else if (isRecord(before) && isRecord(after)) {
    // Two assets are the same when their contents are; where the bytes lie does not matter.
    if (specialKind(before) !== undefined && typeof before.hash === "string") {
      if (before.hash !== after.hash) found.push({ path, kind: ChangeKind.Update });
      return;
    }
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], path === "" ? key : `${path}.${key}`, found);
    }
  } else if (before !== after) found.push({ path, kind: ChangeKind.Update });
}

const topOf = (path: string): string => /^[^.[]+/.exec(path)?.[0] ?? path;

/**
 * What differs between the inputs of the last deployment and new ones.
 * @param replaceOn names of properties whose change needs a new resource; "all" where none can be changed
 */
export function diffInputs(
  olds: PropertyMap,
  news: PropertyMap,
  replaceOn: readonly string[] | "all",
): readonly PropertyChange[] {
  const found: Omit<PropertyChange, "replaces">[] = [];
  const { [DEFAULTS]: _oldDefaults, ...before } = olds;
  const { [DEFAULTS]: _newDefaults, ...after } = news;
  compare(before, after, "", found);
  return found.map((change) => ({
    ...change,
    replaces:
      replaceOn === "all" || replaceOn.includes(topOf(change.path)) || topOf(change.path) === "region",
  }));
}
