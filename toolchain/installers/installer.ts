import type { ToolSpec } from "../catalogue";
import type { ToolchainSettings } from "../settings";

/** What an installer works with. */
export interface InstallContext {
  readonly spec: ToolSpec;
  readonly settings: ToolchainSettings;
  /** Fires on interruption and when the install lock was lost. */
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Puts a tool into the tools folder. */
export interface CacheInstaller {
  readonly kind: "cache";
  /** `official release`, `Go build`: begins the sentence about why it did not work. */
  readonly name: string;
  /** The version it installs, as `--version` will print it. */
  readonly version: string;
  /** For the manifest: enough to tell where the bytes came from. */
  readonly origin: string;
  /** Why it cannot work on this machine, found out in at most a few seconds; undefined when it may. */
  unavailable(context: InstallContext): Promise<string | undefined>;
  /**
   * Fills an empty folder; the programs end up in its `bin`. The folder is renamed afterwards: nothing in it may hold its path.
   */
  install(folder: string, context: InstallContext): Promise<void>;
}

/** Installs a tool with the system's package manager. */
export interface SystemInstaller {
  readonly kind: "system";
  readonly packages: SystemPackages;
}

export type Installer = CacheInstaller | SystemInstaller;

/** A package manager. One run installs the packages of several tools. */
export interface SystemPackages {
  readonly name: string;
  /** Why it cannot be used here; undefined when it can. */
  unavailable(context: PackageContext): Promise<string | undefined>;
  /**
   * Installs one package for each tool. Returns the tools for which it has no package, with the reason; throws when the install
   * itself fails.
   */
  install(specs: readonly ToolSpec[], context: PackageContext): Promise<ReadonlyMap<ToolSpec, string>>;
}

export type PackageContext = Omit<InstallContext, "spec">;
