import type { ValidityFinding } from "./model";
import { meanOrZero } from "./statistics/mean";

/** What is known of one load generator after a run. Shares are of the whole machine's cores, 0..1. */
export interface GeneratorFigures {
  readonly generator: string;
  readonly started: boolean;
  /** null: it never ended by itself. */
  readonly exitCode: number | null;
  readonly startSkewMs: number | null;
  readonly droppedIterations: number;
  /** 95th percentile of how late its visits began against their planned instants, ms. */
  readonly startDelayP95Ms?: number | null;
  readonly cpuMean: number | null;
  /** Mean share of its machine's CPU that the host gave to others. */
  readonly stealMean?: number | null;
}

/** Everything the rules look at. Absent or null: not measured, and no rule fires on it. */
export interface ValidityInput {
  /** Requests in the measured window. */
  readonly requests: number;
  readonly errors: number;
  /** Journey arrivals in the measured window. */
  readonly arrivals: { readonly planned: number; readonly started: number; readonly dropped: number };
  readonly generators: readonly GeneratorFigures[];
  /** Why the run was stopped early; null when it ran to its end. */
  readonly aborted: string | null;
  /** What stopped it, where a rule of its own stands for that: a lost generator is named as such. */
  readonly abortKind?: "generator-lost" | "error-ratio" | "deadline" | "request-limit";
  readonly clockOffsetMs: number | null;
  /** Generators whose clock nobody has measured. @default none */
  readonly clocksUnmeasured?: readonly string[];
  /** Free share (0..1) of the machine that the generators run on, one reading a second of the measured window, in order. */
  readonly machineIdle?: readonly number[];
  /** Share (0..1) of that machine's CPU which its host gave to others while work waited: one reading a second, as above. */
  readonly machineSteal?: readonly number[];
  /** App instances that ended without the autoscaler having asked for it. */
  readonly lostInstances?: readonly string[];
  /** Streaming replicas: how many there should be, and the fewest seen connected. */
  readonly replicas?: { readonly expected: number; readonly minConnected: number };
  /** Telemetry sources that could not be read, with the share (0..1) of failed readings. */
  readonly telemetryGaps?: readonly { readonly source: string; readonly failedShare: number }[];
}

/** The limits of the rules. */
export const VALIDITY_LIMITS = {
  /** Achieved / planned arrivals. Below `invalid` the load was another one than planned. */
  achievedRatio: { invalid: 0.98, warning: 0.995 },
  /** k6 advises to stay under 80 % CPU (k6 documentation, "Running large tests"). */
  generatorCpu: { invalid: 0.8, warning: 0.65 },
  /** A machine counts as saturated below this free share. */
  saturatedIdle: 0.03,
  /** Saturated for this share of the measured window: generators and system under test compete, latency is of both. */
  saturatedShare: { invalid: 0.5, warning: 0.1 },
  /** Mean share of the machine's CPU that its host gave to others. */
  stealShare: { invalid: 0.1, warning: 0.02 },
  errorRatio: { invalid: 0.5 },
  /** Visits that begin late were made to wait by the generator, and no response time holds that wait. */
  startDelayP95Ms: { invalid: 1000, warning: 100 },
  /** Arrivals of each generator that fall on the edges of the window, the first and the last: in a short run they are a share worth telling. */
  edgeArrivals: 2,
  startSkewMs: { invalid: 5000, warning: 500 },
  clockOffsetMs: { invalid: 50, warning: 5 },
  telemetryFailedShare: { warning: 0.1 },
} as const;

/** A threshold of the user's own k6 script (99) or an assertion of a Gatling simulation (2): a result, not a failure of the generator. */
const OWN_VERDICTS: ReadonlySet<number | null> = new Set([99, 2]);

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

type Severity = ValidityFinding["severity"];

function finding(
  code: string,
  severity: Severity,
  text: string,
  measured: number | null = null,
  limit: number | null = null,
): ValidityFinding {
  return { code, severity, text, measured, limit };
}

/** Which limit a value is above, if any. */
function above(
  value: number,
  limits: { readonly invalid: number; readonly warning: number },
): { readonly severity: Severity; readonly limit: number } | undefined {
  if (value > limits.invalid) return { severity: "invalid", limit: limits.invalid };
  if (value > limits.warning) return { severity: "warning", limit: limits.warning };
  return undefined;
}

function arrivalFindings({ arrivals, generators }: ValidityInput): readonly ValidityFinding[] {
  const { planned, started, dropped } = arrivals;
  if (planned <= 0) return [];
  const findings: ValidityFinding[] = [];
  const achieved = started / planned;
  const { invalid, warning } = VALIDITY_LIMITS.achievedRatio;
  const atEdges = dropped === 0 && planned - started <= VALIDITY_LIMITS.edgeArrivals * generators.length;
  if (achieved < warning && !atEdges) {
    const severity = achieved < invalid ? "invalid" : "warning";
    const text = `${percent(achieved)} of the planned arrivals were started (${started} of ${Math.round(planned)})`;
    findings.push(
      finding("missed-arrivals", severity, text, achieved, severity === "invalid" ? invalid : warning),
    );
  }
  if (dropped > 0) {
    const text = `${dropped} arrivals were dropped because no virtual user was free: the slowest moments have fewer samples than they should`;
    findings.push(finding("dropped-iterations", "warning", text, dropped, 0));
  }
  return findings;
}

function generatorFindings({ generators, aborted }: ValidityInput): readonly ValidityFinding[] {
  return generators.flatMap((generator) => {
    const found: ValidityFinding[] = [];
    const name = generator.generator;
    if (!generator.started) {
      found.push(finding("generator-lost", "invalid", `${name} did not start`));
    } else if (aborted === null && generator.exitCode !== 0 && !OWN_VERDICTS.has(generator.exitCode)) {
      const how =
        generator.exitCode === null ? "was lost during the run" : `ended with code ${generator.exitCode}`;
      found.push(finding("generator-lost", "invalid", `${name} ${how}`, generator.exitCode, 0));
    }
    const skew = generator.startSkewMs === null ? 0 : Math.abs(generator.startSkewMs);
    const late = above(skew, VALIDITY_LIMITS.startSkewMs);
    if (late !== undefined) {
      const text = `${name} started ${skew.toFixed(0)} ms off the common start`;
      found.push(finding("generator-late", late.severity, text, skew, late.limit));
    }
    const delay = generator.startDelayP95Ms ?? 0;
    const behind = above(delay, VALIDITY_LIMITS.startDelayP95Ms);
    if (behind !== undefined) {
      const text = `${name} began one visit in twenty more than ${delay.toFixed(0)} ms after its planned instant: the wait is in no response time`;
      found.push(finding("visits-late", behind.severity, text, delay, behind.limit));
    }
    const hot = above(generator.cpuMean ?? 0, VALIDITY_LIMITS.generatorCpu);
    if (hot !== undefined) {
      const text = `${name} used ${percent(generator.cpuMean ?? 0)} of its machine: its own delays are in the latencies`;
      found.push(finding("generator-cpu", hot.severity, text, generator.cpuMean, hot.limit));
    }
    found.push(...stealFindings(generator.stealMean ?? 0, `the host of ${name}`));
    return found;
  });
}

function saturationFindings({ machineIdle }: ValidityInput): readonly ValidityFinding[] {
  if (machineIdle === undefined || machineIdle.length === 0) return [];
  const saturated = machineIdle.filter((idle) => idle < VALIDITY_LIMITS.saturatedIdle).length;
  const share = saturated / machineIdle.length;
  const over = above(share, VALIDITY_LIMITS.saturatedShare);
  if (over === undefined) return [];
  const text = `the machine of the generators had less than ${percent(VALIDITY_LIMITS.saturatedIdle)} of its CPU free in ${percent(share)} of the measured window: generators and system under test competed`;
  return [finding("machine-saturated", over.severity, text, share, over.limit)];
}

/** A guest that has to wait for its host answers late, and no process in it can see why. */
function stealFindings(share: number, host: string): readonly ValidityFinding[] {
  const over = above(share, VALIDITY_LIMITS.stealShare);
  if (over === undefined) return [];
  const text = `${host} gave ${percent(share)} of its CPU to others while work waited (steal time): latencies hold that wait`;
  return [finding("cpu-steal", over.severity, text, share, over.limit)];
}

function environmentFindings(input: ValidityInput): readonly ValidityFinding[] {
  const found: ValidityFinding[] = (input.lostInstances ?? []).map((instance) =>
    finding("instance-lost", "invalid", `${instance} ended during the run, and nobody had asked it to`),
  );
  const { replicas } = input;
  if (replicas !== undefined && replicas.minConnected < replicas.expected) {
    const text = `only ${replicas.minConnected} of ${replicas.expected} replicas were connected at some moment of the run`;
    found.push(finding("replica-disconnected", "invalid", text, replicas.minConnected, replicas.expected));
  }
  const limit = VALIDITY_LIMITS.telemetryFailedShare.warning;
  for (const gap of input.telemetryGaps ?? []) {
    if (gap.failedShare <= limit) continue;
    const text = `${percent(gap.failedShare)} of the readings of ${gap.source} failed: its figures have holes`;
    found.push(finding("telemetry-gap", "warning", text, gap.failedShare, limit));
  }
  return found;
}

/**
 * Reasons not to believe a run, `invalid` ones first. An empty list means that every rule with data passed.
 */
export function findValidity(input: ValidityInput): readonly ValidityFinding[] {
  const found: ValidityFinding[] = [];
  if (input.aborted !== null) {
    const code = input.abortKind === "generator-lost" ? "generator-lost" : "run-aborted";
    found.push(finding(code, "invalid", `the run was stopped early: ${input.aborted}`));
  }
  if (input.requests === 0) {
    found.push(finding("no-samples", "invalid", "there is no request in the measured window", 0, 1));
  } else {
    const ratio = input.errors / input.requests;
    const limit = VALIDITY_LIMITS.errorRatio.invalid;
    if (ratio > limit) {
      const text = `${percent(ratio)} of the requests failed: the run measured failures, not the application`;
      found.push(finding("error-flood", "invalid", text, ratio, limit));
    }
  }
  found.push(
    ...arrivalFindings(input),
    ...generatorFindings(input),
    ...saturationFindings(input),
    ...stealFindings(meanOrZero(input.machineSteal ?? []), "the host of the machine"),
  );
  const offset = input.clockOffsetMs === null ? 0 : Math.abs(input.clockOffsetMs);
  const apart = above(offset, VALIDITY_LIMITS.clockOffsetMs);
  if (apart !== undefined) {
    const text = `the clocks of generators and environment are ${offset.toFixed(1)} ms apart`;
    found.push(finding("clock-offset", apart.severity, text, offset, apart.limit));
  }
  for (const name of input.clocksUnmeasured ?? []) {
    const text = `the clock of ${name} was not measured: its samples may stand at the wrong moment`;
    found.push(finding("clock-unmeasured", "warning", text));
  }
  found.push(...environmentFindings(input));
  return [
    ...found.filter(({ severity }) => severity === "invalid"),
    ...found.filter(({ severity }) => severity === "warning"),
  ];
}
