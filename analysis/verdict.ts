import type { SloResult, ValidityFinding, Verdict } from "./model";

/** What to do about each reason not to believe a run. */
export const REMEDIES: Readonly<Record<string, string>> = {
  "no-samples": "Check that the entry URL answers and that the scenario has journeys with weight.",
  "missed-arrivals": "Lower the arrival rate, or give the fleet more generators or a larger machine.",
  "dropped-iterations": "Raise the number of virtual users, or lower the arrival rate.",
  "generator-lost": "Read the generator's log in the run folder and run again.",
  "generator-late": "Run again with less other work on the generators' machines.",
  "generator-cpu": "Spread the load over more generators, on machines of their own.",
  "machine-saturated":
    "Lower the arrival rate or the tiers' CPU allotments, or run the fleet on a machine of its own.",
  "cpu-steal":
    "Run again at another hour, or on a machine whose CPU is its own (a dedicated host, a fixed-performance instance type).",
  "error-flood": "Look at the errors of the failing journey and the application's log first.",
  "clock-offset": "Synchronise the clocks of generators and environment (NTP).",
  "instance-lost": "Read the log of the lost instance: it crashed or ran out of memory.",
  "replica-disconnected": "Read the replica's log; replication broke during the run.",
  "run-aborted": "Find what failed when the run was stopped, and run again.",
};

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `P95`, `P99.9`. */
export function quantileLabel(probability: number): string {
  return `P${Number((probability * 100).toPrecision(6))}`;
}

/** One sentence on one objective. */
export function describeSlo(result: SloResult): string {
  const what = result.kind === "latency" ? quantileLabel(result.quantile ?? 0) : "Error share";
  const show = result.kind === "latency" ? milliseconds : percentText;
  const objective = `objective: at most ${show(result.threshold)}`;
  if (result.status === "not-enough-data") {
    return `${what} of ${result.journey} cannot be judged: not enough requests (${objective}).`;
  }
  if (result.measured === null) {
    return `${what} of ${result.journey} has no value because too many of its requests failed (${objective}).`;
  }
  return `${what} of ${result.journey} is ${show(result.measured)} (${objective}).`;
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/**
 * Verdict on a single run. A run that is not to be believed is `invalid` whatever its figures say; then a broken objective is
 * a `regression`; then an objective without enough data is `inconclusive`; a run without any objective was not judged, which is
 * `inconclusive` as well, never a pass.
 */
export function judgeRun(slos: readonly SloResult[], validity: readonly ValidityFinding[]): Verdict {
  const invalid = validity.filter(({ severity }) => severity === "invalid");
  const warnings = validity.filter(({ severity }) => severity === "warning");
  const broken = slos.filter(({ status }) => status === "broken");
  const undecided = slos.filter(({ status }) => status === "not-enough-data");
  const met = slos.filter(({ status }) => status === "met");
  const sloReasons = [...broken, ...undecided, ...met].map(describeSlo);
  const warningReasons = warnings.map(({ text }) => sentence(`Warning: ${text}`));
  const remedies = (findings: readonly ValidityFinding[]): readonly string[] => [
    ...new Set(findings.flatMap(({ code }) => REMEDIES[code] ?? [])),
  ];

  if (invalid.length > 0) {
    return {
      kind: "invalid",
      headline: "The measurement is not to be believed, so nothing was judged.",
      reasons: [...invalid.map(({ text }) => sentence(text)), ...warningReasons],
      actions: remedies(invalid),
    };
  }
  if (broken.length > 0) {
    return {
      kind: "regression",
      headline: `${count(broken.length, "objective is", "objectives are")} broken, of ${slos.length}.`,
      reasons: [...sloReasons, ...warningReasons],
      actions: [
        "Start with the first broken objective: its journey's slowest step, then the tier that was busiest at that time.",
        ...remedies(warnings),
      ],
    };
  }
  if (undecided.length > 0) {
    return {
      kind: "inconclusive",
      headline: `${count(undecided.length, "objective", "objectives")} of ${slos.length} cannot be judged: not enough requests.`,
      reasons: [...sloReasons, ...warningReasons],
      actions: ["Run longer or at a higher rate, or set the objective on a lower quantile."],
    };
  }
  if (slos.length === 0) {
    return {
      kind: "inconclusive",
      headline: "The run was measured, but not judged: the scenario sets no objective.",
      reasons: ["No service-level objective is set.", ...warningReasons],
      actions: ["Give the scenario objectives, for example P95 at most 500 ms and errors at most 1 %."],
    };
  }
  return {
    kind: "pass",
    headline: slos.length === 1 ? "The objective is met." : `All ${slos.length} objectives are met.`,
    reasons: [...sloReasons, ...warningReasons],
    actions: remedies(warnings),
  };
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
}
