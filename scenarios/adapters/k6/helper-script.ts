/** Name of the helper file next to every rendered script. */
export const K6_HELPER_FILE = "perfbed-k6.js";

/**
 * The static part of every rendered k6 script, as its own file: the random streams, the data, the pauses, and the link between a
 * request and a check of its body. Written to be read by people who know k6.
 */
export const K6_HELPER_SOURCE = `// Helper of k6 scripts that perfbed renders. No part of it depends on the scenario.
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Gauge } from "k6/metrics";

// Iterations when they start: k6's own \`iterations\` counts at the end, and leaves out the ones that were interrupted.
const visitStarted = new Counter("perfbed_visit_started");
// When this generator's clock says that the scenario began, in ms since the epoch.
const scenarioStart = new Gauge("perfbed_scenario_start_ms");
// One row for each request whose body or header was not as expected. The status is k6's own matter (http_req_failed).
const checkFailed = new Counter("perfbed_check_failed");

const GENERATOR = __ENV.PERFBED_GENERATOR || "1";
const RUN = __ENV.PERFBED_RUN || "run";

// Random numbers -------------------------------------------------------------------------------------------------

// sfc32: a small, fast generator with 128 bits of state. One stream for each (seed, journey, arrival), so that the data of an
// arrival is the same on any number of generators and virtual users.
export function randomStream(seed, journey, arrival) {
  let a = seed | 0;
  let b = journey | 0;
  let c = arrival | 0;
  let d = 1;
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  // 53 bits: every value of [0, 1) that a double can tell apart.
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

// Data: each of these gives a function of a visit --------------------------------------------------------------

export function integer(min, max) {
  return (visit) => min + Math.floor(visit.random() * (max - min + 1));
}

export function choice(values, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (visit) => {
    let left = visit.random() * total;
    for (let index = 0; index < values.length; index++) {
      left -= weights[index];
      if (left < 0) return values[index];
    }
    return values[values.length - 1];
  };
}

// Zipf's law on min..max: the k-th value has probability proportional to k^-exponent. Rejection-inversion after Hörmann and
// Derflinger (1996): no table, about one draw a value, for any exponent above 0.
export function zipf(min, max, exponent) {
  const count = max - min + 1;
  const power = 1 - exponent;
  // Integral of x^-exponent and its inverse, written so that they stay exact as the exponent goes to 1.
  const integral = (x) => {
    const log = Math.log(x);
    const y = power * log;
    return Math.abs(y) < 1e-8 ? log * (1 + y / 2) : Math.expm1(y) / power;
  };
  const inverse = (area) => {
    const y = Math.max(area * power, -1);
    return Math.exp(Math.abs(y) < 1e-8 ? area * (1 - y / 2) : Math.log1p(y) / power);
  };
  const height = (x) => Math.exp(-exponent * Math.log(x));
  const from = integral(1.5) - 1;
  const to = integral(count + 0.5);
  const squeeze = 2 - inverse(integral(2.5) - height(2));
  return (visit) => {
    for (;;) {
      const area = to + visit.random() * (from - to);
      const x = inverse(area);
      const rank = Math.min(Math.max(Math.round(x), 1), count);
      if (rank - x <= squeeze || area >= integral(rank + 0.5) - height(rank)) return min + rank - 1;
    }
  };
}

// Unique across the whole fleet and across runs.
export function uniqueId(prefix) {
  return () => prefix + [RUN, GENERATOR, exec.vu.idInTest, exec.vu.iterationInInstance].join("-");
}

// Requests -------------------------------------------------------------------------------------------------------

// Parameters of a step's request. Redirects are not followed: one step is one request. Bodies are dropped unless they are needed.
export function request(name, { timeoutSeconds = 10, statuses, body = false, headers } = {}) {
  const params = {
    tags: { name },
    redirects: 0,
    timeout: \`\${timeoutSeconds * 1000}ms\`,
    responseType: body ? "text" : "none",
  };
  if (statuses) params.responseCallback = http.expectedStatuses(...statuses);
  if (headers) params.headers = headers;
  return params;
}

// Text inside a JSON string of a body.
export function jsonText(value) {
  return JSON.stringify(String(value)).slice(1, -1);
}

// Value at a path of the JSON body (items.0.id); undefined where there is none.
export function fromJson(response, path) {
  try {
    const value = response.json(path);
    return value === null ? undefined : value;
  } catch (error) {
    return undefined;
  }
}

// First capture group; undefined where it does not match.
export function fromBody(response, pattern) {
  const match = typeof response.body === "string" ? pattern.exec(response.body) : null;
  return match === null ? undefined : match[1];
}

// Header by its name in any case; undefined where there is none.
export function fromHeader(response, name) {
  for (const key in response.headers) {
    if (key.toLowerCase() === name) return response.headers[key];
  }
  return undefined;
}

export function bodyContains(response, text) {
  return typeof response.body === "string" && response.body.includes(text);
}

// Visits ---------------------------------------------------------------------------------------------------------

class Visit {
  constructor(random, arrival) {
    this.random = random;
    this.arrival = arrival;
  }

  // Marks the rows of the next request, so that a failed check of its body is counted against this very request.
  linkNextRequest() {
    exec.vu.metrics.metadata.request = String(this.arrival);
  }

  // One failed condition makes the linked request a failed one.
  verify(step, conditions) {
    if (!conditions.every(Boolean)) checkFailed.add(1, { name: step });
    delete exec.vu.metrics.metadata.request;
  }

  // Pauses, in seconds.
  uniform(min, max) {
    return min + this.random() * (max - min);
  }

  exponential(mean, min, max) {
    return Math.min(Math.max(-mean * Math.log1p(-this.random()), min), max);
  }

  // \`mean\` is the mean of the pause itself, \`sigma\` the standard deviation of its logarithm.
  lognormal(mean, sigma, min, max) {
    if (mean === 0) return min;
    const normal = Math.sqrt(-2 * Math.log1p(-this.random())) * Math.cos(2 * Math.PI * this.random());
    return Math.min(Math.max(mean * Math.exp(sigma * normal - (sigma * sigma) / 2), min), max);
  }
}

// First line of every journey.
export function beginVisit(seed, journey) {
  const scenario = exec.scenario;
  const arrival = scenario.iterationInTest;
  visitStarted.add(1);
  if (scenario.iterationInInstance === 0) scenarioStart.add(scenario.startTime);
  return new Visit(randomStream(seed, journey, arrival), arrival);
}
`;
