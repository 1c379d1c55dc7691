import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { EnvironmentError } from "../../../core/errors";
import { realHome } from "./environment-path";
import { requireLinux, systemErrorCode } from "./platform";

export interface LockOptions {
  /** How long to wait for another holder, ms. @default 60000 */
  readonly waitMs?: number;
  /** Called once if another holder must be waited for. */
  readonly onWait?: () => void;
}

const POLL_MS = 15;

function tryListen(address: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error) => {
      if (systemErrorCode(error) === "EADDRINUSE") done(undefined);
      else fail(error);
    });
    server.listen({ path: address }, () => {
      server.unref();
      done(server);
    });
  });
}

/**
 * Runs `action` while no other process (nor another caller in this one) holds the lock of this name under the same PERFBED_HOME.
 * The lock is a bound abstract socket: the kernel frees it the moment its holder dies, so there are no stale locks to judge.
 * @throws EnvironmentError PERFBED_LOCKED when the holder did not finish within `waitMs`.
 */
export async function withLock<T>(
  name: string,
  action: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  requireLinux();
  const waitMs = options.waitMs ?? 60_000;
  const scope = createHash("sha256").update(realHome()).digest("hex").slice(0, 16);
  const address = `\0perfbed-${process.getuid?.() ?? 0}-${scope}-${name}`;
  const deadline = performance.now() + waitMs;
  let server = await tryListen(address);
  if (server === undefined) options.onWait?.();
  while (server === undefined) {
    if (performance.now() > deadline) {
      throw new EnvironmentError(
        "PERFBED_LOCKED",
        `Another perfbed process is still busy with ${name} after ${Math.round(waitMs / 1000)} s`,
        { hint: "Wait for it to finish, or end it, and run the command again." },
      );
    }
    await delay(POLL_MS);
    server = await tryListen(address);
  }
  try {
    return await action();
  } finally {
    server.close();
  }
}
