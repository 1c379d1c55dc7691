/** Brings npm packages and compiled code up to date; does nothing, in milliseconds, when they are. */
const { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { withCheckoutLock } = require("./checkout-lock");
const { dependenciesStamp, dependenciesMatchLock } = require("./dependencies");
const { runInherited } = require("./run-inherited");
const { sourcesStamp } = require("./sources");

async function prepare(root) {
  const steps = [installStep(root), compileStep(root)];
  if (steps.every((step) => step.isCurrent())) return;
  await withCheckoutLock(root, async () => {
    // Another process may have done the work while this one waited.
    for (const step of steps) {
      if (!step.isCurrent()) await step.run();
    }
  });
}

function installStep(root) {
  const stampFile = join(root, "node_modules", ".perfbed-stamp");
  return {
    isCurrent: () => readIfPresent(stampFile) === dependenciesStamp(root),
    run: async () => {
      // After a developer's own `npm install` everything is there already: only note it.
      if (!dependenciesMatchLock(root)) await installPackages(root);
      writeFileSync(stampFile, dependenciesStamp(root));
    },
  };
}

async function installPackages(root) {
  if (!existsSync(join(root, "package-lock.json"))) {
    say("package-lock.json is missing: installing the newest packages that package.json allows");
  } else say("installing npm packages");
  const startedAt = Date.now();
  const args = [
    "install",
    // Takes versions and checksums from the lock file and leaves it as it is. `npm ci` would do the same, but refuses a lock file
    // written where the registry lacks packages of other platforms (a mirror).
    "--no-save",
    // The compiler and the test runner are development packages; a NODE_ENV=production around must not leave them out.
    "--include=dev",
    "--no-audit",
    "--no-fund",
    // Errors, also inside `npm --silent`, and no advice.
    "--loglevel=error",
  ];
  const outcome = await runInherited("npm", args, { cwd: root, env: { npm_config_yes: "true" } });
  if (outcome.code !== 0)
    throw failed("npm install", outcome, "Check the network and the npm registry settings.");
  say(`npm packages installed in ${secondsSince(startedAt)} s`);
}

function compileStep(root) {
  const dist = join(root, "dist");
  const stampFile = join(dist, ".perfbed-stamp");
  return {
    isCurrent: () => readIfPresent(stampFile) === sourcesStamp(root),
    run: async () => {
      // Taken before the compiler reads: a file saved while it runs makes the stamp old, not wrong.
      const stamp = sourcesStamp(root);
      mkdirSync(dist, { recursive: true });
      // Without outputs the compiler's notes on what it has emitted are no longer true.
      if (!existsSync(join(dist, "core"))) rmSync(join(dist, ".tsbuildinfo"), { force: true });
      say("compiling TypeScript");
      const startedAt = Date.now();
      const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
      const outcome = await runInherited(process.execPath, [compiler, "-p", "tsconfig.json"], { cwd: root });
      if (outcome.code !== 0) throw failed("tsc", outcome, "The errors are above.");
      // Needs the compiler's packages, which are there by now.
      require("../bundle-expiry-function").bundleExpiryFunction(root);
      writeFileSync(stampFile, stamp);
      say(`compiled in ${secondsSince(startedAt)} s`);
    },
  };
}

function failed(what, { code, signal }, hint) {
  const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
  return Object.assign(new Error(`${what} ${how}. ${hint}`), { exitCode: signal === "SIGINT" ? 130 : 1 });
}

function readIfPresent(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const say = (text) => console.error(`perfbed: ${text}`);
const secondsSince = (startedAt) => ((Date.now() - startedAt) / 1000).toFixed(1);

module.exports = { prepare };
