import { accessSync, constants, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Program, ToolSpec } from "./catalogue";
import { compareVersions } from "./versions";

/** Absolute paths of all programs of one tool, by program name. */
export type Executables = Readonly<Record<string, string>>;

/** Folders of PATH, without relative entries: what is run must not depend on the current folder. */
export function pathFolders(env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? "").split(":").filter((folder) => isAbsolute(folder));
}

/** The system folders of a tool below a root (`/`), patterns expanded. */
export function systemFolders(spec: ToolSpec, systemRoot: string): string[] {
  return spec.systemFolders.flatMap((pattern) => expand(join(systemRoot, pattern)));
}

/** `/usr/lib/postgresql/*\/bin` to the folders that exist, highest version first. */
function expand(pattern: string): string[] {
  if (!pattern.includes("*")) return [pattern];
  const parts = pattern.split("/");
  const starAt = parts.findIndex((part) => part.includes("*"));
  const parent = parts.slice(0, starAt).join("/");
  const [before = "", after = ""] = (parts[starAt] ?? "").split("*");
  const matches = listFolder(parent).filter((name) => name.startsWith(before) && name.endsWith(after));
  const versionOf = (name: string): string => name.slice(before.length);
  return matches
    .sort((a, b) => compareVersions(versionOf(b), versionOf(a)))
    .map((name) => join(parent, name, ...parts.slice(starAt + 1)));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Every place where the tool's first program lies, in search order, the same file once. */
export function findMainPrograms(spec: ToolSpec, folders: readonly string[]): string[] {
  const byFile = new Map<string, string>();
  for (const folder of folders) {
    const path = programIn(spec.programs[0], folder);
    if (path === undefined) continue;
    const file = realpathSync(path);
    if (!byFile.has(file)) byFile.set(file, path);
  }
  return [...byFile.values()];
}

/** The program under its name or an alias in one folder. */
export function programIn(program: Program, folder: string): string | undefined {
  return [program.name, ...(program.aliases ?? [])].map((name) => join(folder, name)).find(isExecutable);
}

/**
 * The other programs of a tool whose first program is known: from the same folder, from where a symbolic link leads, and (unless they
 * must belong together) from the other folders. The result names what is missing.
 */
export function completeExecutables(
  spec: ToolSpec,
  mainProgram: string,
  folders: readonly string[],
): { executables: Executables; missing: readonly string[] } {
  const near = [dirname(mainProgram), dirname(realpathSync(mainProgram))];
  const executables: Record<string, string> = { [spec.programs[0].name]: mainProgram };
  const missing: string[] = [];
  for (const program of spec.programs.slice(1)) {
    const places = spec.sameFolder ? near : [...near, ...folders];
    const path = places.map((folder) => programIn(program, folder)).find((found) => found !== undefined);
    if (path === undefined) missing.push(program.name);
    else executables[program.name] = path;
  }
  return { executables, missing };
}

/** Whether users other than the owner may run this file: its own mode and every folder on the way to it. */
export function reachableByOthers(file: string): boolean {
  try {
    const real = realpathSync(file);
    return othersMay(real) && enterableByOthers(dirname(real));
  } catch {
    return false;
  }
}

/** Whether users other than the owner may enter this folder: it and every folder above. */
export function enterableByOthers(folder: string): boolean {
  try {
    for (let current = realpathSync(folder); ; current = dirname(current)) {
      if (!othersMay(current)) return false;
      if (current === dirname(current)) return true;
    }
  } catch {
    return false;
  }
}

/** Execute permission of "others": running a file, passing through a folder. */
const othersMay = (path: string): boolean => (statSync(path).mode & 0o001) !== 0;
