import type { LocalTool, LocalTools } from "../components/local";
import { EnvironmentError } from "../core/errors";
import { type ResolvedTool, resolveTool, Tool } from "../toolchain";

/** What the local tiers need to know of a tool that the toolchain has found. */
export function localTool(resolved: ResolvedTool): LocalTool {
  const { tool, version, executables, installDir, reachableByOthers } = resolved;
  return {
    name: tool,
    version,
    executables: { ...executables },
    ...(installDir === undefined ? {} : { installDir }),
    reachableByOthers,
  };
}

/** The local tiers' tools out of what `ensureTools` returned. @throws EnvironmentError naming every one that is missing */
export function localToolsFrom(resolved: ReadonlyMap<Tool, ResolvedTool>): LocalTools {
  const needed = [Tool.Postgres, Tool.Pgbouncer, Tool.Redis, Tool.Haproxy, Tool.Varnish];
  const missing = needed.filter((tool) => !resolved.has(tool));
  const of = (tool: Tool): LocalTool => {
    const found = resolved.get(tool);
    if (found !== undefined) return localTool(found);
    throw new EnvironmentError("PERFBED_TOOL_MISSING", `Not found on this machine: ${missing.join(", ")}`, {
      hint: "`npx perfbed doctor --install` installs what is missing.",
    });
  };
  return {
    postgres: of(Tool.Postgres),
    pgbouncer: of(Tool.Pgbouncer),
    redis: of(Tool.Redis),
    haproxy: of(Tool.Haproxy),
    varnish: of(Tool.Varnish),
    ...(resolved.has(Tool.Otelcol) ? { otelcol: of(Tool.Otelcol) } : {}),
  };
}

/** Finds the local tiers' tools and installs nothing: for plain `pulumi up`, where nobody expects a build. */
export async function findLocalTools(): Promise<LocalTools> {
  // The collector is missed only where agents ask for it.
  const needed = [Tool.Postgres, Tool.Pgbouncer, Tool.Redis, Tool.Haproxy, Tool.Varnish, Tool.Otelcol];
  const found = await Promise.all(needed.map(async (tool) => [tool, await resolveTool(tool)] as const));
  return localToolsFrom(
    new Map(found.flatMap(([tool, resolved]) => (resolved === undefined ? [] : [[tool, resolved]]))),
  );
}
