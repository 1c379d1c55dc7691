import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EnvironmentError } from "../../../core/errors";
import { environmentDir } from "../../../core/home";

/** The account a server runs under when perfbed runs as root; servers such as PostgreSQL refuse to run as root. */
export interface ServiceAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts looked for, best first: both exist for running servers without rights. */
const CANDIDATES = ["postgres", "nobody"];

/** Finds an account in the text of /etc/passwd. Pure. */
export function findAccount(
  passwd: string,
  names: readonly string[] = CANDIDATES,
): ServiceAccount | undefined {
  const rows = passwd.split("\n").map((line) => line.split(":"));
  for (const name of names) {
    const row = rows.find(([user]) => user === name);
    const uid = Number(row?.[2]);
    const gid = Number(row?.[3]);
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { name, uid, gid };
  }
  return undefined;
}

/** Undefined unless this is root: then servers run as the user who runs perfbed. */
export async function serviceAccount(): Promise<ServiceAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = findAccount(await readFile("/etc/passwd", "utf8"));
  if (account === undefined) {
    throw new EnvironmentError(
      "PERFBED_NO_SERVICE_ACCOUNT",
      `perfbed runs as root and finds none of the accounts ${CANDIDATES.join(", ")} to run servers under`,
      { hint: "Run perfbed as an ordinary user, or create one of those accounts." },
    );
  }
  return account;
}

/** Folder of one service within its environment, closed to everybody else. */
export function serviceFolder(environmentId: string, service: string): string {
  return join(environmentDir(environmentId), service);
}

export async function createServiceFolder(path: string, account: ServiceAccount | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(path, account.uid, account.gid);
}

/** Writes a file that only its service may read: configurations hold passwords. */
export async function writeServiceFile(
  path: string,
  content: string,
  account: ServiceAccount | undefined,
): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  if (account !== undefined) await chown(path, account.uid, account.gid);
}
