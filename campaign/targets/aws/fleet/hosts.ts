import { readFileSync } from "node:fs";
import type { EnvironmentAccess } from "../../../../components/contracts";
import { ConfigError, type Problem } from "../../../../core/errors";
import type { Workload } from "../../../../scenarios/model";

/** `*.example.com` stands for everything below it, and not for `example.com` itself. */
function matchesHost(host: string, allowed: string): boolean {
  const [name, pattern] = [host.toLowerCase(), allowed.toLowerCase()];
  return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern;
}

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname : undefined);

/** Addresses that a script names literally. What it puts together while it runs is not seen. */
export function literalHosts(script: string): readonly string[] {
  const found = [...script.matchAll(/\b(?:https?|wss?):\/\/([^\s/"'`$?#]+)/g)].flatMap(
    ([, authority]) => hostOf(`http://${authority ?? ""}`) ?? [],
  );
  return [...new Set(found)];
}

/** Imports of a script are code, not load. */
const withoutImports = (script: string): string =>
  script.replaceAll(/^\s*(import|export)\b[^;]*?from\s*["'][^"']*["']/gm, "");

/**
 * Load goes to the environment's edge. The load balancer's own address lets nobody else in, and a run against it would be one of connections
 * that time out. Anything else needs its owner's word, which naming the host in `aws.fleet.allowedHosts` gives.
 * @throws ConfigError with every host that is neither
 */
export function checkHosts(
  access: Pick<EnvironmentAccess, "entryUrl" | "appUrl">,
  load: {
    readonly workload: Pick<Workload, "script">;
    readonly endpoints?: Readonly<Record<string, string>>;
  },
  allowedHosts: readonly string[],
): void {
  const [edge, balancer] = [hostOf(access.entryUrl), hostOf(access.appUrl)];
  const { script } = load.workload;
  const inScript =
    script === undefined ? [] : literalHosts(withoutImports(readFileSync(script.file, "utf8")));
  const named = [
    ...inScript.map((host) => ({ field: script?.file ?? "script", host })),
    ...Object.entries(load.endpoints ?? {}).map(([name, url]) => ({
      field: `endpoints.${name}`,
      host: hostOf(url) ?? url,
    })),
  ];
  const problems = named
    .filter(({ host }) => host !== edge && !allowedHosts.some((allowed) => matchesHost(host, allowed)))
    .map(
      ({ field, host }): Problem => ({
        field,
        value: host,
        allowed: "the environment's edge (use BASE_URL), or a host named under aws.fleet.allowedHosts",
        hint:
          host === balancer
            ? "The load balancer answers the edge alone: load goes to the edge, BASE_URL."
            : "Name it there only if its owner has agreed to be loaded.",
      }),
    );
  if (problems.length > 0)
    throw new ConfigError("The load would go to hosts that are not the environment's", problems);
}
