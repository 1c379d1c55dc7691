import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EnvironmentError } from "../../../core/errors";

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

/** Every object: none has this status. */
const EVERYTHING = ["obj.status", "!=", "0"];

/**
 * Bans all that an edge holds: it asks the origin for everything from now on.
 * @param varnishadm path of the program
 * @param workingFolder the edge's, as `varnishd -n` was given it
 * @throws EnvironmentError PERFBED_EDGE_NOT_EMPTIED
 */
export async function emptyCache(varnishadm: string, workingFolder: string): Promise<void> {
  try {
    await run(varnishadm, ["-n", workingFolder, "ban", ...EVERYTHING], { timeout: TIMEOUT_MS });
  } catch (cause) {
    throw new EnvironmentError("PERFBED_EDGE_NOT_EMPTIED", "Varnish did not empty its cache", {
      cause,
      hint: "See logs/edge.log in the environment's folder.",
    });
  }
}
