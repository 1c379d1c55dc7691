/** Name of the helper file next to every rendered script. */
export const K6_HELPER_FILE = "perfbed-k6.js";

/**
 * The static part of every rendered k6 script, as its own file: the random streams, the data, the pauses, and the link between a
 * request and a check of its body. Written to be read by people who know k6.
 */
export const K6_HELPER_SOURCE = `// Helper of k6 scripts that perfbed renders. No part of it depends on the scenario.
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

// Drawn once for all visits of a virtual user.
export function perUser(feeder) {
  let value;
  let drawn = false;
  return (visit) => {
    if (!drawn) value = feeder(visit.ofUser());
    drawn = true;
    return value;
  };
}

// Rows of tables -------------------------------------------------------------------------------------------------

function row(rows, index, name) {
  if (rows.length === 0) exec.test.abort(\`\${name} has no rows\`);
  return rows[index];
}

// Each row once over the whole fleet. Running out ends the test: a row that comes twice would be another test.
export function uniqueRow(rows, name) {
  return (visit) => {
    if (visit.arrival >= rows.length) {
      exec.test.abort(\`\${name} has \${rows.length} rows, and all of them are used: add rows, or take another mode\`);
    }
    return row(rows, visit.arrival, name);
  };
}

// Row by row over the whole fleet, and from the start again.
export function nextRow(rows, name) {
  return (visit) => row(rows, visit.arrival % rows.length, name);
}

export function randomRow(rows, name) {
  return (visit) => row(rows, Math.floor(visit.random() * rows.length), name);
}

// Rows g, g + n, g + 2n … of generator g of n, again and again.
export function ownRow(rows, name) {
  const first = Number(GENERATOR) - 1;
  const own = Math.ceil((rows.length - first) / GENERATORS);
  return (visit) => {
    if (own < 1) exec.test.abort(\`\${name} has \${rows.length} rows, and generator \${GENERATOR} none of its own\`);
    return row(rows, first + (visit.arrivalHere % own) * GENERATORS, name);
  };
}

// Requests -------------------------------------------------------------------------------------------------------

// Parameters of a step's request. Redirects are not followed: one step is one request. Bodies are dropped unless they are needed.
export function request(name, { timeoutSeconds = 10, statuses, body = false, headers, tags } = {}) {
  const params = {
    tags: { name },
    redirects: 0,
    timeout: \`\${timeoutSeconds * 1000}ms\`,
    responseType: body ? "text" : "none",
  };
  if (statuses) params.responseCallback = http.expectedStatuses(...statuses);
  if (headers) params.headers = headers;
  if (tags) params.tags = { ...tags, name };
  return params;
}

// W3C trace context: a share of the requests asks to be traced, and its samples are marked with the trace's id. The others say that
// they are not to be traced, so that this share is the only one. Ids come from a stream of each virtual user's own.
const UNTRACED = "00-00000000000000000000000000000001-0000000000000001-00";
let traceRandom;

// FNV-1a, 32 bits.
function hash(text) {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return value;
}

function hex(digits) {
  let text = "";
  while (text.length < digits) text += Math.floor(traceRandom() * 65536).toString(16).padStart(4, "0");
  return text;
}

export function tracedHttp(ratio) {
  const send = (params, call) => {
    if (!traceRandom) traceRandom = randomStream(hash(RUN), hash(GENERATOR), exec.vu.idInTest);
    if (traceRandom() >= ratio) return call({ ...params, headers: { ...params.headers, traceparent: UNTRACED } });
    const id = hex(32);
    exec.vu.metrics.metadata.trace_id = id;
    try {
      return call({ ...params, headers: { ...params.headers, traceparent: \`00-\${id}-\${hex(16)}-01\` } });
    } finally {
      delete exec.vu.metrics.metadata.trace_id;
    }
  };
  const withBody = (method) => (url, body, params) => send(params, (traced) => http[method](url, body, traced));
  return {
    get: (url, params) => send(params, (traced) => http.get(url, traced)),
    post: withBody("post"),
    put: withBody("put"),
    patch: withBody("patch"),
    del: withBody("del"),
    head: (url, params) => send(params, (traced) => http.head(url, traced)),
    options: withBody("options"),
    file: (...parts) => http.file(...parts),
  };
}

// Text inside a JSON string of a body.
export function jsonText(value) {
  return JSON.stringify(String(value)).slice(1, -1);
}

// One of several found values: the first where nothing else is asked for.
function pick(values, which, visit) {
  if (which === "random") return values[Math.floor(visit.random() * values.length)];
  return which === "last" ? values[values.length - 1] : values[0];
}

// Value at a path of the JSON body (items.0.id, items.*.id); undefined where there is none.
export function fromJson(response, path, which, visit) {
  try {
    // k6 writes # for every element of an array.
    const value = response.json(path.replace("*", "#"));
    const found = path.includes("*") ? pick(value || [], which, visit) : value;
    return found === null ? undefined : found;
  } catch (error) {
    return undefined;
  }
}

// A capture group; undefined where the pattern does not match.
export function fromBody(response, pattern, group = 1, which = "first", visit = undefined) {
  if (typeof response.body !== "string") return undefined;
  if (which === "first") {
    const match = pattern.exec(response.body);
    return match === null ? undefined : match[group];
  }
  const found = pick([...response.body.matchAll(new RegExp(pattern.source, "g"))], which, visit);
  return found === undefined ? undefined : found[group];
}

// Value of a cookie that the response sets; undefined where it sets none of that name.
export function fromCookie(response, name) {
  const cookies = response.cookies[name];
  return cookies === undefined || cookies.length === 0 ? undefined : cookies[0].value;
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
  constructor(seed, journey, arrival, arrivalHere) {
    this.seed = seed;
    this.journey = journey;
    this.random = randomStream(seed, journey, arrival);
    this.arrival = arrival;
    this.arrivalHere = arrivalHere;
  }

  // In its place, for data that the virtual user keeps. Its stream is none of an arrival's.
  ofUser() {
    const { idInTest, idInInstance } = exec.vu;
    return new Visit(this.seed, -1 - this.journey, idInTest - 1, idInInstance - 1);
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
  const { iterationInTest, iterationInInstance, startTime } = exec.scenario;
  visitStarted.add(iterationInTest + 1);
  if (iterationInInstance === 0) scenarioStart.add(startTime);
  return new Visit(seed, journey, iterationInTest, iterationInInstance);
}

// For the requests of k6's setup(), where there are no iterations.
export function beginSetup(seed) {
  return new Visit(seed, -3, 0, 0);
}

// One row for what is no HTTP request, from an instant on (see now) until this moment.
// \`error\`: a short word where it has failed. \`status\`: that of HTTP, 0 for none.
export function recordExchange(name, startedMs, status, error) {
  const { metadata } = exec.vu.metrics;
  metadata.status = String(status);
  metadata.failed = error === undefined ? "0" : "1";
  if (error !== undefined) metadata.error = error;
  exchanges.add(now() - startedMs, { name });
  delete metadata.status;
  delete metadata.failed;
  delete metadata.error;
}

// Milliseconds with microseconds behind the point; Date knows none.
export function now() {
  return exec.instance.currentTestRunDuration;
}

// Markov chains --------------------------------------------------------------------------------------------------

export const EXIT = "exit";

// One of the names, by its probability: [[name, probability, …], …].
function choose(visit, options) {
  let left = visit.random();
  for (const option of options) {
    left -= option[1];
    if (left < 0) return option;
  }
  return options[options.length - 1];
}

// From step to step until the visit ends: each step says true when there is something to go on with.
export async function walk(visit, chain, steps) {
  let [step] = choose(visit, chain.entry);
  for (let made = 0; step !== EXIT && made < chain.maxSteps; made++) {
    if ((await steps[step]()) === false) return;
    const [next, , pause] = choose(visit, chain.next[step]);
    if (pause && made + 1 < chain.maxSteps) pause();
    step = next;
  }
}

// Several journeys in one k6 scenario --------------------------------------------------------------------------

// One of the journeys by its weight, the same for the same arrival on any number of generators. Its rows are told by its name.
// A recorded arrival may say its journey's number itself.
export function chooseJourney(seed, journeys, recorded) {
  const random = randomStream(seed, -1, exec.scenario.iterationInTest);
  const total = journeys.reduce((sum, journey) => sum + journey.weight, 0);
  let left = random() * total;
  let index = 0;
  while (index + 1 < journeys.length && (left -= journeys[index].weight) >= 0) index++;
  const chosen = journeys[recorded === undefined ? index : recorded];
  exec.vu.metrics.tags.scenario = chosen.name;
  return chosen;
}

export function sleepUntil(atMs) {
  const left = atMs - Date.now();
  if (left > 0) sleep(left / 1000);
}

let paced = false;

// A virtual user begins a visit every so many seconds, and the users do so one after the other, not all at once.
export function pace(seconds) {
  // Multiples of the golden ratio spread evenly over 0..1, however many there are.
  if (!paced) sleep(((exec.vu.idInTest * 0.6180339887498949) % 1) * seconds);
  paced = true;
  return Date.now();
}

export function restOf(seconds, beganMs) {
  sleepUntil(beganMs + seconds * 1000);
}

// For pauses between visits: random numbers that no visit draws.
export function betweenVisits(seed) {
  return new Visit(seed, -2, exec.scenario.iterationInTest, exec.scenario.iterationInInstance);
}
`;
