import { DATA_SOURCE } from "./helper-data";
import { JOURNEYS_SOURCE } from "./helper-journeys";
import { REQUESTS_SOURCE } from "./helper-requests";
import { VISITS_SOURCE } from "./helper-visits";

/** Name of the helper file next to every rendered script. */
export const K6_HELPER_FILE = "perfbed-k6.js";

const HEAD = `// Helper of k6 scripts that perfbed renders. No part of it depends on the scenario.
import { sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Gauge, Trend } from "k6/metrics";

// One row for each iteration when it starts, with its number from 1 on over all generators: k6's own \`iterations\` counts at the end,
// and leaves out the ones that were interrupted.
const visitStarted = new Gauge("perfbed_visit_started");
// Milliseconds of what is no HTTP request: a call, or a message and its answer. Status and failure are in the metadata.
const exchanges = new Trend("perfbed_exchange", true);
// When this generator's clock says that the scenario began, in ms since the epoch.
const scenarioStart = new Gauge("perfbed_scenario_start_ms");
// One row for each request whose body or header was not as expected. The status is k6's own matter (http_req_failed).
const checkFailed = new Counter("perfbed_check_failed");

const GENERATOR = __ENV.PERFBED_GENERATOR || "1";
const GENERATORS = Number(__ENV.PERFBED_GENERATORS || "1");
const RUN = __ENV.PERFBED_RUN || "run";
`;

/**
 * The static part of every rendered k6 script, as its own file: the random streams, the data, the pauses, and the link between a
 * request and a check of its body. Written to be read by people who know k6.
 */
export const K6_HELPER_SOURCE = [HEAD, DATA_SOURCE, REQUESTS_SOURCE, VISITS_SOURCE, JOURNEYS_SOURCE].join(
  "\n",
);
