import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command";
import { withElapsed } from "./elapsed";
import type { CacheInstaller, InstallContext } from "./installer";

const GO_VERSION_TIMEOUT_MS = 10_000;

/** A program built from a Go module of a pinned version; the Go checksum database verifies the sources. */
export interface GoBuild {
  /** Import path of the program. */
  readonly importPath: string;
  /** With the leading `v`. */
  readonly moduleVersion: string;
  /** Name of the program to build. */
  readonly program: string;
  readonly version: string;
  readonly ldflags?: string;
  /** `old=new@version`. */
  readonly replace?: string;
  /** For the progress line: `1-2 min`. */
  readonly usually: string;
}

/** Builds in a Go module of its own inside the unfinished folder, so no go.work or go.mod around can interfere. */
export function goBuildInstaller(build: GoBuild): CacheInstaller {
  return {
    kind: "cache",
    name: "Go build",
    version: build.version,
    origin: `go build of ${build.importPath}@${build.moduleVersion}`,
    unavailable: goUnavailable,
    install: (folder, context) => compile(build, folder, context),
  };
}

async function goUnavailable(context: InstallContext): Promise<string | undefined> {
  try {
    await runCommand("go", ["version"], {
      env: context.settings.env,
      signal: context.signal,
      timeoutMs: GO_VERSION_TIMEOUT_MS,
    });
    return undefined;
  } catch {
    context.signal.throwIfAborted();
    return "Go is not installed";
  }
}

async function compile(build: GoBuild, folder: string, context: InstallContext): Promise<void> {
  const workspace = join(folder, "build");
  await mkdir(workspace);
  await mkdir(join(folder, "bin"));
  let compiled = 0;
  const go = (args: readonly string[], onLine?: (line: string) => void) =>
    runCommand("go", args, {
      cwd: workspace,
      env: { ...context.settings.env, GOWORK: "off" },
      signal: context.signal,
      ...(onLine === undefined ? {} : { onLine }),
    });
  await go(["mod", "init", "perfbed.local/build"]);
  if (build.replace !== undefined) await go(["mod", "edit", "-replace", build.replace]);
  await withElapsed(`fetching the sources of ${build.program} ${build.version}`, context.progress, () =>
    go(["get", "-tool", `${build.importPath}@${build.moduleVersion}`]),
  );
  const text = (): string =>
    `building with Go (usually ${build.usually}${compiled === 0 ? "" : `; ${compiled} packages compiled`})`;
  await withElapsed(text, context.progress, () =>
    go(
      [
        "build",
        // Prints a line for each package it compiles: the only progress Go offers.
        "-v",
        ...(build.ldflags === undefined ? [] : ["-ldflags", build.ldflags]),
        "-o",
        join(folder, "bin", build.program),
        build.importPath,
      ],
      () => {
        compiled += 1;
      },
    ),
  );
  await rm(workspace, { recursive: true, force: true });
}
