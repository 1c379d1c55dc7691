import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import type { ToolSpec } from "../catalogue";
import { CommandFailed, runCommand } from "../run-command";
import { pathFolders, programIn } from "../search-folders";
import { withElapsed } from "./elapsed";
import type { PackageContext, SystemPackages } from "./installer";

const SUDO_CHECK_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

const LISTS_FOLDER = "/var/lib/apt/lists";

const APT_OPTIONS = [
  "-o",
  "Acquire::http::Timeout=5",
  "-o",
  "Acquire::https::Timeout=5",
  "-o",
  "Acquire::Retries=1",
  // Wait for another run of the package manager instead of failing.
  "-o",
  "DPkg::Lock::Timeout=60",
];

/**
 * A shell script that runs the command given to it while no package may start its services: perfbed starts its own instances, on its own ports. Debian's
 * interface for this is /usr/sbin/policy-rc.d. The temporary one hands over to what was there as soon as its installer is gone,
 * so that even a killed install leaves the machine's behaviour as it was; whatever was there is put back at the end.
 */
export function withoutServices(policyFile = "/usr/sbin/policy-rc.d"): string {
  return `
policy='${policyFile}'
saved="$policy.before-perfbed"
mark='# temporary, by perfbed'
restore() {
  if [ -f "$policy" ] && grep -qF "$mark" "$policy"; then
    if [ -e "$saved" ]; then mv -f "$saved" "$policy"; else rm -f "$policy"; fi
  fi
}
restore
[ -e "$policy" ] && mv "$policy" "$saved"
cat > "$policy" <<END
#!/bin/sh
$mark
kill -0 $$ 2>/dev/null && exit 101
[ -x '$saved' ] && exec '$saved' "\\$@"
exit 0
END
chmod 755 "$policy"
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
"$@"
`;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** Debian, Ubuntu and their kin, for root and for users with passwordless sudo. */
export const apt: SystemPackages = {
  name: "apt-get",
  unavailable,
  install,
};

async function unavailable(context: PackageContext): Promise<string | undefined> {
  const folders = pathFolders(context.settings.env);
  const has = (name: string): boolean => folders.some((folder) => programIn({ name }, folder) !== undefined);
  if (!has("apt-get")) return "this system has no apt-get";
  if (isRoot()) return undefined;
  if (!has("sudo")) return "installing packages needs root, and there is no sudo";
  try {
    await runCommand("sudo", ["-n", "true"], {
      env: context.settings.env,
      signal: context.signal,
      timeoutMs: SUDO_CHECK_TIMEOUT_MS,
      endWithParent: false,
    });
    return undefined;
  } catch {
    context.signal.throwIfAborted();
    return "installing packages needs root, and sudo asks for a password";
  }
}

async function install(
  specs: readonly ToolSpec[],
  context: PackageContext,
): Promise<ReadonlyMap<ToolSpec, string>> {
  let chosen = await choosePackages(specs, context);
  let listsAreFresh = false;
  if (chosen.size < specs.length || !hasPackageLists()) {
    await updateLists(context);
    listsAreFresh = true;
    chosen = await choosePackages(specs, context);
  }
  const packages = [...chosen.values()];
  if (packages.length > 0) {
    try {
      await installPackages(packages, context);
    } catch (error) {
      // Old lists name packages that the mirror no longer has.
      if (!(error instanceof CommandFailed) || listsAreFresh) throw error;
      await updateLists(context);
      await installPackages(packages, context);
    }
  }
  return new Map(
    specs
      .filter((spec) => !chosen.has(spec))
      .map((spec) => [spec, "this system's packages do not include it"]),
  );
}

/** The first package of each tool that this system offers. */
async function choosePackages(
  specs: readonly ToolSpec[],
  context: PackageContext,
): Promise<Map<ToolSpec, string>> {
  const names = specs.flatMap((spec) => spec.packages["apt-get"] ?? []);
  const offered = await offeredPackages(names, context);
  const chosen = new Map<ToolSpec, string>();
  for (const spec of specs) {
    const name = (spec.packages["apt-get"] ?? []).find((candidate) => offered.has(candidate));
    if (name !== undefined) chosen.set(spec, name);
  }
  return chosen;
}

async function offeredPackages(names: readonly string[], context: PackageContext): Promise<Set<string>> {
  const offered = new Set<string>();
  let current = "";
  const read = (line: string): void => {
    const name = /^(\S+):$/.exec(line)?.[1];
    if (name !== undefined) current = name;
    const candidate = /^\s+Candidate: (.+)$/.exec(line)?.[1];
    if (candidate !== undefined && candidate !== "(none)") offered.add(current);
  };
  await runCommand("apt-cache", ["policy", ...names], {
    env: { ...context.settings.env, LC_ALL: "C" },
    signal: context.signal,
    timeoutMs: QUERY_TIMEOUT_MS,
    onLine: read,
  });
  return offered;
}

/** A fresh container image has none. */
const hasPackageLists = (): boolean =>
  existsSync(LISTS_FOLDER) && readdirSync(LISTS_FOLDER).some((name) => name.includes("_Packages"));

function updateLists(context: PackageContext): Promise<readonly string[]> {
  return withElapsed("reading the system's package lists", context.progress, () =>
    asRoot(["apt-get", ...APT_OPTIONS, "update"], context),
  );
}

/**
 * Downloads first, which may take long and may be interrupted at any moment. Unpacking and configuring is seconds and is always let
 * finish: a dpkg stopped half-way leaves a package database that somebody must repair.
 */
async function installPackages(packages: readonly string[], context: PackageContext): Promise<void> {
  const aptInstall = (option: string) => [
    "apt-get",
    ...APT_OPTIONS,
    "install",
    "--yes",
    "--no-install-recommends",
    "--no-remove",
    option,
    ...packages,
  ];
  const names = packages.join(", ");
  await withElapsed(`downloading ${names} with apt-get`, context.progress, () =>
    asRoot(aptInstall("--download-only"), context),
  );
  let step = "";
  await withElapsed(
    () => `installing ${names} with apt-get${step}`,
    context.progress,
    () =>
      asRoot(
        ["sh", "-c", withoutServices(), "perfbed", ...aptInstall("--no-download")],
        { ...context, signal: new AbortController().signal },
        (line) => {
          const package_ = /^(?:Unpacking|Setting up) (\S+)/.exec(line)?.[1];
          if (package_ !== undefined) step = ` (at ${package_})`;
        },
      ),
  );
  context.signal.throwIfAborted();
}

function asRoot(
  command: readonly string[],
  context: PackageContext,
  onLine?: (line: string) => void,
): Promise<readonly string[]> {
  const [program = "env", ...args] = [
    ...(isRoot() ? [] : ["sudo", "-n"]),
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "NEEDRESTART_MODE=l",
    "LC_ALL=C",
    ...command,
  ];
  return runCommand(program, args, {
    env: context.settings.env,
    signal: context.signal,
    ...(onLine === undefined ? {} : { onLine }),
    // A kernel signal at our own death would hit dpkg in the middle.
    endWithParent: false,
    signalGroup: (groupId, signal) => {
      const name = signal.replace("SIG", "");
      spawn("sudo", ["-n", "kill", "-s", name, "--", `-${groupId}`], { stdio: "ignore" });
    },
  });
}
