/** A visit: its random numbers, its pauses, and the rows that tell of it. A part of the helper of rendered k6 scripts. */
export const VISITS_SOURCE = `// Visits ---------------------------------------------------------------------------------------------------------

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
`;
