import type { ArrivalTrace, Executor, ExternalRate, IterationsPerUser, VirtualUsers } from "../executor";
import { executorSeconds } from "../executor-plan";
import type { Report } from "./report";
import { checkThinkTime } from "./think-time";

/** Most virtual users of one fleet. */
export const MAX_USERS = 1_000_000;

function integer(report: Report, field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    report(field, value, `an integer, ${least}..${most}`);
  }
}

function positiveSeconds(report: Report, field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) report(field, value, "seconds, above 0");
}

function checkTrace(report: Report, trace: ArrivalTrace, journeys: readonly string[]): void {
  const at = "executor.atSeconds";
  if (trace.atSeconds.length === 0) report(at, [], "at least one arrival");
  const first = trace.atSeconds.findIndex(
    (value, index) => !(Number.isFinite(value) && value >= (trace.atSeconds[index - 1] ?? 0)),
  );
  if (first >= 0) {
    report(`${at}[${first}]`, trace.atSeconds[first], "seconds of at least 0, in ascending order");
  }
  const { durationSeconds } = trace;
  if (durationSeconds !== undefined) {
    positiveSeconds(report, "executor.durationSeconds", durationSeconds);
    if (durationSeconds <= (trace.atSeconds.at(-1) ?? 0)) {
      report("executor.durationSeconds", durationSeconds, "more than the last arrival's instant");
    }
  }
  const named = trace.journeys;
  if (named === undefined) return;
  if (named.length !== trace.atSeconds.length) {
    report("executor.journeys", named.length, `${trace.atSeconds.length} names, one an arrival`);
  }
  const known = new Set(journeys);
  const unknown = new Set(named.filter((name) => !known.has(name)));
  for (const name of unknown) report("executor.journeys", name, journeys.join(", "));
}

function checkUsers(report: Report, users: VirtualUsers): void {
  integer(report, "executor.startUsers", users.startUsers, 0, MAX_USERS);
  users.stages.forEach((stage, index) => {
    const at = `executor.stages[${index}]`;
    integer(report, `${at}.users`, stage.users, 0, MAX_USERS);
    if (!(Number.isFinite(stage.durationSeconds) && stage.durationSeconds >= 0)) {
      report(`${at}.durationSeconds`, stage.durationSeconds, "seconds, at least 0 (0 is a jump)");
    }
    if (stage.label === "") report(`${at}.label`, stage.label, "a short word");
  });
  if (Math.max(users.startUsers, ...users.stages.map((stage) => stage.users)) === 0) {
    report("executor.stages", 0, "at least one virtual user at some time");
  }
  if (users.pause !== undefined) checkThinkTime(report, "executor.pause", users.pause);
}

function checkIterations(report: Report, executor: IterationsPerUser): void {
  integer(report, "executor.users", executor.users, 1, MAX_USERS);
  integer(report, "executor.iterations", executor.iterations, 1, 1_000_000_000);
  positiveSeconds(report, "executor.maxSeconds", executor.maxSeconds);
  if (executor.pause !== undefined) checkThinkTime(report, "executor.pause", executor.pause);
}

/** Loopback by name or number: the control must not be somewhere else. */
function isLocalUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function checkExternal(report: Report, executor: ExternalRate, maxRate: number): void {
  const { control, startRatePerSecond, maxRatePerSecond, pacingSeconds } = executor;
  if (!control.startsWith("/") && !isLocalUrl(control)) {
    report("executor.control", control, "the absolute path of a file, or an http:// URL on this machine");
  }
  if (!(maxRatePerSecond > 0 && maxRatePerSecond <= maxRate)) {
    report("executor.maxRatePerSecond", maxRatePerSecond, `visits per second, above 0, at most ${maxRate}`);
  }
  if (!(startRatePerSecond >= 0 && startRatePerSecond <= maxRatePerSecond)) {
    report("executor.startRatePerSecond", startRatePerSecond, "visits per second, 0..maxRatePerSecond");
  }
  if (pacingSeconds !== undefined && !(pacingSeconds > 0 && pacingSeconds <= 3600)) {
    report("executor.pacingSeconds", pacingSeconds, "seconds, above 0, at most 3600");
  }
  positiveSeconds(report, "executor.durationSeconds", executor.durationSeconds);
}

/** @param maxRate highest arrival rate of a fleet */
export function checkExecutor(
  report: Report,
  executor: Executor,
  journeys: readonly string[],
  maxRate: number,
): void {
  switch (executor.kind) {
    case "arrival-trace":
      checkTrace(report, executor, journeys);
      break;
    case "virtual-users":
      checkUsers(report, executor);
      break;
    case "iterations-per-user":
      checkIterations(report, executor);
      break;
    case "external-rate":
      checkExternal(report, executor, maxRate);
      break;
  }
  const warmup = executor.warmupSeconds ?? 0;
  const whole = executorSeconds(executor);
  if (!(Number.isFinite(warmup) && warmup >= 0 && (warmup === 0 || warmup < whole))) {
    report("executor.warmupSeconds", warmup, `seconds, 0 or more, less than the whole length of ${whole} s`);
  }
}
