import { ConfigError, type Problem } from "../core/errors";
import { totalSeconds } from "./arrival";
import type {
  ArrivalProfile,
  Check,
  Feeder,
  Journey,
  ServiceLevelObjective,
  Step,
  ThinkTime,
  Workload,
} from "./model";
import { templateVariables } from "./templates";

/** Highest arrival rate of one fleet, journeys per second. Far above one machine; a slip of the keyboard stays below. */
export const MAX_RATE_PER_SECOND = 50_000;
/** Longest warm-up and measured part together, seconds. */
export const MAX_DURATION_SECONDS = 7 * 24 * 3600;

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,59}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

type Report = (field: string, value: unknown, allowed: string, hint?: string) => void;

function uniqueNames(report: Report, field: string, names: readonly string[]): void {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (!NAME.test(name)) {
      report(`${field}[${index}].name`, name, "1 to 60 letters, digits and hyphens");
    } else if (seen.has(name)) {
      report(`${field}[${index}].name`, name, "a name that no other one has");
    }
    seen.add(name);
  });
}

function checkProfile(report: Report, field: string, profile: ArrivalProfile): void {
  const rate = (name: string, value: number): void => {
    if (!Number.isFinite(value) || value < 0 || value > MAX_RATE_PER_SECOND) {
      report(name, value, `arrivals per second, 0..${MAX_RATE_PER_SECOND}`);
    }
  };
  rate(`${field}.startRatePerSecond`, profile.startRatePerSecond);
  profile.stages.forEach((stage, index) => {
    const at = `${field}.stages[${index}]`;
    rate(`${at}.ratePerSecond`, stage.ratePerSecond);
    if (!Number.isFinite(stage.durationSeconds) || stage.durationSeconds < 0) {
      report(`${at}.durationSeconds`, stage.durationSeconds, "seconds, at least 0 (0 is a jump)");
    }
    if (stage.label === "") report(`${at}.label`, stage.label, "a short word");
  });
}

function checkThinkTime(report: Report, field: string, think: ThinkTime): void {
  const seconds = (name: string, value: number | undefined, required: boolean): void => {
    if (value === undefined) {
      if (required) report(`${field}.${name}`, undefined, `seconds; ${think.distribution} needs it`);
    } else if (!Number.isFinite(value) || value < 0) {
      report(`${field}.${name}`, value, "seconds, at least 0");
    }
  };
  const uniform = think.distribution === "uniform";
  seconds("meanSeconds", think.meanSeconds, !uniform);
  seconds("minSeconds", think.minSeconds, uniform);
  seconds("maxSeconds", think.maxSeconds, uniform);
  if ((think.minSeconds ?? 0) > (think.maxSeconds ?? Number.POSITIVE_INFINITY)) {
    report(`${field}.minSeconds`, think.minSeconds, "at most maxSeconds");
  }
  if (think.distribution === "lognormal" && !((think.sigma ?? -1) >= 0 && (think.sigma ?? 0) <= 3)) {
    report(`${field}.sigma`, think.sigma, "0..3; lognormal needs it");
  }
}

function checkFeeder(report: Report, field: string, feeder: Feeder): void {
  if (!VARIABLE.test(feeder.name)) report(`${field}.name`, feeder.name, "letters, digits and underscores");
  switch (feeder.kind) {
    case "random-int":
    case "zipf":
      if (!Number.isSafeInteger(feeder.min)) report(`${field}.min`, feeder.min, "an integer");
      if (!Number.isSafeInteger(feeder.max)) report(`${field}.max`, feeder.max, "an integer");
      if (feeder.max < feeder.min || feeder.max - feeder.min >= 2 ** 32) {
        report(`${field}.max`, feeder.max, "at least min, and less than 2^32 above it");
      }
      if (feeder.kind === "zipf" && !(feeder.exponent > 0 && feeder.exponent <= 10)) {
        report(`${field}.exponent`, feeder.exponent, "above 0, at most 10");
      }
      return;
    case "choice": {
      if (feeder.values.length === 0) report(`${field}.values`, feeder.values, "at least one value");
      const weights = feeder.weights;
      if (weights === undefined) return;
      if (weights.length !== feeder.values.length) {
        report(`${field}.weights`, weights, `${feeder.values.length} numbers, one a value`);
      }
      if (weights.some((w) => !Number.isFinite(w) || w < 0) || !weights.some((w) => w > 0)) {
        report(`${field}.weights`, weights, "numbers of at least 0, one of them above 0");
      }
      return;
    }
    case "unique-id":
      return;
  }
}

function statusesOf(checks: readonly Check[]): readonly (readonly number[])[] {
  return checks.flatMap((check) => (check.kind === "status" ? [check.statuses] : []));
}

function checkStep(report: Report, field: string, step: Step, known: Set<string>): void {
  const { request } = step;
  const template = (name: string, text: string): void => {
    for (const variable of templateVariables(text)) {
      if (known.has(variable)) continue;
      report(
        `${field}.request.${name}`,
        text,
        known.size === 0 ? "no variables: none is defined before it" : `variables ${[...known].join(", ")}`,
        `\${${variable}} is not made by a feeder or by an extraction of an earlier step.`,
      );
    }
  };
  if (!request.path.startsWith("/") || request.path.startsWith("//")) {
    report(
      `${field}.request.path`,
      request.path,
      'a path that starts with one "/"',
      "Hosts are perfbed's matter.",
    );
  }
  template("path", request.path);
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      report(`${field}.request.headers`, name, "a header name");
    template(`headers.${name}`, value);
  }
  if (request.body !== undefined) {
    template("body", request.body);
    if (request.method === "GET") report(`${field}.request.body`, request.body, "no body with GET");
  }
  const timeout = request.timeoutSeconds;
  if (timeout !== undefined && !(timeout > 0 && timeout <= 600)) {
    report(`${field}.request.timeoutSeconds`, timeout, "seconds, above 0, at most 600");
  }
  const statuses = statusesOf(step.checks ?? []);
  if (statuses.flat().some((status) => !Number.isInteger(status) || status < 100 || status > 599)) {
    report(`${field}.checks`, statuses, "HTTP statuses, 100..599");
  }
  if (statuses.length > 0 && !statuses[0]?.some((status) => statuses.every((set) => set.includes(status)))) {
    report(`${field}.checks`, statuses, "status checks that one status can meet");
  }
  step.extract?.forEach((extraction, index) => {
    const at = `${field}.extract[${index}]`;
    if (!VARIABLE.test(extraction.name))
      report(`${at}.name`, extraction.name, "letters, digits and underscores");
    if (extraction.kind === "regex") {
      try {
        new RegExp(extraction.pattern);
      } catch {
        report(`${at}.pattern`, extraction.pattern, "a regular expression");
      }
    }
    known.add(extraction.name);
  });
  if (step.thinkTime !== undefined) checkThinkTime(report, `${field}.thinkTime`, step.thinkTime);
}

function checkJourney(report: Report, field: string, journey: Journey): void {
  if (!(Number.isFinite(journey.weight) && journey.weight > 0)) {
    report(`${field}.weight`, journey.weight, "above 0", "Leave out a journey that shall not run.");
  }
  if (journey.steps.length === 0) report(`${field}.steps`, [], "at least one step");
  uniqueNames(
    report,
    `${field}.steps`,
    journey.steps.map((step) => step.name),
  );
  const known = new Set<string>();
  journey.feeders?.forEach((feeder, index) => {
    checkFeeder(report, `${field}.feeders[${index}]`, feeder);
    if (known.has(feeder.name)) report(`${field}.feeders[${index}].name`, feeder.name, "a name used once");
    known.add(feeder.name);
  });
  journey.steps.forEach((step, index) => {
    checkStep(report, `${field}.steps[${index}]`, step, known);
  });
}

function checkObjective(
  report: Report,
  field: string,
  slo: ServiceLevelObjective,
  journeys: readonly string[],
  native: boolean,
): void {
  if (slo.journey !== undefined && !native && !journeys.includes(slo.journey)) {
    report(`${field}.journey`, slo.journey, journeys.join(", "));
  }
  if (slo.kind === "latency") {
    if (!((slo.quantile ?? 0) > 0 && (slo.quantile ?? 1) < 1)) {
      report(`${field}.quantile`, slo.quantile, "between 0 and 1, for example 0.95");
    }
    if (!(slo.threshold > 0)) report(`${field}.threshold`, slo.threshold, "milliseconds, above 0");
  } else if (!(slo.threshold >= 0 && slo.threshold <= 1)) {
    report(`${field}.threshold`, slo.threshold, "a share, 0..1 (0.01 is 1 %)");
  }
}

/** Everything wrong with a workload, each with the path of its field. Empty: nothing. */
export function workloadProblems(workload: Workload): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (field, value, allowed, hint) => {
    problems.push({
      field,
      ...(value === undefined ? {} : { value }),
      allowed,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  checkProfile(report, "warmup", workload.warmup);
  checkProfile(report, "arrival", workload.arrival);
  const measured = totalSeconds(workload.arrival);
  // A script with its own arrivals tells its length to the load tool only.
  if (!(measured > 0) && workload.script?.ownArrivals !== true)
    report("arrival.stages", measured, "stages of more than 0 s together");
  if (totalSeconds(workload.warmup) + measured > MAX_DURATION_SECONDS) {
    report("arrival.stages", measured, `at most ${MAX_DURATION_SECONDS} s with warm-up`);
  }
  const native = workload.script !== undefined;
  if (native === workload.journeys.length > 0) {
    report("journeys", workload.journeys.length, "at least one journey, or a script in their place");
  }
  uniqueNames(
    report,
    "journeys",
    workload.journeys.map((journey) => journey.name),
  );
  workload.journeys.forEach((journey, index) => {
    checkJourney(report, `journeys[${index}]`, journey);
  });
  const names = workload.journeys.map((journey) => journey.name);
  workload.slos.forEach((slo, index) => {
    checkObjective(report, `slos[${index}]`, slo, names, native);
  });
  const abort = workload.abortErrorRatio;
  if (abort !== undefined && !(abort > 0 && abort <= 1)) {
    report("abortErrorRatio", abort, "a share above 0, at most 1");
  }
  if (!Number.isInteger(workload.seed) || workload.seed < 0 || workload.seed > 0xffffffff) {
    report("seed", workload.seed, "an integer, 0..4294967295");
  }
  return problems;
}

/** @throws ConfigError with every problem of the workload */
export function validateWorkload(workload: Workload): void {
  const problems = workloadProblems(workload);
  if (problems.length > 0) throw new ConfigError(`Workload of scenario ${workload.scenario}`, problems);
}
