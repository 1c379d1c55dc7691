#!/usr/bin/env node
/**
 * What `npm start`, `npm test` and `npm run bench:*` run: brings a clean clone to life, then hands over.
 *
 *   node scripts/bootstrap.js install            npm packages and compiled code
 *   node scripts/bootstrap.js start [args]       ... then `perfbed campaign [args]`
 *   node scripts/bootstrap.js test [jest args]   ... then outside programs and every test
 *   node scripts/bootstrap.js bench <name>       ... then dist/bench/<name>/main.js
 *
 * Plain JavaScript without dependencies: it runs before node_modules exists. It writes to stderr only, so that the output of what it
 * starts stays clean.
 */
const { existsSync } = require("node:fs");
const { join, resolve } = require("node:path");
const { runMain } = require("node:module");

const OLDEST_NODE_MAJOR = 20;
/** The documented exit code of usage errors. */
const EXIT_USAGE = 2;

const root = resolve(__dirname, "..");

async function main([command, ...args]) {
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  if (nodeMajor < OLDEST_NODE_MAJOR) {
    throw usage(`perfbed needs Node.js ${OLDEST_NODE_MAJOR} or later, this is ${process.versions.node}.`);
  }
  if (!["install", "start", "test", "bench"].includes(command)) {
    throw usage("usage: node scripts/bootstrap.js install | start [args] | test [jest args] | bench <name>");
  }
  // Loaded after the check above: an old Node.js gets the message, not a syntax error.
  const { prepare } = require("./bootstrap/prepare");
  await prepare(root);
  if (command === "start") become(join(root, "dist", "cli", "main.js"), ["campaign", ...args]);
  if (command === "bench") become(benchmark(args[0]), args.slice(1));
  if (command === "test") {
    const { runTests } = require("./bootstrap/tests");
    process.exitCode = await runTests(root, args);
  }
}

function benchmark(name) {
  const file = join(root, "dist", "bench", name ?? "", "main.js");
  if (name === undefined || !/^[\w-]+$/.test(name) || !existsSync(file)) {
    throw usage(`there is no benchmark ${JSON.stringify(name ?? "")} in bench/`);
  }
  return file;
}

/**
 * Runs a program as the main module of this very process. No child process: Ctrl-C, terminal, exit code and `kill` reach the program
 * itself, exactly once.
 */
function become(file, args) {
  process.argv = [process.argv[0], file, ...args];
  runMain();
}

function usage(message) {
  return Object.assign(new Error(message), { exitCode: EXIT_USAGE });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`perfbed: ${error.exitCode === undefined ? error.stack : error.message}`);
  process.exitCode = error.exitCode ?? 1;
});
