import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CacheInstaller } from "../../toolchain/installers/installer";
import type { ToolchainSettings } from "../../toolchain/settings";

/** A machine of its own: an empty root for system folders, a PATH, a tools folder. Programs are small shell scripts. */
export interface FakeMachine {
  readonly root: string;
  readonly toolsDir: string;
  /** The folder on PATH. */
  readonly bin: string;
  settings(env?: Readonly<Record<string, string>>): ToolchainSettings;
  /** Writes a program that prints this when asked for its version; returns its path. */
  program(path: string, output: string): string;
  remove(): void;
}

export function fakeMachine(): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), "perfbed-machine-"));
  chmodSync(root, 0o755);
  const bin = join(root, "path-bin");
  const toolsDir = join(root, "tools");
  mkdirSync(bin);
  return {
    root,
    bin,
    toolsDir,
    // The programs themselves need a shell and cat from the real system.
    settings: (env = {}) => ({
      env: { PATH: `${bin}:${join(root, "second-bin")}`, PERFBED_HOME: join(root, "home"), ...env },
      toolsDir,
      systemRoot: root,
    }),
    program: (path, output) => writeProgram(join(root, path), output),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function writeProgram(path: string, output: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' '${output}'\n`, { mode: 0o755 });
  return path;
}

/** An installer that writes a program printing `k6 v<version>`. Records its calls by name. */
export function fakeInstaller(
  name: string,
  calls: string[],
  behaviour: { unavailable?: string; fails?: string; prints?: string; version?: string } = {},
): CacheInstaller {
  const version = behaviour.version ?? "1.8.1";
  return {
    kind: "cache",
    name,
    version,
    origin: `fake ${name}`,
    unavailable: async () => behaviour.unavailable,
    install: async (folder) => {
      calls.push(name);
      if (behaviour.fails !== undefined) throw new Error(behaviour.fails);
      writeProgram(join(folder, "bin", "k6"), behaviour.prints ?? `k6 v${version} (fake)`);
    },
  };
}
