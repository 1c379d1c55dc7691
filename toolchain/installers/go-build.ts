import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command";
import { withElapsed } from "./elapsed";
import type { CacheInstaller, InstallContext } from "./installer";

const GO_VERSION_TIMEOUT_MS = 10_000;

/**
 * A published module of a pinned version, verified by the Go checksum database; or a module that comes with perfbed, whose go.sum
 * verifies everything it is built from.
 */
export type GoSource =
  | {
      readonly kind: "published";
      /** Import path of the program. */
      readonly importPath: string;
      /** With the leading `v`. */
      readonly moduleVersion: string;
      /** `old=new@version`. */
      readonly replace?: string;
    }
  | { readonly kind: "shipped"; readonly folder: string; readonly title: string };

/** A program built with Go. */
export interface GoBuild {
  readonly source: GoSource;
  /** Name of the program to build. */
  readonly program: string;
  readonly version: string;
  readonly ldflags?: string;
  /** For the progress line: `1-2 min`. */
  readonly usually: string;
}

/** Builds in a Go module of its own inside the unfinished folder, so no go.work or go.mod around can interfere. */
export function goBuildInstaller(build: GoBuild): CacheInstaller {
  return {
    kind: "cache",
    name: "Go build",
    version: build.version,
    origin: `go build of ${build.source.kind === "shipped" ? build.source.title : `${build.source.importPath}@${build.source.moduleVersion}`}`,
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
  const { source } = build;
  await withElapsed(
    `fetching the sources of ${build.program} ${build.version}`,
    context.progress,
    async () => {
      if (source.kind === "shipped") {
        await cp(source.folder, workspace, { recursive: true });
        await go(["mod", "download"]);
        return;
      }
      await go(["mod", "init", "perfbed.local/build"]);
      if (source.replace !== undefined) await go(["mod", "edit", "-replace", source.replace]);
      await go(["get", "-tool", `${source.importPath}@${source.moduleVersion}`]);
    },
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
        source.kind === "shipped" ? "." : source.importPath,
      ],
      () => {
        compiled += 1;
      },
    ),
  );
  await rm(workspace, { recursive: true, force: true });
}
