#!/usr/bin/env node
/**
 * Makes the folder that AWS Lambda runs at an environment's expiry: `node scripts/bundle-expiry-function.js [root]`, after the compiler.
 * Copies the compiled handler and every file of ours that it needs, in their folders, below dist/inventory/aws/expiry-function. The AWS SDK is
 * left out: Lambda's Node.js runtime has it. Anything else that would be missing there is an error now, and not at the expiry.
 */
const { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { builtinModules } = require("node:module");
const { dirname, join, relative, resolve } = require("node:path");
const ts = require("typescript");

const HANDLER = "inventory/aws/expiry/handler.js";
const FOLDER = "inventory/aws/expiry-function";

function bundleExpiryFunction(root) {
  const dist = join(root, "dist");
  const folder = join(dist, FOLDER);
  const files = neededFiles(dist, join(dist, HANDLER));
  rmSync(folder, { recursive: true, force: true });
  for (const file of files) {
    const target = join(folder, relative(dist, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
  // The folder lies in a CommonJS package here and in none in Lambda.
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
  writeFileSync(join(folder, "index.js"), `exports.handler = require("./${HANDLER}").handler;\n`);
  return files.length;
}

/** The file and everything of ours that it requires, and so on. */
function neededFiles(dist, first) {
  const files = [first];
  for (const file of files) {
    for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
      const needed = fileName.startsWith(".") ? compiled(resolve(dirname(file), fileName)) : undefined;
      if (needed === undefined) checkPackage(relative(dist, file), fileName);
      else if (!files.includes(needed)) files.push(needed);
    }
  }
  return files;
}

function compiled(path) {
  const found = [`${path}.js`, join(path, "index.js")].find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`${path} is not compiled`);
  return found;
}

function checkPackage(file, name) {
  if (name.startsWith("@aws-sdk/client-") || name.startsWith("node:") || builtinModules.includes(name))
    return;
  throw new Error(`${file} needs ${name}, which Lambda does not have`);
}

if (require.main === module) bundleExpiryFunction(resolve(process.argv[2] ?? resolve(__dirname, "..")));

module.exports = { bundleExpiryFunction };
