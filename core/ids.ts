import { randomBytes } from "node:crypto";

/** Environment ids: lower case, start with a letter, at most 24 characters: fit AWS tags, DNS labels and short socket paths. */
export const ENVIRONMENT_ID_PATTERN = /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/;

/** `pb-` and 8 hexadecimal digits, unless the user names the environment. */
export function newEnvironmentId(): string {
  return `pb-${randomBytes(4).toString("hex")}`;
}

/** Sortable campaign id: UTC time to the second and four random hexadecimal digits. */
export function newCampaignId(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").slice(0, 15);
  return `${stamp}-${randomBytes(2).toString("hex")}`;
}
