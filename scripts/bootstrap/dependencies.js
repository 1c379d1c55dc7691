/** Whether node_modules is what package-lock.json asks for. */
const { createHash } = require("node:crypto");
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Changes with the lock file and with everything that selects native packages. */
function dependenciesStamp(root) {
  const hash = createHash("sha256");
  for (const name of ["package.json", "package-lock.json"]) {
    const file = join(root, name);
    hash.update(existsSync(file) ? readFileSync(file) : "none");
  }
  const nodeMajor = process.versions.node.split(".")[0];
  return `${hash.digest("hex")} node${nodeMajor} ${process.platform} ${process.arch}\n`;
}

/**
 * npm writes node_modules/.package-lock.json last, with what it has installed: it is there only after a complete install. Equal to
 * the lock file in every package that this platform needs means that nothing is to be done.
 */
function dependenciesMatchLock(root) {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.link) return true;
    const there = installed[path];
    if (there === undefined) return entry.optional === true;
    return there.version === entry.version && existsSync(join(root, path, "package.json"));
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

module.exports = { dependenciesMatchLock, dependenciesStamp };
