import { statfs } from "node:fs/promises";
import { isIP } from "node:net";
import { resolve, sep } from "node:path";
import { ConfigError, EnvironmentError, type Problem } from "../../core/errors";
import { environmentDir } from "../../core/home";
import type { Workload } from "../../scenarios/model";
import { expectedRequests, planWorkload } from "../../scenarios/plan";
import { endpointNames, environmentNames } from "../../scenarios/workload-files";
import type { FleetOptions } from "./model";

/** k6 writes about nine rows of 60 bytes a request and a few an iteration. */
const BYTES_PER_REQUEST = 800;

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare === "::1" || (isIP(bare) === 4 && bare.startsWith("127."));
}

/** What a workload needs of the place it runs in and does not find: endpoints on this machine, and variables for its secrets. */
export function placeProblems(
  workload: Workload,
  endpoints: Readonly<Record<string, string>>,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, address] of Object.entries(endpoints)) {
    const endpoint = URL.canParse(address) ? new URL(address) : undefined;
    if (endpoint === undefined || !isLoopback(endpoint.hostname) || endpoint.username !== "") {
      problems.push({
        field: `endpoints.${name}`,
        value: endpoint === undefined ? address : `${endpoint.protocol}//${endpoint.host}`,
        allowed: "an address on this machine (127.0.0.1)",
      });
    }
  }
  for (const name of endpointNames(workload)) {
    if (endpoints[name] !== undefined) continue;
    problems.push({
      field: `endpoints.${name}`,
      allowed: "an address in the configuration's endpoints",
      hint: `A step of the scenario goes to ${name}.`,
    });
  }
  for (const name of environmentNames(workload)) {
    if (process.env[name] !== undefined) continue;
    problems.push({
      field: name,
      allowed: "an environment variable that is set",
      hint: `The scenario uses \${env.${name}}.`,
    });
  }
  return problems;
}

/** @throws ConfigError when the load would go elsewhere, or the generators' folders are not the environment's own */
export function checkFleetOptions(options: FleetOptions): void {
  const problems: Problem[] = [];
  const url = URL.canParse(options.baseUrl) ? new URL(options.baseUrl) : undefined;
  if (url === undefined || url.protocol !== "http:" || !isLoopback(url.hostname) || url.username !== "") {
    problems.push({
      field: "baseUrl",
      value: url === undefined ? options.baseUrl : `${url.protocol}//${url.host}`,
      allowed: "an http:// URL on this machine (127.0.0.1): load goes to the environment's own entry",
    });
  }
  problems.push(...placeProblems(options.workload, options.endpoints ?? {}));
  if (options.slots.length === 0)
    problems.push({ field: "slots", value: 0, allowed: "at least one generator" });
  const home = `${resolve(environmentDir(options.environmentId))}${sep}`;
  for (const slot of options.slots) {
    if (!resolve(slot.location).startsWith(home)) {
      problems.push({
        field: `slots.${slot.name}.location`,
        value: slot.location,
        allowed: "a folder inside the environment's own",
      });
    }
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(options.runId)) {
    problems.push({ field: "runId", value: options.runId, allowed: "letters, digits, dots, hyphens" });
  }
  if (problems.length > 0) throw new ConfigError("The load fleet cannot start", problems);
}

/** @throws EnvironmentError when the samples of the whole run would not fit on the disk */
export async function checkDiskSpace(folder: string, workload: Workload): Promise<void> {
  const plan = planWorkload(workload);
  const all = (plan.warmupSeconds + plan.measuredSeconds) / Math.max(1, plan.measuredSeconds);
  const needed = expectedRequests(workload) * all * BYTES_PER_REQUEST;
  const { bavail, bsize } = await statfs(folder);
  if (needed <= bavail * bsize) return;
  const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  throw new EnvironmentError(
    "PERFBED_DISK_FULL",
    `The run would write about ${gib(needed)} GiB of samples; ${folder} has ${gib(bavail * bsize)} GiB free`,
    { hint: "Free some space, set PERFBED_HOME to a larger disk, or make the run shorter." },
  );
}
