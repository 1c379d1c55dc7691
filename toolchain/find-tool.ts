import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Problem } from "../core/errors";
import { requirement, type ToolSpec, toolSpec } from "./catalogue";
import { installedVersions } from "./installed-tools";
import { type Probe, probeVersion, versionProblem } from "./probe-version";
import {
  completeExecutables,
  findMainPrograms,
  isExecutable,
  pathFolders,
  programIn,
  reachableByOthers,
  systemFolders,
} from "./search-folders";
import { explicitPath, ignoresPath, type ToolchainSettings } from "./settings";
import { type ResolvedTool, Tool, type ToolSource } from "./tool";

/** The outcome of looking for one tool. */
export interface Search {
  readonly spec: ToolSpec;
  readonly resolved?: ResolvedTool;
  /** What was found and not accepted, one sentence each. */
  readonly rejected: readonly string[];
  /** The explicit setting does not hold; nothing else was tried. */
  readonly settingProblem?: Problem;
}

/** Looks for a tool: explicit setting, PATH and system folders, tools folder. Installs nothing. */
export async function findTool(tool: Tool, settings: ToolchainSettings): Promise<Search> {
  const spec = toolSpec(tool);
  const explicit = explicitPath(spec, settings);
  if (explicit !== undefined) return fromSetting(spec, explicit, settings);
  const rejected: string[] = [];
  if (!ignoresPath(spec, settings)) {
    const found = await fromPath(spec, settings, rejected);
    if (found) return { spec, resolved: found, rejected };
  }
  if (tool === Tool.PulumiLanguageNodejs) {
    const bundled = await besidePulumi(spec, settings);
    if (bundled) return { spec, resolved: bundled, rejected };
  }
  const cached = await fromCache(spec, settings, rejected);
  return cached ? { spec, resolved: cached, rejected } : { spec, rejected };
}

async function fromSetting(spec: ToolSpec, value: string, settings: ToolchainSettings): Promise<Search> {
  const refuse = (reason: string): Search => ({
    spec,
    rejected: [],
    settingProblem: {
      field: spec.setting,
      value,
      allowed: `path of ${requirement(spec)}`,
      hint: `${reason}. Correct it, or unset it to let perfbed find the program.`,
    },
  });
  const path = resolve(value);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const main = isFolder ? programIn(spec.programs[0], path) : path;
  if (main === undefined) return refuse(`There is no ${spec.programs[0].name} in it`);
  if (!isExecutable(main)) return refuse("There is no executable file at it");
  // Programs that may lie apart (varnishstat in /usr/bin, varnishd in /usr/sbin) may come from the system folders.
  const { executables, missing } = completeExecutables(spec, main, [
    ...pathFolders(settings.env),
    ...systemFolders(spec, settings.systemRoot),
  ]);
  if (missing.length > 0) return refuse(`There is no ${missing.join(", ")} beside it`);
  const probe = await probeVersion(spec, main, settings.env);
  if (!probe.accepted) return refuse(`It ${probe.reason}`);
  return { spec, rejected: [], resolved: resolvedTool(spec, probe.version, "setting", executables) };
}

async function fromPath(
  spec: ToolSpec,
  settings: ToolchainSettings,
  rejected: string[],
): Promise<ResolvedTool | undefined> {
  const folders = [...pathFolders(settings.env), ...systemFolders(spec, settings.systemRoot)];
  for (const main of findMainPrograms(spec, folders)) {
    const { executables, missing } = completeExecutables(spec, main, folders);
    if (missing.length > 0) {
      rejected.push(`${main} has no ${missing.join(", ")} beside it`);
      continue;
    }
    const probe: Probe = await probeVersion(spec, main, settings.env);
    if (probe.accepted) return resolvedTool(spec, probe.version, "path", executables);
    rejected.push(`${main} ${probe.reason}`);
  }
  return undefined;
}

/** Official Pulumi releases ship their language hosts in the folder of the engine, which need not be on PATH. */
async function besidePulumi(spec: ToolSpec, settings: ToolchainSettings): Promise<ResolvedTool | undefined> {
  const engine = (await findTool(Tool.Pulumi, settings)).resolved;
  const program = engine?.executables.pulumi;
  if (engine === undefined || program === undefined) return undefined;
  const host = join(dirname(program), spec.programs[0].name);
  if (!isExecutable(host)) return undefined;
  return resolvedTool(spec, engine.version, engine.source, { [spec.programs[0].name]: host });
}

async function fromCache(
  spec: ToolSpec,
  settings: ToolchainSettings,
  rejected: string[],
): Promise<ResolvedTool | undefined> {
  for (const installed of await installedVersions(settings.toolsDir, spec)) {
    if (!installed.usable) {
      rejected.push(installed.reason);
      continue;
    }
    const problem = versionProblem(spec, installed.resolved.version);
    if (problem === undefined) return installed.resolved;
    rejected.push(`${installed.resolved.installDir ?? spec.title} ${problem}`);
  }
  return undefined;
}

function resolvedTool(
  spec: ToolSpec,
  version: string,
  source: ToolSource,
  executables: Readonly<Record<string, string>>,
): ResolvedTool {
  return {
    tool: spec.tool,
    version,
    source,
    executables,
    reachableByOthers: Object.values(executables).every(reachableByOthers),
  };
}
