/**
 * A jest reporter that writes the counts of a run to the file named by PERFBED_TEST_SUMMARY, so that scripts/bootstrap.js can add up
 * several runs.
 */
const { renameSync, writeFileSync } = require("node:fs");

class SummaryReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.PERFBED_TEST_SUMMARY;
    if (file === undefined) return;
    // Renamed into place: a reader never sees half a file.
    writeFileSync(`${file}.part`, JSON.stringify(countsOf(results)));
    renameSync(`${file}.part`, file);
  }
}

/** A test file that could not even be loaded has no failed tests of its own; it counts as one. */
function countsOf(results) {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

module.exports = SummaryReporter;
module.exports.countsOf = countsOf;
