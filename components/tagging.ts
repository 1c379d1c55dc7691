import type { EnvironmentIdentity } from "./contracts";

/** Prefix of every tag perfbed writes; the user's own tags may not use it. */
export const RESERVED_TAG_PREFIX = "perfbed:";

export const ENVIRONMENT_TAG = `${RESERVED_TAG_PREFIX}environment`;
export const OWNER_TAG = `${RESERVED_TAG_PREFIX}owner`;
export const EXPIRY_TAG = `${RESERVED_TAG_PREFIX}expires-at`;
/** Regions of an environment in a cloud that has parts in several, the one it was made for first, with spaces between them. */
export const REGIONS_TAG = `${RESERVED_TAG_PREFIX}regions`;

export const formatRegions = (regions: readonly string[]): string => regions.join(" ");

/** Regions of AWS's standard partition that the tag names; whatever else somebody has written there is left out. */
export const parseRegions = (text: string): readonly string[] =>
  text.split(" ").filter((one) => /^[a-z]{2}-[a-z]+-\d$/.test(one));

/**
 * Tags (or labels, by target) that every resource of an environment carries, so that an inventory can be read from the world.
 * The user's own tags come first and cannot replace perfbed's.
 */
export function environmentTags(environment: EnvironmentIdentity): Readonly<Record<string, string>> {
  return {
    ...environment.tags,
    [ENVIRONMENT_TAG]: environment.id,
    [OWNER_TAG]: environment.owner,
    [EXPIRY_TAG]: environment.expiresAt,
  };
}
