#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "..", "dist", "cli", "main.js");
if (existsSync(main)) {
  require("../dist/core/lean-pulumi-sdk").loadPulumiSdkLean();
  require(main);
} else {
  console.error(
    `perfbed: ${main} is missing.\nRun "node scripts/bootstrap.js install" in the package's folder first.`,
  );
  process.exitCode = 2;
}
