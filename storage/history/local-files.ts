import { randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage, isMissing } from "../errors";
import { HistoryError } from "./errors";
import type { HistoryFiles } from "./files";

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  typeof error === "object" && error !== null && "code" in error && codes.includes(String(error.code));

/** A folder of this machine, or one that several machines mount. */
export class LocalFiles implements HistoryFiles {
  readonly location: string;

  constructor(private readonly folder: string) {
    this.location = folder;
  }

  async putIfAbsent(name: string, content: Uint8Array): Promise<boolean> {
    const file = join(this.folder, name);
    const partial = join(this.folder, ".incoming", randomBytes(8).toString("hex"));
    try {
      await mkdir(dirname(file), { recursive: true });
      await mkdir(dirname(partial), { recursive: true });
      const handle = await open(partial, "wx", 0o644);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      return await publish(partial, file);
    } catch (error) {
      throw this.#unwritable(error);
    } finally {
      await rm(partial, { force: true });
    }
  }

  async read(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.folder, name));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#unreadable(error);
    }
  }

  async localPath(name: string): Promise<string | undefined> {
    const path = join(this.folder, name);
    try {
      await stat(path);
      return path;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#unreadable(error);
    }
  }

  async localPaths(folder: string, extension: string): Promise<string[]> {
    try {
      const entries = await readdir(join(this.folder, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw this.#unreadable(error);
    }
  }

  async prepare(): Promise<void> {
    const probe = join(this.folder, ".incoming", `probe-${randomBytes(8).toString("hex")}`);
    try {
      await mkdir(dirname(probe), { recursive: true });
      await (await open(probe, "wx")).close();
    } catch (error) {
      throw this.#unwritable(error);
    } finally {
      await rm(probe, { force: true }).catch(() => {});
    }
  }

  async close(): Promise<void> {}

  #unwritable(cause: unknown): HistoryError {
    return new HistoryError(
      "PERFBED_HISTORY_WRITE",
      `The history folder ${this.folder} cannot be written: ${errorMessage(cause)}`,
      { cause, hint: "Check its permissions and the space on the disk." },
    );
  }

  #unreadable(cause: unknown): HistoryError {
    return new HistoryError(
      "PERFBED_HISTORY_READ",
      `The history folder ${this.folder} cannot be read: ${errorMessage(cause)}`,
      { cause },
    );
  }
}

/** Gives a whole file its name unless the name is taken. A hard link is the one call that does both at once. */
async function publish(partial: string, file: string): Promise<boolean> {
  try {
    await link(partial, file);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    // Some network file systems have no links: a rename is still whole, and two writers of one run write the same.
    if (!hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK")) throw error;
    const taken = await stat(file).then(
      () => true,
      () => false,
    );
    if (!taken) await rename(partial, file);
    return !taken;
  }
}
