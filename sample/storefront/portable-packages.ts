import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** One package and where it goes. */
export interface PlacedPackage {
  /** Its folder on this machine. */
  readonly source: string;
  /** Relative to the new root, e.g. `node_modules/pg`. */
  readonly path: string;
}

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** Folder of the package that a module in `from` would get by that name; undefined where there is none. */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Lays out packages with everything they depend on under one root, so that each finds the very version that it finds now: at the top where
 * there is room, else inside the package that needs it. Works for any layout of `node_modules`, hoisted or linked.
 * @throws Error when one is not installed
 */
export function placePackages(root: string, names: readonly string[]): readonly PlacedPackage[] {
  const placed = new Map<string, string>();
  // Breadth first: a package's own dependencies stand before those of its dependencies look for theirs.
  const waiting = [...names].sort().map((name) => ({ name, from: root, inside: "", optional: false }));
  for (const { name, from, inside, optional } of waiting) {
    const source = findPackage(name, from);
    if (source === undefined) {
      if (optional) continue;
      throw new Error(`the package ${name} is not installed for ${from}`);
    }
    const visible = visibleFrom(placed, name, inside);
    if (visible === source) continue;
    const path = join(visible === undefined ? "" : inside, "node_modules", name);
    placed.set(path, source);
    const { dependencies, optionalDependencies } = manifest.parse(
      JSON.parse(readFileSync(join(source, "package.json"), "utf8")),
    );
    for (const dependency of Object.keys(dependencies).sort()) {
      waiting.push({
        name: dependency,
        from: source,
        inside: path,
        optional: dependency in optionalDependencies,
      });
    }
  }
  return [...placed].map(([path, source]) => ({ source, path }));
}

/** What a module inside that folder of the new root gets by the name so far. */
function visibleFrom(placed: ReadonlyMap<string, string>, name: string, inside: string): string | undefined {
  for (let folder = inside; ; folder = dirname(folder)) {
    const found = placed.get(join(folder, "node_modules", name));
    if (found !== undefined || folder === "" || folder === ".") return found;
  }
}
