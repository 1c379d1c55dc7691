#!/usr/bin/env node
/**
 * Checks the direction of every import: `node scripts/check-layers.js [root]`. Prints each violation as `file:line` and exits with 1.
 * The rules are those of docs/architecture.md; this is where they are enforced.
 */
const { readdirSync, readFileSync } = require("node:fs");
const { dirname, join, relative, resolve, sep } = require("node:path");
const ts = require("typescript");

const SKIPPED = new Set(["node_modules", "dist", "coverage", "perfbed-results"]);

/** Modules of Node.js that only compute. Every other one does I/O or reads the machine. */
const PURE_NODE_MODULES = new Set(["assert", "util"]);

/**
 * By the importing folder. `may`: the only project folders (or modules) it may import besides itself. `mustNot`: project folders it
 * may not import. `external`: why a package is refused, or undefined when it is fine.
 */
const RULES = {
  core: { may: [] },
  toolchain: { may: ["core"] },
  components: { may: ["core", "toolchain"] },
  // Pure of Pulumi: it is also what runs in AWS when an environment expires.
  inventory: { may: ["core", "components/tagging"], external: pulumiPackage },
  policy: { may: ["core", "components"] },
  scenarios: { mustNot: ["campaign", "report"] },
  traffic: {
    may: ["core", "scenarios", "analysis", "storage"],
    external: (name) => (name.startsWith("@pulumi/") ? "logs have nothing to do with Pulumi" : undefined),
  },
  analysis: {
    // storage/schema only names columns; the rest of storage does I/O.
    may: ["core", "scenarios", "components/contracts", "storage/schema"],
    external: impurePackage,
  },
};

/** What nobody may import: the command line is the outermost layer, and no product code depends on tests. */
const CLOSED_FOLDERS = ["cli", "test"];

function impurePackage(name) {
  if (name.startsWith("node:") || isNodeModule(name)) {
    const module_ = name.replace(/^node:/, "").split("/")[0];
    return PURE_NODE_MODULES.has(module_) ? undefined : "analysis is pure: no I/O";
  }
  if (name.startsWith("@pulumi/")) return "analysis is pure: no Pulumi";
  if (/duckdb|^undici$|^pg$|^ioredis$|^fastify$/.test(name)) return "analysis is pure: no I/O";
  return undefined;
}

function pulumiPackage(name) {
  return name.startsWith("@pulumi/") ? "an inventory is read from the world: no Pulumi" : undefined;
}

const isNodeModule = (name) => require("node:module").builtinModules.includes(name);

/** Every violation below a root folder, as `{ file, line, text }`. */
function findViolations(root) {
  return sourceFiles(root).flatMap((file) => violationsOf(root, file));
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

function violationsOf(root, file) {
  const text = readFileSync(file, "utf8");
  const from = posix(relative(root, file));
  // Reads import, export from, import type, import() and require(), and nothing inside comments or strings.
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.flatMap(({ fileName, pos }) => {
    const problem = judge(root, file, from, fileName);
    if (problem === undefined) return [];
    const line = text.slice(0, pos).split("\n").length;
    return [{ file: from, line, text: `imports ${fileName}: ${problem}` }];
  });
}

function judge(root, file, from, imported) {
  const folder = topFolder(from);
  const rule = RULES[folder] ?? {};
  if (!imported.startsWith(".")) return rule.external?.(imported);
  const target = posix(relative(root, resolve(dirname(file), imported)));
  const to = topFolder(target);
  if (to === folder || to === "..") return to === ".." ? "it lies outside of the project" : undefined;
  // Tests look at everything.
  if (folder === "test") return undefined;
  if (CLOSED_FOLDERS.includes(to)) return `nobody imports ${to}/`;
  if (rule.mustNot?.includes(to)) return `${folder}/ must not import ${to}/`;
  const allowed = rule.may?.some((place) => target === place || target.startsWith(`${place}/`)) ?? true;
  if (allowed) return undefined;
  const places = ["itself", ...rule.may].join(", ");
  return `${folder}/ may only import ${places}`;
}

/** `components` of `components/local/app.ts`; a file in the root is its own name. */
const topFolder = (path) => path.split("/")[0];
const posix = (path) => path.split(sep).join("/");

function main([root = resolve(__dirname, "..")]) {
  const violations = findViolations(resolve(root));
  for (const { file, line, text } of violations) console.error(`${file}:${line} ${text}`);
  if (violations.length > 0) {
    console.error(`${violations.length} imports go in a wrong direction`);
    process.exitCode = 1;
  }
}

if (require.main === module) main(process.argv.slice(2));

module.exports = { findViolations };
