import { peakRate } from "../../arrival";
import { type ArrivalTrace, DEFAULT_PACING_SECONDS, type Executor, TRACE_LEAD_SECONDS } from "../../executor";
import { executorSeconds, traceCounts } from "../../executor-plan";
import type { Workload } from "../../model";
import { journeyShares, virtualUsersFor, wholeProfile } from "../../plan";
import { stringLiteral } from "./javascript-text";

export const ARRIVALS_FILE = "arrivals.json";
export const STAGES_FILE = "arrival-stages.json";

/** The k6 scenario that visits of all journeys run in, where k6 does not start them journey by journey. */
export const SHARED_SCENARIO = "visits";

const milliseconds = (seconds: number): string => `${Math.round(seconds * 1000)}ms`;
const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]/g, " ");

/** Virtual users of a trace: those of its busiest second, and those that wait for their instant. */
function traceUsers(workload: Workload, generators: number): { preAllocated: number; maximum: number } {
  const peak = peakRate(wholeProfile(workload));
  const shares = journeyShares(workload.journeys);
  const users = workload.journeys.map((journey, index) =>
    virtualUsersFor(journey, peak * (shares[index] ?? 0), generators),
  );
  const waiting = Math.ceil(peak * TRACE_LEAD_SECONDS);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, waiting);
  return {
    preAllocated: sum(users.map(({ preAllocated }) => preAllocated)),
    maximum: sum(users.map(({ maximum }) => maximum)),
  };
}

/** The fields of the shared k6 scenario. */
export function executorFields(
  workload: Workload,
  executor: Executor,
  generators: number,
  graceSeconds: number,
): readonly string[] {
  const grace = `gracefulStop: "${graceSeconds}s",`;
  switch (executor.kind) {
    case "arrival-trace": {
      const users = traceUsers(workload, generators);
      return [
        "// Iterations come up to a second early and wait for their own instant.",
        'executor: "ramping-arrival-rate",',
        'timeUnit: "1s",',
        "startRate: 0,",
        `stages: JSON.parse(open("./${STAGES_FILE}")),`,
        `preAllocatedVUs: ${users.preAllocated},`,
        `maxVUs: ${users.maximum},`,
        `gracefulStop: "${graceSeconds + TRACE_LEAD_SECONDS}s",`,
      ];
    }
    case "virtual-users":
      return [
        'executor: "ramping-vus",',
        `startVUs: ${executor.startUsers},`,
        "stages: [",
        ...executor.stages.map(
          (stage) =>
            `  { duration: "${milliseconds(stage.durationSeconds)}", target: ${stage.users} }, // ${oneLine(stage.label)}`,
        ),
        "],",
        `gracefulRampDown: "${graceSeconds}s",`,
        grace,
      ];
    case "iterations-per-user":
      return [
        'executor: "per-vu-iterations",',
        `vus: ${executor.users},`,
        `iterations: ${executor.iterations},`,
        `maxDuration: "${milliseconds(executor.maxSeconds)}",`,
        grace,
      ];
    case "external-rate": {
      const pacing = executor.pacingSeconds ?? DEFAULT_PACING_SECONDS;
      return [
        `// A virtual user begins a visit every ${pacing} s: set their number with \`k6 scale\` or PATCH /v1/status.`,
        'executor: "externally-controlled",',
        `vus: ${Math.round(executor.startRatePerSecond * pacing)},`,
        `maxVUs: ${Math.ceil(executor.maxRatePerSecond * pacing)},`,
        `duration: "${milliseconds(executor.durationSeconds)}",`,
      ];
    }
  }
}

/** What the shared k6 scenario runs, before and after the visit itself. */
export function executorSteps(
  executor: Executor,
  pauseText: string | undefined,
): { readonly before: readonly string[]; readonly after: readonly string[] } {
  switch (executor.kind) {
    case "arrival-trace":
      return {
        before: [
          "const [atSeconds, journey] = arrivals[exec.scenario.iterationInTest];",
          `sleepUntil(exec.scenario.startTime + ${TRACE_LEAD_SECONDS * 1000} + atSeconds * 1000);`,
        ],
        after: [],
      };
    case "virtual-users":
    case "iterations-per-user":
      return { before: [], after: pauseText === undefined ? [] : [`${pauseText};`] };
    case "external-rate": {
      const pacing = executor.pacingSeconds ?? DEFAULT_PACING_SECONDS;
      return { before: [`const began = pace(${pacing});`], after: [`restOf(${pacing}, began);`] };
    }
  }
}

/** A trace as k6 reads it: each arrival's instant and, where it is recorded, its journey's number. */
export function arrivalsJson(trace: ArrivalTrace, journeys: readonly string[]): string {
  const numbers = new Map(journeys.map((name, index) => [name, index]));
  const end = executorSeconds(trace);
  const rows = trace.atSeconds.flatMap((at, index) => {
    if (at >= end) return [];
    const name = trace.journeys?.[index];
    return [name === undefined ? [at] : [at, numbers.get(name) ?? 0]];
  });
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

/**
 * When k6 hands out the arrivals of each second of a trace: in the first half of the second before (the trace lies a second later), so
 * that each finds a virtual user that waits for it.
 */
export function stagesJson(trace: ArrivalTrace): string {
  const stages = traceCounts(trace).flatMap((count) => [
    { duration: "0s", target: 2 * count },
    { duration: "500ms", target: 2 * count },
    { duration: "0s", target: 0 },
    { duration: "500ms", target: 0 },
  ]);
  return `[\n${stages.map((stage) => JSON.stringify(stage)).join(",\n")}\n]\n`;
}

/** The line of the array of arrivals, shared by all virtual users. */
export const ARRIVALS_TEXT = `const arrivals = new SharedArray(${stringLiteral(ARRIVALS_FILE)}, () => JSON.parse(open("./${ARRIVALS_FILE}")));`;
