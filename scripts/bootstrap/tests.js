/** Every test in one go, with one closing line that holds for all of them. */
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { availableParallelism, tmpdir } = require("node:os");
const { join } = require("node:path");
const { runInherited } = require("./run-inherited");

/** Test files that measure nothing run side by side; those in which a load is judged run one at a time. */
const RUNS = [
  { projects: ["unit", "components"], options: ["--maxWorkers=100%"] },
  { projects: ["engine"], options: ["--maxWorkers=100%"] },
  // These wait more than they work.
  { projects: ["e2e", "fault", "browser"], options: [`--maxWorkers=${availableParallelism() + 1}`] },
  { projects: ["measured"], options: ["--runInBand"] },
];
/** After its results are in, a test run that does not end is held up by something a test has left open. */
const END_TIMEOUT_MS = 30_000;

/** Returns the exit code. The last line printed is `N passed, N failed, N skipped`, over all runs. */
async function runTests(root, args) {
  await ensureTools(root);
  const total = { passed: 0, failed: 0, skipped: 0 };
  const runs = args.includes("--selectProjects") ? [{ projects: [], options: ["--runInBand"] }] : RUNS;
  let failedRun = false;
  for (const run of runs) {
    const startedAt = Date.now();
    const { counts, code, interrupted } = await runJest(root, run, args);
    if (interrupted) return 130;
    for (const key of Object.keys(total)) total[key] += counts[key];
    failedRun ||= code !== 0;
    const name = run.projects.join(", ") || "tests";
    console.error(`perfbed: ${name} took ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
  }
  const ran = total.passed + total.failed > 0;
  if (!ran) console.error("perfbed: no test ran");
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return failedRun || total.failed > 0 || !ran ? 1 : 0;
}

/** Outside programs are installed before the first test, so that no test's deadline has to allow for a build. */
async function ensureTools(root) {
  const toolchain = require(join(root, "dist", "toolchain", "index.js"));
  const { formatProblem } = require(join(root, "dist", "core", "errors.js"));
  const abort = new AbortController();
  const stop = () => abort.abort(Object.assign(new Error("interrupted"), { exitCode: 130 }));
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const tell = (progress) => console.error(`perfbed: ${toolchain.formatProgress(progress)}`);
  const wanted = [
    { tools: toolchain.LOCAL_TARGET_TOOLS, required: true },
    { tools: [toolchain.Tool.PulumiLanguageNodejs], required: false },
    { tools: [toolchain.Tool.Otelcol], required: false },
    { tools: [toolchain.Tool.Chromium], required: false },
    { tools: [toolchain.Tool.Locust, toolchain.Tool.Gatling, toolchain.Tool.Jmeter], required: false },
  ];
  try {
    for (const { tools, required } of wanted) {
      try {
        await toolchain.ensureTools(tools, tell, abort.signal);
      } catch (error) {
        abort.signal.throwIfAborted();
        const lines = [error.message, ...(error.problems ?? []).map(formatProblem), error.hint ?? ""];
        const text = lines.filter((line) => line !== "").join("\n  ");
        if (required) throw Object.assign(new Error(text), { exitCode: error.exitCode ?? 1 });
        console.error(`perfbed: ${text}\nperfbed: the tests that need it will fail`);
      }
    }
  } finally {
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
  }
}

async function runJest(root, run, args) {
  const folder = mkdtempSync(join(tmpdir(), "perfbed-tests-"));
  const summaryFile = join(folder, "summary.json");
  let endTimer;
  let hung = false;
  try {
    const outcome = await runInherited(process.execPath, jestArguments(root, run, args), {
      cwd: root,
      env: { PERFBED_TEST_SUMMARY: summaryFile },
      onStarted: (child) => {
        endTimer = endAfterSummary(summaryFile, () => {
          hung = true;
          child.kill("SIGKILL");
        });
      },
    });
    const counts = readSummary(summaryFile);
    if (hung) {
      console.error("perfbed: the tests are done, but something they left open kept the run from ending");
      return { counts: { ...counts, failed: counts.failed + 1 }, code: 1, interrupted: false };
    }
    if (counts !== undefined) return { counts, code: outcome.code ?? 1, interrupted: false };
    const interrupted = outcome.signal === "SIGINT" || outcome.signal === "SIGTERM" || outcome.code === 130;
    // A run that ends without results (a broken configuration, a crash) is a failure of its own.
    return { counts: { passed: 0, failed: 1, skipped: 0 }, code: outcome.code ?? 1, interrupted };
  } finally {
    clearInterval(endTimer);
    rmSync(folder, { recursive: true, force: true });
  }
}

function jestArguments(root, run, args) {
  return [
    join(root, "node_modules", "jest", "bin", "jest.js"),
    ...(run.projects.length === 0 ? [] : ["--selectProjects", ...run.projects]),
    ...run.options,
    "--passWithNoTests",
    "--reporters=default",
    `--reporters=${join(root, "test", "support", "summary-reporter.js")}`,
    ...args,
  ];
}

/** Calls back when the results have been there for a while and the run still goes on. */
function endAfterSummary(summaryFile, onHung) {
  let readyAt;
  const timer = setInterval(() => {
    if (readSummary(summaryFile) === undefined) return;
    readyAt ??= Date.now();
    if (Date.now() - readyAt > END_TIMEOUT_MS) {
      clearInterval(timer);
      onHung();
    }
  }, 1000);
  return timer;
}

function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

module.exports = { runTests };
