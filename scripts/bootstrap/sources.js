/** A stamp of everything the compiler reads from this checkout. */
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");

const SETTINGS = ["tsconfig.json", "package-lock.json"];
const SKIPPED = new Set(["node_modules", "dist"]);

function sourcesStamp(root) {
  const hash = createHash("sha256");
  // tsconfig.json is plain JSON on purpose; `include` names folders and files.
  const { include } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  for (const name of [...SETTINGS, ...include]) addTo(hash, root, name);
  return `${hash.digest("hex")}\n`;
}

function addTo(hash, root, name) {
  const path = join(root, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
    return;
  }
  for (const entry of readdirSync(path).sort()) {
    const isSource = entry.endsWith(".ts") || !entry.includes(".");
    if (isSource && !SKIPPED.has(entry)) addTo(hash, root, `${name}/${entry}`);
  }
}

module.exports = { sourcesStamp };
