import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { ConfigError } from "../../../core/errors";
import { arrivalInstant, NO_ARRIVALS, peakRate, splitProfile, totalSeconds } from "../../arrival";
import type { ArrivalProfile, Workload } from "../../model";

const run = promisify(execFile);

const stage = z.looseObject({ duration: z.string(), target: z.number() });
const scenarioSchema = z.looseObject({
  executor: z.string(),
  startTime: z.string().nullish(),
  gracefulStop: z.string().nullish(),
  duration: z.string().nullish(),
  timeUnit: z.string().nullish(),
  rate: z.number().nullish(),
  startRate: z.number().nullish(),
  stages: z.array(stage).nullish(),
});
const inspectionSchema = z.looseObject({
  scenarios: z.record(z.string(), scenarioSchema).nullish(),
  totalDuration: z.string(),
  maxVUs: z.number().nullish(),
  thresholds: z.record(z.string(), z.unknown()).nullish(),
});
type K6Scenario = z.output<typeof scenarioSchema>;

/** What k6 says of a script without running it. */
export interface ScriptInspection {
  readonly scenarioNames: readonly string[];
  /** Until the last scenario's planned end, without its grace time, seconds. */
  readonly plannedSeconds: number;
  /** With every grace time, seconds: it cannot take longer. */
  readonly totalSeconds: number;
  /** Iterations per second over time where the script's executors say it (arrival-rate executors that start together); else null. */
  readonly profile: ArrivalProfile | null;
  /** Whether it sets thresholds of its own. */
  readonly hasThresholds: boolean;
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

/** A Go duration (`1m30s`, `250ms`) in seconds. */
export function goDurationSeconds(text: string): number {
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ms|us|µs|ns|h|m|s)/g)) {
    seconds += Number(number) * (UNITS[unit ?? "s"] ?? 1);
  }
  return seconds;
}

/** The curve of one arrival-rate scenario; null for other executors. */
function profileOf(scenario: K6Scenario): ArrivalProfile | null {
  const unit = goDurationSeconds(scenario.timeUnit ?? "1s");
  if (goDurationSeconds(scenario.startTime ?? "0s") > 0) return null;
  if (scenario.executor === "constant-arrival-rate") {
    const ratePerSecond = (scenario.rate ?? 0) / unit;
    return {
      startRatePerSecond: ratePerSecond,
      stages: [
        { durationSeconds: goDurationSeconds(scenario.duration ?? "0s"), ratePerSecond, label: "script" },
      ],
    };
  }
  if (scenario.executor !== "ramping-arrival-rate") return null;
  return {
    startRatePerSecond: (scenario.startRate ?? 0) / unit,
    stages: (scenario.stages ?? []).map((part) => ({
      durationSeconds: goDurationSeconds(part.duration),
      ratePerSecond: part.target / unit,
      label: "script",
    })),
  };
}

/** Length of a scenario without grace time; null where k6 knows it only with it. */
function plannedSecondsOf(scenario: K6Scenario): number {
  const stages = (scenario.stages ?? []).reduce((sum, part) => sum + goDurationSeconds(part.duration), 0);
  return (
    goDurationSeconds(scenario.startTime ?? "0s") +
    (stages > 0 ? stages : goDurationSeconds(scenario.duration ?? "0s"))
  );
}

/**
 * Asks k6 about a script.
 * @throws ConfigError with k6's own message when k6 cannot load it
 */
export async function inspectScript(
  k6Path: string,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<ScriptInspection> {
  let output: string;
  try {
    const result = await run(
      k6Path,
      ["inspect", "--execution-requirements", "--include-system-env-vars", "--no-color", file],
      {
        env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
        maxBuffer: 16 * 1024 * 1024,
        timeout: 60_000,
      },
    );
    output = result.stdout;
  } catch (cause) {
    const text =
      typeof cause === "object" && cause !== null && "stderr" in cause ? String(cause.stderr) : String(cause);
    throw new ConfigError("k6 cannot load the script", [
      { field: file, allowed: "a script that k6 inspect accepts", hint: k6Message(text) },
    ]);
  }
  const found = inspectionSchema.parse(JSON.parse(output));
  const scenarios = Object.entries(found.scenarios ?? {});
  const only = scenarios[0]?.[1];
  const planned = Math.max(0, ...scenarios.map(([, scenario]) => plannedSecondsOf(scenario)));
  const total = goDurationSeconds(found.totalDuration);
  return {
    scenarioNames: scenarios.map(([name]) => name),
    plannedSeconds: planned > 0 ? planned : total,
    totalSeconds: total,
    // Several curves could be added up, but who is to say what they mean together: planned rates are then left out.
    profile: only === undefined || scenarios.length > 1 ? null : profileOf(only),
    hasThresholds: Object.keys(found.thresholds ?? {}).length > 0,
  };
}

/** The first message of k6's log lines, without time stamps and stack. */
export function k6Message(text: string): string {
  const line =
    text.split("\n").find((candidate) => candidate.includes("level=error")) ?? text.split("\n")[0] ?? "";
  const quoted = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? /msg=(\S+)/.exec(line)?.[1] ?? line;
  return (quoted.replaceAll('\\"', '"').split("\\n")[0] ?? "").trim();
}

/** A workload whose length and curve are known, also where they are a script's own. */
export interface CompleteWorkload {
  readonly workload: Workload;
  /** Longest time the iterations under way get at the end, seconds. */
  readonly graceSeconds: number | null;
  /** Whether k6 has thresholds to watch: only a user's own script does, and only some. */
  readonly hasThresholds: boolean;
}

/**
 * Fills in the arrivals of a script that keeps its own: its curve where k6 knows it, else its length at rate 0 (which stands for
 * "not planned"). Other workloads come back as they are.
 */
export async function completeWorkload(workload: Workload, k6Path: string): Promise<CompleteWorkload> {
  const script = workload.script;
  if (script === undefined) return { workload, graceSeconds: null, hasThresholds: false };
  const env = { ...script.environment, BASE_URL: "http://127.0.0.1" };
  const inspection = await inspectScript(k6Path, script.file, env);
  const { hasThresholds } = inspection;
  if (!script.ownArrivals) {
    if (inspection.scenarioNames.length <= 1) return { workload, graceSeconds: 30, hasThresholds };
    throw new ConfigError("The script's arrivals cannot be replaced", [
      {
        field: "rate",
        value: workload.parameters.rate,
        allowed: "a script with one scenario",
        hint: `This one has ${inspection.scenarioNames.join(", ")}: leave out rate, and it runs with its own arrivals.`,
      },
    ]);
  }
  const whole = inspection.profile ?? {
    startRatePerSecond: 0,
    stages: [{ durationSeconds: inspection.plannedSeconds, ratePerSecond: 0, label: "script" }],
  };
  const warmupSeconds = totalSeconds(workload.warmup);
  if (warmupSeconds >= totalSeconds(whole)) {
    throw new ConfigError("The warm-up leaves nothing to measure", [
      {
        field: "warmupSeconds",
        value: warmupSeconds,
        allowed: `less than the script's ${totalSeconds(whole)} s`,
      },
    ]);
  }
  const { before, after } = splitProfile(whole, warmupSeconds);
  return {
    workload: { ...workload, warmup: warmupSeconds > 0 ? before : NO_ARRIVALS, arrival: after },
    graceSeconds: Math.max(0, inspection.totalSeconds - inspection.plannedSeconds),
    hasThresholds,
  };
}

/** True when perfbed knows how many iterations are to start: it does not for a script with closed-model executors. */
export function hasPlannedArrivals(workload: Workload): boolean {
  return peakRate(workload.arrival) > 0 && arrivalInstant(workload.arrival, 0.5) !== null;
}
