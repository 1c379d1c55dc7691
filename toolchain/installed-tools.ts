import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { ToolSpec } from "./catalogue";
import { isErrno } from "./failure";
import { type Executables, isExecutable, reachableByOthers } from "./search-folders";
import type { ResolvedTool } from "./tool";
import { compareVersions } from "./versions";

const MANIFEST = "perfbed-tool.json";

/** Written last: a version folder without a manifest does not count as installed. */
const manifestSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.string(),
  version: z.string(),
  /** How it came here. */
  origin: z.string(),
  installedAt: z.string(),
  /** By program name; the path is relative to the version folder. */
  executables: z.record(z.string(), z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});
export type ToolManifest = z.infer<typeof manifestSchema>;

/** An installed version, or why the folder that should hold one is not usable. */
export type InstalledTool =
  | { readonly usable: true; readonly resolved: ResolvedTool; readonly manifest: ToolManifest }
  | { readonly usable: false; readonly folder: string; readonly reason: string };

const toolFolder = (toolsDir: string, spec: ToolSpec): string => join(toolsDir, spec.tool);

/** Where a version of a tool is, or would be. */
export function versionFolder(toolsDir: string, spec: ToolSpec, version: string): string {
  return join(toolFolder(toolsDir, spec), version);
}

/** All installed versions of a tool, highest first. Size and mode of each program are checked, checksums are not (see checkIntegrity). */
export async function installedVersions(toolsDir: string, spec: ToolSpec): Promise<InstalledTool[]> {
  const versions = (await readdirIfPresent(toolFolder(toolsDir, spec))).sort((a, b) => compareVersions(b, a));
  return Promise.all(versions.map((version) => readInstalled(spec, versionFolder(toolsDir, spec, version))));
}

async function readInstalled(spec: ToolSpec, folder: string): Promise<InstalledTool> {
  const unusable = (reason: string): InstalledTool => ({ usable: false, folder, reason });
  const manifest = await readManifest(folder);
  if (manifest === undefined) return unusable(`${folder} has no readable ${MANIFEST}`);
  if (spec.obsoleteOrigin?.test(manifest.origin) === true) {
    return unusable(`${folder} was installed by an earlier perfbed and lacks what this one needs`);
  }
  const executables: Record<string, string> = {};
  for (const { name } of spec.programs) {
    const entry = manifest.executables[name];
    if (entry === undefined) return unusable(`${folder} lacks ${name}`);
    const path = join(folder, entry.path);
    if (!isExecutable(path)) return unusable(`${path} is missing or not executable`);
    if ((await stat(path)).size !== entry.bytes)
      return unusable(`${path} has changed since it was installed`);
    executables[name] = path;
  }
  const main = executables[spec.programs[0].name] ?? folder;
  return {
    usable: true,
    manifest,
    resolved: {
      tool: spec.tool,
      version: manifest.version,
      source: "cache",
      executables,
      installDir: folder,
      reachableByOthers: reachableByOthers(main),
      origin: manifest.origin,
    },
  };
}

async function readManifest(folder: string): Promise<ToolManifest | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), "utf8")));
  } catch {
    return undefined;
  }
}

/** Full check for `perfbed doctor`: the programs whose content is not what was installed. */
export async function checkIntegrity(installed: InstalledTool & { usable: true }): Promise<string[]> {
  const changed: string[] = [];
  for (const [name, entry] of Object.entries(installed.manifest.executables)) {
    const path = join(installed.resolved.installDir ?? "", entry.path);
    if ((await sha256OfFile(path)) !== entry.sha256) changed.push(name);
  }
  return changed;
}

/** A fresh folder inside the tools folder, so that publishing it is one rename. Its name marks it as unfinished. */
export async function createUnfinishedFolder(toolsDir: string, spec: ToolSpec): Promise<string> {
  const folder = join(toolsDir, `${unfinishedPrefix(spec)}${process.pid}-${randomBytes(4).toString("hex")}`);
  await mkdirOpen(folder);
  return folder;
}

const unfinishedPrefix = (spec: ToolSpec): string => `.unfinished-${spec.tool}-`;

/** Removes what interrupted installs of this tool left. Only call it while holding the tool's install lock. */
export async function removeUnfinishedFolders(toolsDir: string, spec: ToolSpec): Promise<void> {
  const names = await readdirIfPresent(toolsDir);
  // The dash after the name keeps `pulumi` off the folders of `pulumi-language-nodejs`: pid and digits follow.
  const own = new RegExp(`^\\.unfinished-${spec.tool}-\\d+-[0-9a-f]+$`);
  await Promise.all(names.filter((name) => own.test(name)).map((name) => removeFolder(join(toolsDir, name))));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Turns a finished folder into the installed version: manifest, then one rename. */
export async function publish(
  toolsDir: string,
  spec: ToolSpec,
  unfinished: string,
  details: { version: string; origin: string; executables: Executables },
): Promise<void> {
  const executables: ToolManifest["executables"] = {};
  for (const [name, path] of Object.entries(details.executables)) {
    const file = join(unfinished, path);
    executables[name] = { path, bytes: (await stat(file)).size, sha256: await sha256OfFile(file) };
  }
  const manifest: ToolManifest = {
    schemaVersion: 1,
    tool: spec.tool,
    version: details.version,
    origin: details.origin,
    installedAt: new Date().toISOString(),
    executables,
  };
  await writeFile(join(unfinished, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o644 });
  await openToEverybody(unfinished);
  const target = versionFolder(toolsDir, spec, details.version);
  await mkdirOpen(dirname(target));
  await discard(toolsDir, spec, target);
  await rename(unfinished, target);
}

/** Moves an unusable version aside first, so that no moment shows a half-removed folder under the version's name. */
async function discard(toolsDir: string, spec: ToolSpec, folder: string): Promise<void> {
  const aside = join(toolsDir, `${unfinishedPrefix(spec)}${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await rename(folder, aside);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    throw error;
  }
  await removeFolder(aside);
}

/** Creates a folder that others may enter, whatever the umask: servers run from it under an unprivileged uid. */
export async function mkdirOpen(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let created = folder; ; created = dirname(created)) {
    await chmod(created, 0o755);
    if (created === first) return;
  }
}

/** Lets other users read and run what the owner may, whatever the umask of the installer. */
async function openToEverybody(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToEverybody(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function readdirIfPresent(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}
