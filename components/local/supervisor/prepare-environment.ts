import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigError, EnvironmentError, type PerfbedError } from "../../../core/errors";
import { ensureOwnDir, perfbedHome } from "../../../core/home";
import { refuseIfClosing } from "./closing";
import { environmentPath } from "./environment-path";
import {
  ENVIRONMENT_FILE,
  ownerFields,
  parseExpiry,
  readEnvironmentRecord,
  writeEnvironmentRecord,
} from "./environment-record";
import { systemFailure } from "./failure";
import type { ProcessRef } from "./identity";
import { appendLedger } from "./ledger";
import { withLock } from "./lock";
import { requireLinux } from "./platform";
import { ensureWatchdog } from "./watchdog-start";

export interface PrepareOptions {
  readonly environmentId: string;
  readonly owner: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** While it lives, the watchdog leaves the environment alone even past its expiry. Absent: expiry alone decides. */
  readonly ownerProcess?: ProcessRef;
  /** Whether a watchdog shall end the environment once it has expired. */
  readonly watchdog: boolean;
}

/** A folder that processes of other users can pass through, whatever this user's umask. */
function openFolder(folder: string, mode: number): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true, mode });
  chmodSync(folder, mode);
}

function makeFolders(folder: string): void {
  for (const parent of [perfbedHome(), dirname(folder)]) {
    openFolder(parent, 0o711);
    ensureOwnDir(parent);
  }
  openFolder(folder, 0o711);
  ensureOwnDir(folder);
  openFolder(join(folder, "logs"), 0o711);
  // Sticky, as /tmp is: tiers run under several users.
  openFolder(join(folder, "tmp"), 0o1777);
}

function refuseForeign(options: PrepareOptions, folder: string): void {
  const present = readEnvironmentRecord(folder);
  if (present === undefined) {
    if (!existsSync(join(folder, ENVIRONMENT_FILE))) return;
    throw new EnvironmentError(
      "PERFBED_ENVIRONMENT_BROKEN",
      `The folder of environment ${options.environmentId} is damaged`,
      { hint: `\`perfbed sweep ${options.environmentId}\` removes it.` },
    );
  }
  if (present.owner === options.owner) return;
  throw new EnvironmentError(
    "PERFBED_ENVIRONMENT_EXISTS",
    `Environment ${options.environmentId} stands already and belongs to ${present.owner}`,
    { hint: "Use another name; `perfbed list` shows the names taken." },
  );
}

async function prepareLocked(options: PrepareOptions, expiresAt: string): Promise<string> {
  const { environmentId, owner, ownerProcess } = options;
  const folder = environmentPath(environmentId);
  refuseIfClosing(environmentId);
  refuseForeign(options, folder);
  makeFolders(folder);
  await appendLedger(environmentId, { type: "environment-prepared", owner });
  writeEnvironmentRecord(folder, {
    schemaVersion: 1,
    environmentId,
    owner,
    createdAt: readEnvironmentRecord(folder)?.createdAt ?? new Date().toISOString(),
    expiresAt,
    ...ownerFields(ownerProcess),
  });
  return folder;
}

/**
 * Makes the folder of an environment, its ledger and its watchdog; returns the folder. Preparing an environment again, for the same
 * owner, renews expiry and owner process.
 * @throws ConfigError for an impossible id or expiry; EnvironmentError PERFBED_ENVIRONMENT_EXISTS, PERFBED_ENVIRONMENT_CLOSING,
 * PERFBED_ENVIRONMENT_BROKEN, PERFBED_HOME_FOREIGN, PERFBED_DISK_FULL.
 */
export async function prepareEnvironment(options: PrepareOptions): Promise<string> {
  requireLinux();
  const folder = environmentPath(options.environmentId);
  if (options.owner.trim() === "") {
    throw new ConfigError("environment", [{ field: "owner", value: options.owner, allowed: "a name" }]);
  }
  const expiresAt = parseExpiry(options.expiresAt);
  try {
    await withLock(`record-${options.environmentId}`, () => prepareLocked(options, expiresAt));
    if (options.watchdog) await ensureWatchdog(options.environmentId);
  } catch (error) {
    const failure: PerfbedError = systemFailure(error, `Environment ${options.environmentId}`, folder);
    throw failure;
  }
  return folder;
}
