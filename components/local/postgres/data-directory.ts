import type { Dirent } from "node:fs";
import {
  access,
  chown,
  constants,
  copyFile,
  mkdir,
  readdir,
  readlink,
  realpath,
  symlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ServiceAccount } from "../provider/account";

/** Not part of a copy: they belong to the running server, or are made anew (see "Making a Base Backup Using the Low Level API"). */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "postmaster.pid",
  "postmaster.opts",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
  "pg_replslot",
]);

export interface CopyOptions {
  /** The server writes while the copy is made: write-ahead log is left out (a backup label says where to begin), vanished files are skipped. */
  readonly live: boolean;
  readonly account: ServiceAccount | undefined;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** Copies a data directory, by reference where the file system can. */
export async function copyDataDirectory(source: string, target: string, options: CopyOptions): Promise<void> {
  const { live, account } = options;
  const own = async (path: string): Promise<void> => {
    if (account !== undefined) await chown(path, account.uid, account.gid);
  };

  const copyEntry = async (entry: Dirent, from: string, to: string): Promise<void> => {
    const [path, copy] = [join(from, entry.name), join(to, entry.name)];
    const top = from === source;
    const left = top && LEFT_OUT.has(entry.name);
    if (entry.isDirectory()) {
      await copyFolder(path, copy, left || (live && top && entry.name === "pg_wal"));
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(path), copy);
    } else if (!left) {
      try {
        await copyFile(path, copy, constants.COPYFILE_FICLONE);
        await own(copy);
      } catch (error) {
        if (!live || !isMissing(error)) throw error;
      }
    }
  };
  const copyFolder = async (from: string, to: string, emptyOnly: boolean): Promise<void> => {
    await mkdir(to, { mode: 0o700 });
    await own(to);
    if (emptyOnly) return;
    const entries = await readdir(from, { withFileTypes: true });
    await Promise.all(entries.map((entry) => copyEntry(entry, from, to)));
  };
  await copyFolder(source, target, false);
}

/** True if the installation that holds this `postgres` program has a loadable library of that name. */
export async function hasLibrary(postgresProgram: string, library: string): Promise<boolean> {
  const prefix = dirname(dirname(await realpath(postgresProgram)));
  const files = ["lib", "lib/postgresql"].flatMap((folder) =>
    ["so", "dylib"].map((suffix) => join(prefix, folder, `${library}.${suffix}`)),
  );
  const found = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
