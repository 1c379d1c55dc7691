import { formatProblem } from "../core/errors";
import { perfbedHome } from "../core/home";
import { type ToolSpec, toolSpec } from "./catalogue";
import { doctorText } from "./doctor-text";
import { findTool } from "./find-tool";
import { checkIntegrity, installedVersions } from "./installed-tools";
import { type MachineCheck, machineChecks } from "./machine-checks";
import { mendCommand, packageManager } from "./mend";
import { currentSettings, type ToolchainSettings } from "./settings";
import { LOCAL_TARGET_TOOLS, Tool, type ToolSource } from "./tool";

export type ToolStatus =
  | "found"
  /** Not on this machine; `ensureTools` would install it. */
  | "missing"
  /** The explicit setting does not hold. */
  | "misconfigured"
  /** In the tools folder, but not with the bytes that were installed. */
  | "damaged";

/** One tool as `perfbed doctor` shows it. */
export interface ToolDiagnosis {
  readonly tool: Tool;
  readonly title: string;
  readonly purpose: string;
  /** Whether a campaign on the local target needs it. */
  readonly required: boolean;
  readonly status: ToolStatus;
  /** `>= 14`. */
  readonly accepted: string;
  readonly version?: string;
  readonly source?: ToolSource;
  /** How a tool in the tools folder came there. */
  readonly origin?: string;
  /** Absolute path by program name. */
  readonly executables: Readonly<Record<string, string>>;
  /** What else was found and not accepted, and other things worth knowing. */
  readonly notes: readonly string[];
  /** The one command that mends it. */
  readonly mend?: string;
}

/** Everything `perfbed doctor` prints. */
export interface DoctorReport {
  /** Every tool of the local target is there and no machine check is a problem. */
  readonly ok: boolean;
  readonly toolsDir: string;
  readonly home: string;
  readonly tools: readonly ToolDiagnosis[];
  readonly machine: readonly MachineCheck[];
  /** All of it for people, without colours. */
  readonly text: string;
}

/** Looks at every tool and at the machine. Installs and changes nothing. */
export async function diagnoseWith(settings: ToolchainSettings): Promise<DoctorReport> {
  const tools = await Promise.all(Object.values(Tool).map((tool) => diagnoseTool(tool, settings)));
  const machine = machineChecks(settings);
  const facts = {
    ok:
      tools.every((tool) => !tool.required || tool.status === "found") &&
      machine.every((check) => check.status !== "problem"),
    toolsDir: settings.toolsDir,
    home: perfbedHome(settings.env),
    tools,
    machine,
  };
  return { ...facts, text: doctorText(facts) };
}

export function diagnose(): Promise<DoctorReport> {
  return diagnoseWith(currentSettings());
}

async function diagnoseTool(tool: Tool, settings: ToolchainSettings): Promise<ToolDiagnosis> {
  const spec = toolSpec(tool);
  const found = await findTool(tool, settings);
  const common = {
    tool,
    title: spec.title,
    purpose: spec.purpose,
    required: LOCAL_TARGET_TOOLS.includes(tool),
    accepted: `>= ${spec.minimumVersion}`,
  };
  if (found.settingProblem !== undefined) {
    return {
      ...common,
      status: "misconfigured",
      executables: {},
      notes: [formatProblem(found.settingProblem)],
      mend: `unset ${spec.setting}`,
    };
  }
  const resolved = found.resolved;
  if (resolved === undefined) {
    return {
      ...common,
      status: "missing",
      executables: {},
      notes: found.rejected,
      mend: installsItself(spec, settings) ? "perfbed doctor --install" : mendCommand([spec], settings.env),
    };
  }
  const changed = resolved.source === "cache" ? await changedPrograms(tool, settings, resolved.version) : [];
  const notes = [...found.rejected];
  if (changed.length > 0) notes.push(`${changed.join(", ")}: not the bytes that were installed`);
  if (!resolved.reachableByOthers) {
    notes.push("in a folder that other users cannot enter: servers under another uid get a copy");
  }
  return {
    ...common,
    status: changed.length > 0 ? "damaged" : "found",
    version: resolved.version,
    source: resolved.source,
    executables: resolved.executables,
    notes,
    ...(resolved.origin === undefined ? {} : { origin: resolved.origin }),
    ...(changed.length === 0 ? {} : { mend: `rm -r ${resolved.installDir ?? ""}` }),
  };
}

/** Whether `perfbed doctor --install`, which is for the local target, may well bring this tool. */
function installsItself(spec: ToolSpec, settings: ToolchainSettings): boolean {
  if (!LOCAL_TARGET_TOOLS.includes(spec.tool)) return false;
  const manager = packageManager(settings.env);
  return spec.cacheable || manager === "apt-get" || manager === "brew";
}

async function changedPrograms(tool: Tool, settings: ToolchainSettings, version: string): Promise<string[]> {
  for (const installed of await installedVersions(settings.toolsDir, toolSpec(tool))) {
    if (installed.usable && installed.resolved.version === version) return checkIntegrity(installed);
  }
  return [];
}
