import { join } from "node:path";
import { ConfigError, EnvironmentError, type Problem } from "../core/errors";
import { requirement, type ToolSpec } from "./catalogue";
import { messageOf } from "./failure";
import { findTool, type Search } from "./find-tool";
import { withInstallLock } from "./install-lock";
import { createUnfinishedFolder, publish, removeFolder, removeUnfinishedFolders } from "./installed-tools";
import type {
  CacheInstaller,
  InstallContext,
  Installer,
  PackageContext,
  SystemPackages,
} from "./installers/installer";
import { installersFor } from "./installers/plan";
import { mendCommand } from "./mend";
import { probeVersion } from "./probe-version";
import { currentSettings, type ToolchainSettings } from "./settings";
import { type OnInstallProgress, type ResolvedTool, Tool } from "./tool";
import { compareVersions } from "./versions";

/** Tools that come ready to run. */
const DOWNLOADS: ReadonlySet<Tool> = new Set([Tool.Postgres, Tool.Locust, Tool.Gatling, Tool.Jmeter]);

export interface EnsureOptions {
  readonly settings?: ToolchainSettings;
  readonly onProgress?: OnInstallProgress;
  readonly signal?: AbortSignal;
  /** The installers of each tool in order. Default: the real ones. */
  readonly installers?: (tool: Tool) => readonly Installer[];
}

/** What one call works with. */
interface Job {
  readonly settings: ToolchainSettings;
  readonly signal: AbortSignal;
  readonly onProgress: OnInstallProgress;
  readonly installers: (tool: Tool) => readonly Installer[];
  /** Why each missing tool is missing: what was found and refused, what was tried and failed. */
  readonly tried: Map<Tool, string[]>;
}

/** Programs that only make sense after another one is there. */
const AFTER: Partial<Readonly<Record<Tool, Tool>>> = { [Tool.PulumiLanguageNodejs]: Tool.Pulumi };

/**
 * Finds every tool, installs those that are missing, and returns where each one is.
 *
 * @throws ConfigError when a `PERFBED_<TOOL>_PATH` does not hold; nothing is installed then.
 * @throws EnvironmentError `PERFBED_TOOL_MISSING` with every tool that could not be had, what was tried, and the command that mends it.
 * @throws the signal's reason when aborted; nothing half-installed counts as installed.
 */
export async function ensure(
  tools: readonly Tool[],
  options: EnsureOptions = {},
): Promise<ReadonlyMap<Tool, ResolvedTool>> {
  const job: Job = {
    settings: options.settings ?? currentSettings(),
    signal: options.signal ?? new AbortController().signal,
    onProgress: options.onProgress ?? (() => undefined),
    installers: options.installers ?? installersFor,
    tried: new Map(),
  };
  const wanted = [...new Set(tools)];
  job.signal.throwIfAborted();
  let searches = await search(wanted, job);
  const missing = searches.filter((found) => found.resolved === undefined);
  if (missing.length > 0) {
    const specs = missing.map((found) => found.spec);
    await installMissing(specs, job);
    searches = await search(wanted, job);
  }
  const resolved = new Map<Tool, ResolvedTool>();
  const stillMissing: Search[] = [];
  for (const found of searches) {
    if (found.resolved === undefined) stillMissing.push(found);
    else resolved.set(found.spec.tool, found.resolved);
  }
  if (stillMissing.length > 0) throw toolsMissing(stillMissing, job);
  return resolved;
}

/** All searches at once; wrong settings are reported together. */
async function search(tools: readonly Tool[], job: Job): Promise<Search[]> {
  const searches = await Promise.all(tools.map((tool) => findTool(tool, job.settings)));
  const problems = searches.flatMap((found) => found.settingProblem ?? []);
  if (problems.length > 0) throw new ConfigError("Settings of outside programs", problems);
  return searches;
}

function toolsMissing(searches: readonly Search[], job: Job): EnvironmentError {
  const specs = searches.map((found) => found.spec);
  const problems = searches.map((found): Problem => {
    const reasons = [...found.rejected, ...(job.tried.get(found.spec.tool) ?? [])];
    return {
      field: found.spec.title,
      allowed: `version ${found.spec.minimumVersion} or later (${found.spec.purpose})`,
      hint:
        `Tried: ${reasons.length === 0 ? "PATH and the tools folder" : reasons.join("; ")}. ` +
        `Mend: ${mendCommand([found.spec], job.settings.env)} (or set ${found.spec.setting})`,
    };
  });
  const names = specs.map(requirement).join(", ");
  const count = specs.length === 1 ? "1 program is missing" : `${specs.length} programs are missing`;
  return new EnvironmentError("PERFBED_TOOL_MISSING", `${count}: ${names}`, {
    problems,
    hint: `Run: ${mendCommand(specs, job.settings.env)}`,
  });
}

/**
 * Three lanes side by side: package managers (network, disk), downloads of self-contained packages, and builds, which use every core
 * and so run one after the other.
 */
async function installMissing(specs: readonly ToolSpec[], job: Job): Promise<void> {
  const lanes = new Map<string, ToolSpec[]>();
  for (const spec of inOrder(specs)) {
    const lane = !spec.cacheable ? "packages" : DOWNLOADS.has(spec.tool) ? "downloads" : "builds";
    lanes.set(lane, [...(lanes.get(lane) ?? []), spec]);
  }
  // One lane's failure must not leave the other lanes running unobserved.
  const results = await Promise.allSettled(
    [...lanes].map(async ([lane, members]) => {
      if (lane === "packages") await installPackages(members, job);
      else for (const spec of members) await installOne(spec, job);
    }),
  );
  job.signal.throwIfAborted();
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function inOrder(specs: readonly ToolSpec[]): ToolSpec[] {
  return [...specs].sort((a, b) => Number(AFTER[a.tool] !== undefined) - Number(AFTER[b.tool] !== undefined));
}

/** All tools that only package managers have, in one run of each. */
async function installPackages(specs: readonly ToolSpec[], job: Job): Promise<void> {
  const progress = (text: string): void => {
    const [first] = specs;
    if (first !== undefined) job.onProgress({ tool: first.tool, text });
  };
  const waiting = () => progress("waiting for another perfbed that is installing packages");
  const options = { signal: job.signal, onWait: waiting };
  await withInstallLock(job.settings.toolsDir, "packages", options, async (signal) => {
    const context: PackageContext = { settings: job.settings, signal, progress };
    for (const manager of packageManagersOf(specs, job)) {
      const missing = await stillMissing(specs, job);
      const wanted = missing.filter((spec) => packageManagersOf([spec], job).includes(manager));
      if (wanted.length > 0) await tryPackages(manager, wanted, context, job);
    }
  });
}

function packageManagersOf(specs: readonly ToolSpec[], job: Job): SystemPackages[] {
  const all = specs.flatMap((spec) => job.installers(spec.tool));
  return [...new Set(all.flatMap((installer) => (installer.kind === "system" ? installer.packages : [])))];
}

async function stillMissing(specs: readonly ToolSpec[], job: Job): Promise<ToolSpec[]> {
  const searches = await Promise.all(specs.map((spec) => findTool(spec.tool, job.settings)));
  return searches.filter((found) => found.resolved === undefined).map((found) => found.spec);
}

async function tryPackages(
  manager: SystemPackages,
  specs: readonly ToolSpec[],
  context: PackageContext,
  job: Job,
): Promise<void> {
  const note = (spec: ToolSpec, reason: string): void => remember(job, spec, `${manager.name}: ${reason}`);
  const unavailable = await manager.unavailable(context);
  if (unavailable !== undefined) {
    for (const spec of specs) note(spec, unavailable);
    return;
  }
  try {
    const without = await manager.install(specs, context);
    for (const [spec, reason] of without) note(spec, reason);
  } catch (error) {
    context.signal.throwIfAborted();
    context.progress(`${manager.name} did not work: ${messageOf(error)}`);
    for (const spec of specs) note(spec, messageOf(error));
  }
}

/** One tool, its installers in order, until one has worked. */
async function installOne(spec: ToolSpec, job: Job): Promise<void> {
  const progress = (text: string): void => job.onProgress({ tool: spec.tool, text });
  const waiting = (): void => progress("waiting for another perfbed that is installing it");
  const options = { signal: job.signal, onWait: waiting };
  await withInstallLock(job.settings.toolsDir, spec.tool, options, async (signal) => {
    await removeUnfinishedFolders(job.settings.toolsDir, spec);
    const context: InstallContext = { spec, settings: job.settings, signal, progress };
    for (const installer of job.installers(spec.tool)) {
      // Somebody else may have installed it while this process waited; a package manager may just have.
      if ((await stillMissing([spec], job)).length === 0) return;
      if (installer.kind === "system") await tryPackages(installer.packages, [spec], context, job);
      else await tryInstaller(installer, context, job);
    }
  });
}

async function tryInstaller(installer: CacheInstaller, context: InstallContext, job: Job): Promise<void> {
  const { spec, signal } = context;
  const failed = (reason: string): void => {
    remember(job, spec, `${installer.name}: ${reason}`);
    context.progress(`${installer.name} did not work: ${reason}`);
  };
  const unavailable = await installer.unavailable(context);
  if (unavailable !== undefined) {
    failed(unavailable);
    return;
  }
  const folder = await createUnfinishedFolder(job.settings.toolsDir, spec);
  try {
    await installer.install(folder, context);
    signal.throwIfAborted();
    const executables = await acceptedPrograms(folder, installer.version, spec, job);
    await publish(job.settings.toolsDir, spec, folder, {
      version: installer.version,
      origin: installer.origin,
      executables,
    });
    context.progress(`${installer.version} installed (${installer.name})`);
  } catch (error) {
    signal.throwIfAborted();
    failed(messageOf(error));
  } finally {
    await removeFolder(folder);
  }
}

/** The programs of a finished folder, relative to it, after the first one has told the version that was to be installed. */
async function acceptedPrograms(
  folder: string,
  version: string,
  spec: ToolSpec,
  job: Job,
): Promise<Readonly<Record<string, string>>> {
  const executables = Object.fromEntries(
    spec.programs.map((program) => [program.name, join("bin", program.name)]),
  );
  const probe = await probeVersion(spec, join(folder, "bin", spec.programs[0].name), job.settings.env);
  if (!probe.accepted) throw new Error(`what was installed ${probe.reason}`);
  if (spec.version !== undefined && compareVersions(probe.version, version) !== 0) {
    throw new Error(`what was installed is version ${probe.version}, not ${version}`);
  }
  return executables;
}

function remember(job: Job, spec: ToolSpec, reason: string): void {
  job.tried.set(spec.tool, [...(job.tried.get(spec.tool) ?? []), reason]);
}
