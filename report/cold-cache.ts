import type { ColdCache } from "../campaign/manifest";
import { formatCount } from "./format";

/** How a cold-cache run began, as a sentence. */
export function coldCacheText({ warmupSeconds }: ColdCache): string {
  const warm = warmupSeconds > 0 ? ` after ${formatCount(warmupSeconds)} s of warm-up` : "";
  return `The edge's cache was emptied${warm}, before the first request of this run.`;
}
