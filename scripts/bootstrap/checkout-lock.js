/** One process at a time installs or compiles in a checkout. */
const { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } = require("node:fs");
const { join } = require("node:path");
const { setTimeout: delay } = require("node:timers/promises");

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const RETRY_MS = 200;
/** Breaking a stale lock takes microseconds; a guard older than this was left by a process that died in them. */
const GUARD_STALE_MS = 10_000;

/**
 * The lock is a file created with O_EXCL that names its holder by pid and start time, so that a holder that was killed is recognised,
 * even when its pid has been given to another process.
 */
async function withCheckoutLock(root, action) {
  // In dist, because dist is ignored by git and never wiped by npm.
  mkdirSync(join(root, "dist"), { recursive: true });
  const file = join(root, "dist", ".bootstrap.lock");
  await acquire(file);
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  // Between two programs nobody else listens, and a signal that nobody listens for leaves no time to release anything.
  const end = (signal) => {
    if (process.listenerCount(signal) === 1) process.exit(signal === "SIGINT" ? 130 : 1);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await action();
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, end);
    process.removeListener("exit", release);
    release();
  }
}

async function acquire(file) {
  let told = false;
  while (!createExclusive(file, identityOf(process.pid))) {
    if (isStale(file)) {
      breakStale(file);
      continue;
    }
    if (!told) {
      console.error(
        `perfbed: waiting for process ${readIfPresent(file)?.split(" ")[0]}, which is installing or compiling here`,
      );
    }
    told = true;
    await delay(RETRY_MS);
  }
}

function createExclusive(file, content) {
  try {
    const descriptor = openSync(file, "wx");
    writeSync(descriptor, content);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isStale(file) {
  const holder = readIfPresent(file);
  if (holder === undefined) return false;
  // Created, not yet written: give its holder a moment.
  if (holder === "") return olderThan(file, GUARD_STALE_MS);
  return identityOf(Number(holder.split(" ")[0])) !== holder;
}

/**
 * Two processes may see the same stale lock. Only the one that holds the guard removes it, after looking again: otherwise the slower
 * one could remove the lock that the faster one has just taken.
 */
function breakStale(file) {
  const guard = `${file}.breaking`;
  if (!createExclusive(guard, String(process.pid))) {
    if (olderThan(guard, GUARD_STALE_MS)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** `<pid> <start>`; undefined when there is no such process. Where there is no /proc, the pid alone. */
function identityOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return undefined;
  }
  const stat = readIfPresent(`/proc/${pid}/stat`);
  // The second field, the program's name, may hold spaces and parentheses; the start time is field 22.
  const start = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return `${pid} ${start}`;
}

function olderThan(file, ageMs) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > ageMs;
}

function readIfPresent(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

module.exports = { withCheckoutLock };
