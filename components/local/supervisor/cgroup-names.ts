import { createHash } from "node:crypto";
import { realHome } from "./environment-path";

/** Name of an environment's control group. It carries the home as well: the same id may stand under two homes at once. */
export function cgroupFolderName(environmentId: string): string {
  const scope = createHash("sha256").update(realHome()).digest("hex").slice(0, 8);
  return `${environmentId}.${scope}`;
}
