import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, EnvironmentError } from "../../../core/errors";
import { environmentPath } from "./environment-path";
import { currentBootId, isAlive, type ProcessRef } from "./identity";
import { number, parseJsonObject, processRefField, text } from "./json-fields";
import { withLock } from "./lock";

export const ENVIRONMENT_FILE = "environment.json";

/** `environment.json`: who an environment belongs to and when it may be ended. */
export interface EnvironmentRecord {
  readonly schemaVersion: 1;
  readonly environmentId: string;
  readonly owner: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** While it lives, the watchdog leaves an expired environment alone. Absent: expiry alone decides. */
  readonly ownerProcess?: ProcessRef;
  /** The boot in which `ownerProcess` ran: after a restart of the machine its pid means nothing. */
  readonly ownerBootId?: string;
}

/** Reads environment.json of a folder; undefined when it is missing or damaged. Synchronous and light: the watchdog polls it. */
export function readEnvironmentRecord(folder: string): EnvironmentRecord | undefined {
  let content: string;
  try {
    content = readFileSync(join(folder, ENVIRONMENT_FILE), "utf8");
  } catch {
    return undefined;
  }
  const object = parseJsonObject(content);
  if (object === undefined || number(object, "schemaVersion") !== 1) return undefined;
  const environmentId = text(object, "environmentId");
  const owner = text(object, "owner");
  const createdAt = text(object, "createdAt");
  const expiresAt = text(object, "expiresAt");
  if (
    environmentId === undefined ||
    owner === undefined ||
    createdAt === undefined ||
    expiresAt === undefined ||
    Number.isNaN(Date.parse(expiresAt))
  ) {
    return undefined;
  }
  const ownerProcess = processRefField(object, "ownerProcess");
  const ownerBootId = text(object, "ownerBootId");
  return {
    schemaVersion: 1,
    environmentId,
    owner,
    createdAt,
    expiresAt,
    ...(ownerProcess === undefined ? {} : { ownerProcess }),
    ...(ownerBootId === undefined ? {} : { ownerBootId }),
  };
}

/** The two fields that say who owns an environment, for a process of this boot. */
export function ownerFields(
  owner: ProcessRef | undefined,
): Pick<EnvironmentRecord, "ownerProcess" | "ownerBootId"> {
  return owner === undefined
    ? {}
    : { ownerProcess: { pid: owner.pid, startTicks: owner.startTicks }, ownerBootId: currentBootId() };
}

/** Whether the owner's process still runs. False when no process is recorded. */
export function ownerAlive(record: EnvironmentRecord): boolean {
  return (
    record.ownerProcess !== undefined &&
    record.ownerBootId === currentBootId() &&
    isAlive(record.ownerProcess)
  );
}

/** Replaces environment.json in one step: a reader sees the old or the new one, never half of it. */
export function writeEnvironmentRecord(folder: string, record: EnvironmentRecord): void {
  const file = join(folder, ENVIRONMENT_FILE);
  const temporary = `${file}.${randomBytes(4).toString("hex")}`;
  writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}

/** An expiry as perfbed writes it. @throws ConfigError when it is no date. */
export function parseExpiry(expiresAt: string): string {
  const time = Date.parse(expiresAt);
  if (Number.isNaN(time)) {
    throw new ConfigError("environment", [
      {
        field: "expiresAt",
        value: expiresAt,
        allowed: "a date and time, ISO 8601, e.g. 2030-01-31T12:00:00Z",
      },
    ]);
  }
  return new Date(time).toISOString();
}

async function changeRecord(
  environmentId: string,
  change: (record: EnvironmentRecord) => EnvironmentRecord,
): Promise<void> {
  const folder = environmentPath(environmentId);
  await withLock(`record-${environmentId}`, async () => {
    const record = readEnvironmentRecord(folder);
    if (record === undefined) throw unknownEnvironment(environmentId);
    writeEnvironmentRecord(folder, change(record));
  });
}

/** Moves the moment from which the watchdog may end the environment; earlier or later. */
export async function extendExpiry(environmentId: string, expiresAt: string): Promise<void> {
  const expiry = parseExpiry(expiresAt);
  await changeRecord(environmentId, (record) => ({ ...record, expiresAt: expiry }));
}

/** Names the process while whose life the watchdog leaves the environment alone; undefined: expiry alone decides. */
export async function setOwnerProcess(
  environmentId: string,
  ownerProcess: ProcessRef | undefined,
): Promise<void> {
  await changeRecord(environmentId, ({ ownerProcess: _process, ownerBootId: _boot, ...record }) => ({
    ...record,
    ...ownerFields(ownerProcess),
  }));
}

export function unknownEnvironment(environmentId: string): EnvironmentError {
  return new EnvironmentError(
    "PERFBED_ENVIRONMENT_UNKNOWN",
    `There is no environment ${environmentId} on this machine`,
    { hint: "`perfbed list` shows the environments that stand." },
  );
}
