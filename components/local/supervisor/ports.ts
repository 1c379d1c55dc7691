import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { EnvironmentError } from "../../../core/errors";
import { ensureOwnDir, perfbedHome } from "../../../core/home";
import { ENVIRONMENT_ID_PATTERN } from "../../../core/ids";
import { environmentPath } from "./environment-path";
import { unknownEnvironment } from "./environment-record";
import { ownProcess } from "./identity";
import { parseJsonObject, text } from "./json-fields";
import { appendLedger } from "./ledger";
import { withLock } from "./lock";
import { systemErrorCode } from "./platform";

const LOWEST = 20_000;
const HIGHEST = 31_999;
const FEWEST = 500;

export interface PortRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/**
 * Ports perfbed chooses from: 20000 to 31999, kept clear of the range from which the kernel gives outgoing connections their ports.
 * @param ephemeral content of /proc/sys/net/ipv4/ip_local_port_range
 */
export function choosePortRange(ephemeral: string): PortRange {
  const [low = 32_768, high = 60_999] = ephemeral.trim().split(/\s+/).map(Number);
  const below = { from: Math.min(LOWEST, Math.max(1_025, low - 12_000)), to: Math.min(HIGHEST, low - 1) };
  if (below.to - below.from >= FEWEST) return below;
  const above = { from: high + 1, to: 65_535 };
  if (above.to - above.from >= FEWEST) return above;
  throw new EnvironmentError(
    "PERFBED_NO_PORTS",
    `The kernel uses the ports ${low} to ${high} for outgoing connections, which leaves none for servers`,
    { hint: "Set net.ipv4.ip_local_port_range to 32768 60999." },
  );
}

const portsDir = (): string => join(perfbedHome(), "ports");
const reservationFile = (port: number): string => join(portsDir(), String(port));

function reservedBy(port: number): string | undefined {
  try {
    const object = parseJsonObject(readFileSync(reservationFile(port), "utf8"));
    const id = object === undefined ? undefined : text(object, "environmentId");
    return id !== undefined && ENVIRONMENT_ID_PATTERN.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => done(true)));
  });
}

/** Under the lock only: makes the reservation file, taking over one whose environment is gone. */
function claim(port: number, environmentId: string): boolean {
  const content = `${JSON.stringify({ environmentId, reservedBy: ownProcess(), at: new Date().toISOString() })}\n`;
  for (const attempt of [1, 2]) {
    try {
      writeFileSync(reservationFile(port), content, { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST" || attempt === 2) {
        if (systemErrorCode(error) === "EEXIST") return false;
        throw error;
      }
      const holder = reservedBy(port);
      // An unreadable reservation was torn by a crash: nobody can be writing it while we hold the lock.
      if (holder !== undefined && existsSync(environmentPath(holder))) return false;
      unlinkSync(reservationFile(port));
    }
  }
  return false;
}

/**
 * Reserves ports for an environment until they are released or the environment is swept. No two environments under one PERFBED_HOME
 * are given the same port, however many processes ask at once; what else listens on the machine is found by binding.
 * @throws EnvironmentError PERFBED_NO_PORTS, PERFBED_ENVIRONMENT_UNKNOWN
 */
export async function reservePorts(environmentId: string, count: number): Promise<number[]> {
  if (!existsSync(environmentPath(environmentId))) throw unknownEnvironment(environmentId);
  ensureOwnDir(perfbedHome());
  ensureOwnDir(portsDir());
  return withLock("ports", async () => {
    const range = choosePortRange(
      readFileSync("/proc/sys/net/ipv4/ip_local_port_range", { encoding: "utf8" }),
    );
    const size = range.to - range.from + 1;
    const start = randomInt(size);
    const found: number[] = [];
    for (let step = 0; step < size && found.length < count; step += 1) {
      const port = range.from + ((start + step) % size);
      const holder = reservedBy(port);
      if (holder !== undefined && existsSync(environmentPath(holder))) continue;
      if (await isFree(port)) found.push(port);
    }
    if (found.length < count) {
      throw new EnvironmentError(
        "PERFBED_NO_PORTS",
        `Only ${found.length} of ${count} ports are free between ${range.from} and ${range.to}`,
        { hint: "`perfbed list` shows environments that hold ports; `perfbed sweep` removes expired ones." },
      );
    }
    await appendLedger(environmentId, { type: "ports-reserving", ports: found });
    const taken = found.filter((port) => claim(port, environmentId));
    if (taken.length < count) {
      removeReservations(taken);
      throw new EnvironmentError(
        "PERFBED_NO_PORTS",
        "Ports were reserved without the lock by another program",
        {
          hint: `Leave the files in ${portsDir()} to perfbed.`,
        },
      );
    }
    return taken;
  });
}

function removeReservations(ports: readonly number[]): void {
  for (const port of ports) {
    try {
      unlinkSync(reservationFile(port));
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
  }
}

/** Gives ports back. Ports that this environment does not hold are left alone. */
export async function releasePorts(environmentId: string, ports: readonly number[]): Promise<void> {
  const own = await dropReservations(environmentId, ports);
  if (own.length > 0 && existsSync(environmentPath(environmentId))) {
    await appendLedger(environmentId, { type: "ports-released", ports: own });
  }
}

/** Like {@link releasePorts}, without a ledger line; returns the ports that were held. */
export async function dropReservations(environmentId: string, ports: readonly number[]): Promise<number[]> {
  return withLock("ports", async () => {
    const own = ports.filter((port) => reservedBy(port) === environmentId);
    removeReservations(own);
    return own;
  });
}

/** Ports reserved for an environment, from the reservation files. */
export function reservedPorts(environmentId: string): number[] {
  let names: string[];
  try {
    names = readdirSync(portsDir());
  } catch {
    return [];
  }
  return names
    .map(Number)
    .filter((port) => Number.isInteger(port) && reservedBy(port) === environmentId)
    .sort((a, b) => a - b);
}
