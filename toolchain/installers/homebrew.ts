import type { ToolSpec } from "../catalogue";
import { runCommand } from "../run-command";
import { pathFolders, programIn } from "../search-folders";
import { withElapsed } from "./elapsed";
import type { PackageContext, SystemPackages } from "./installer";

const BREW_FOLDERS = ["/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin"];

function brewProgram(context: PackageContext): string | undefined {
  return [...pathFolders(context.settings.env), ...BREW_FOLDERS]
    .map((folder) => programIn({ name: "brew" }, folder))
    .find((path) => path !== undefined);
}

/** Homebrew on macOS and Linux. It starts no services by itself. */
export const homebrew: SystemPackages = {
  name: "Homebrew",
  unavailable: async (context) => {
    if (brewProgram(context) === undefined) return "Homebrew is not installed";
    // brew refuses to run as root.
    return process.getuid?.() === 0 ? "Homebrew does not run as root" : undefined;
  },
  install: async (specs, context) => {
    const without = new Map<ToolSpec, string>();
    const packages: string[] = [];
    for (const spec of specs) {
      const name = spec.packages.brew?.[0];
      if (name === undefined) without.set(spec, "Homebrew has no such formula");
      else packages.push(name);
    }
    if (packages.length > 0) {
      await withElapsed(`installing ${packages.join(", ")} with Homebrew`, context.progress, () =>
        runCommand(brewProgram(context) ?? "brew", ["install", "--quiet", ...packages], {
          env: { ...context.settings.env, HOMEBREW_NO_AUTO_UPDATE: "1", NONINTERACTIVE: "1" },
          signal: context.signal,
        }),
      );
    }
    return without;
  },
};
