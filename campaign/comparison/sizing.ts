import type { Sizing } from "../../components/contracts";
import { localSizings } from "../../components/local";

/** Name of the sizing that comparisons use where the user names none. */
export const COMPARISON_SIZING = "comparison";

/**
 * The app tier held at its smallest size: an instance that comes or goes during a replicate changes every latency, and would be
 * blamed on the version under test.
 */
export function withoutScaling(sizing: Sizing): Sizing {
  return { ...sizing, app: { ...sizing.app, maxInstances: sizing.app.minInstances } };
}

/**
 * `small` with two instances, a core each for them and the database, and one generator. A tier that works close to its CPU quota is
 * stopped for part of each 100 ms period, and its P95 then measures the quota; with room to spare it measures the work. With a single
 * instance every request waits behind whatever runs before it, and a slower journey takes the others along.
 */
export function comparisonSizing(): Sizing {
  const { small } = localSizings;
  if (small === undefined) throw new Error("no sizing small");
  return {
    ...small,
    name: COMPARISON_SIZING,
    app: { ...small.app, minInstances: 2, maxInstances: 2, cpu: 1 },
    database: { ...small.database, cpu: 1 },
    fleet: { generators: 1 },
  };
}
