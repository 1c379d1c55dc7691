import type { ValidityFinding } from "../../analysis/model";
import type { Replicate } from "./replicate";

/** A round that is left out, and why. */
export interface ExcludedRound {
  readonly round: number;
  readonly reasons: readonly string[];
  /** Nothing but the machine's host disturbed it. Says nothing against the other rounds. */
  readonly interference: boolean;
}

/**
 * Rounds that may be left out: more, and the measurement as a whole is not to be believed. Rounds that only the host disturbed do not
 * count: whom it favours does not depend on the side, and spare rounds take their place.
 */
export const MAX_EXCLUDED_SHARE = 0.2;

/** Of the rounds that were planned, this share must count, whatever took the others: a handful says nothing of what was asked. */
export const MIN_REMAINING_SHARE = 0.5;

/**
 * The environment was no longer the one that was provisioned, or the load did not come: whatever was measured before and after, this
 * comparison is broken off and invalid.
 */
const BREAKING = new Set([
  "instance-lost",
  "replica-disconnected",
  "generator-lost",
  "run-aborted",
  "no-samples",
]);

/** Can be the version's own doing, when only one side shows it: see {@link ownDoing}. */
const ATTRIBUTABLE = new Set(["error-flood", "missed-arrivals", "machine-saturated"]);

/**
 * What comes from outside the machine. For a single run, whose figures are held against limits, a little of it is a warning; a comparison
 * looks for differences of a few percent, and leaves the round out.
 */
const INTERFERENCE = new Set(["cpu-steal"]);

export const breakingFindings = (replicate: Replicate): readonly ValidityFinding[] =>
  replicate.validity.filter(({ code, severity }) => severity === "invalid" && BREAKING.has(code));

/** Virtual users are provided for three seconds a response; fewer than this and the system cannot have used them up. */
const OVERLOADED_P95_MS = 1000;

/**
 * The system answered so slowly that no virtual user was free: arrivals are missing because they were dropped, responses took seconds,
 * and the generators had CPU to spare. A generator that was starved, stopped or slowed down shows none of that.
 */
function overloaded({ arrivals, validity, overall }: Replicate): boolean {
  const missing = arrivals.planned - arrivals.started;
  const p95 = overall.quantiles.find(({ probability }) => probability === 0.95)?.valueMs;
  return (
    !validity.some(({ code }) => code === "generator-cpu") &&
    arrivals.dropped > 0 &&
    missing <= 1.2 * arrivals.dropped + 2 &&
    p95 !== undefined &&
    (p95 === null || p95 >= OVERLOADED_P95_MS)
  );
}

/**
 * Findings that say something of the side, not of the measurement: its requests failed, it was too slow for the arrivals, it used the
 * machine up. They are then left to the tests of errors, throughput and latency. Only when the other side of the same round, minutes
 * away on the same machine, is free of them; and never the generator's own starvation.
 */
function ownDoing(finding: ValidityFinding, replicate: Replicate, others: readonly Replicate[]): boolean {
  if (!ATTRIBUTABLE.has(finding.code)) return false;
  if (finding.code !== "error-flood" && !overloaded(replicate)) return false;
  return others.every(
    ({ validity }) => !validity.some(({ code, severity }) => code === finding.code && severity === "invalid"),
  );
}

export interface SortedRounds {
  readonly used: ReadonlyMap<number, readonly Replicate[]>;
  readonly excluded: readonly ExcludedRound[];
  /** Reasons not to believe the comparison as a whole. */
  readonly breaking: readonly ValidityFinding[];
  /** Invalid findings that were taken as the side's own doing. */
  readonly attributed: readonly { readonly side: string; readonly text: string }[];
}

/** Sorts the planned rounds into those that count and those that do not. A round counts with all its sides or not at all. */
export function sortRounds(
  replicates: readonly Replicate[],
  planned: readonly (readonly string[])[],
): SortedRounds {
  const used = new Map<number, readonly Replicate[]>();
  const excluded: ExcludedRound[] = [];
  const breaking: ValidityFinding[] = [];
  const attributed: { side: string; text: string }[] = [];
  planned.forEach((sides, index) => {
    const round = index + 1;
    const own = sides.flatMap(
      (side) => replicates.find((one) => one.round === round && one.side === side) ?? [],
    );
    if (own.length < sides.length) {
      excluded.push({ round, reasons: ["it was not run to its end"], interference: false });
      return;
    }
    const reasons: string[] = [];
    let interference = true;
    for (const replicate of own) {
      const others = own.filter((other) => other !== replicate);
      for (const finding of replicate.validity) {
        const outside = INTERFERENCE.has(finding.code);
        if (finding.severity !== "invalid" && !outside) continue;
        if (ownDoing(finding, replicate, others)) {
          attributed.push({ side: replicate.side, text: `pair ${round}: ${finding.text}` });
          continue;
        }
        if (BREAKING.has(finding.code))
          breaking.push({ ...finding, text: `${replicate.runId}: ${finding.text}` });
        interference &&= outside;
        reasons.push(`${replicate.side}: ${finding.text}`);
      }
    }
    if (reasons.length > 0) excluded.push({ round, reasons, interference });
    else used.set(round, own);
  });
  return { used, excluded, breaking, attributed };
}
