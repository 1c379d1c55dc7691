import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { access, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EnvironmentError } from "../../../core/errors";
import { ensureOwnDir, toolsDir } from "../../../core/home";
import type { ServiceAccount } from "../provider/account";
import { copyDataDirectory } from "./data-directory";

/*
 * initdb takes half a second and comes to the same result every time. The first environment's result is kept, before a server ever ran on
 * it, and later ones begin with a copy. There is no secret in it: its superuser has no password. Whoever runs perfbed owns it and alone can
 * read it, like the programs beside it.
 *
 * Nothing here may stop an environment: where a template cannot be read or kept, initdb does its work as ever.
 */

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
const UNFINISHED = ".unfinished-";
/** A copy takes a fraction of a second; what is older was left by a process that died. */
const UNFINISHED_IS_LEFT_AFTER_MS = 10 * 60_000;

/**
 * Where the template of these programs is, or would be. A changed program has another, and so has the next boot: a template is not
 * flushed to the disk, so one from before a power cut may be half there.
 * @returns undefined where no template can be kept
 */
export async function templateFolder(
  programs: readonly string[],
  initdbArguments: readonly string[],
): Promise<string | undefined> {
  try {
    const identity = createHash("sha256");
    identity.update(JSON.stringify([await readFile(BOOT_ID, "utf8"), initdbArguments]));
    for (const program of programs) {
      const path = await realpath(program);
      const { size, mtimeMs } = await stat(path);
      identity.update(JSON.stringify([path, size, mtimeMs]));
    }
    const tools = toolsDir();
    mkdirSync(tools, { recursive: true, mode: 0o755 });
    const folder = ensureOwnDir(join(tools, "postgres-data-templates"), 0o700);
    return join(folder, identity.digest("hex").slice(0, 32));
  } catch {
    return undefined;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * @returns whether `data` is now a copy of the template; if not, there is nothing at its place
 * @throws EnvironmentError when the disk is full: initdb would need the same space
 */
export async function copyTemplate(
  template: string,
  data: string,
  account: ServiceAccount | undefined,
): Promise<boolean> {
  if (!(await exists(template))) return false;
  try {
    await copyDataDirectory(template, data, { live: false, account });
    return true;
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
      throw new EnvironmentError("PERFBED_DISK_FULL", `No space left on the disk of ${dirname(data)}`, {
        cause: error,
        hint: "A database begins with 40 MiB, and so does each of its replicas. Make room, or set PERFBED_HOME to a larger disk.",
      });
    }
    return false;
  }
}

/** Keeps a data directory as template. Of several that do so at once, one wins by its rename, and the others' copies go. */
export async function keepTemplate(data: string, template: string): Promise<void> {
  const folder = dirname(template);
  const unfinished = join(folder, `${UNFINISHED}${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await removeOutdated(folder);
    await copyDataDirectory(data, unfinished, { live: false, account: undefined });
    await rename(unfinished, template);
  } catch {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Templates of earlier boots and what dead processes left. Those of other programs stay: several versions may be in use. */
async function removeOutdated(folder: string): Promise<void> {
  const bootedAt = Date.now() - Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]) * 1000;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    const left = name.startsWith(UNFINISHED) && mtimeMs < Date.now() - UNFINISHED_IS_LEFT_AFTER_MS;
    if (left || mtimeMs < bootedAt) await rm(path, { recursive: true, force: true });
  }
}
