import type { EnvironmentIdentity } from "./contracts";

/** Prefix of every tag perfbed writes; the user's own tags may not use it. */
export const RESERVED_TAG_PREFIX = "perfbed:";

/**
 * Tags (or labels, by target) that every resource of an environment carries, so that an inventory can be read from the world.
 * The user's own tags come first and cannot replace perfbed's.
 */
export function environmentTags(environment: EnvironmentIdentity): Readonly<Record<string, string>> {
  return {
    ...environment.tags,
    [`${RESERVED_TAG_PREFIX}environment`]: environment.id,
    [`${RESERVED_TAG_PREFIX}owner`]: environment.owner,
    [`${RESERVED_TAG_PREFIX}expires-at`]: environment.expiresAt,
  };
}
