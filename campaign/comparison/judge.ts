import { join } from "node:path";
import { compareSides } from "../../analysis/comparison/compare";
import { COMPARED_PROBABILITIES } from "../../analysis/comparison/metrics";
import type { ComparisonInput, ComparisonResult } from "../../analysis/comparison/model";
import { replicateFigures } from "../../analysis/comparison/replicates";
import { type SequentialDecision, sequentialDecision } from "../../analysis/comparison/sequential";
import { type ComparisonSettings, MIN_REPLICATES, settingsOf } from "../../analysis/comparison/settings";
import type { ValidityFinding } from "../../analysis/model";
import {
  attributeChange,
  type JourneyAttribution,
  type TracedRound,
} from "../../analysis/traces/attribution";
import type { ComparisonReport, ObjectivesVerdict, ReplicateLine } from "../../report/comparison/model";
import { controlDrift } from "./control-drift";
import { dominanceOf } from "./dominance";
import { MAX_EXCLUDED_SHARE, MIN_REMAINING_SHARE, type SortedRounds, sortRounds } from "./exclusion";
import { judgeRequired } from "./objectives";
import { achievedShare, type Replicate, readReplicate } from "./replicate";
import { CONTROL_AFTER, CONTROL_BEFORE, replicateName } from "./run-names";
import { selfKnowledge } from "./self-knowledge";
import { sideFigures } from "./side-figures";
import { steadyStateOf } from "./steady-state";
import { readComparison, type StoredComparison } from "./stored";
import { comparisonVerdict } from "./verdict";

const ATTRIBUTION_CONFIDENCE = 0.95;

/** Every quantile that is compared: the usual four and whatever a journey is gated on. */
function probabilitiesOf(settings: ComparisonSettings): readonly number[] {
  const own = Object.keys(settings.journeys).map((journey) => settingsOf(settings, journey).gatingQuantile);
  return [...new Set([...COMPARED_PROBABILITIES, settings.gatingQuantile, ...own])].sort((a, b) => a - b);
}

/** The rounds that count, as the statistics take two of the sides. */
export function comparisonInput(
  used: ReadonlyMap<number, readonly Replicate[]>,
  baseline: string,
  candidate: string,
  { minutesPerPair, baselineFrom }: Pick<StoredComparison, "minutesPerPair" | "baselineFrom">,
): ComparisonInput {
  const rounds = [...used].sort(([a], [b]) => a - b);
  const names = new Set(
    rounds.flatMap(([, replicates]) =>
      replicates.flatMap(({ journeys }) => journeys.map(({ journey }) => journey)),
    ),
  );
  const figures = (side: string, journey: string) =>
    rounds.flatMap(([round, replicates]) => {
      const replicate = replicates.find((one) => one.side === side);
      if (replicate === undefined) return [];
      const summary = replicate.journeys.find((one) => one.journey === journey) ?? {
        quantiles: [],
        requests: 0,
        errors: 0,
      };
      return [replicateFigures(summary, round, achievedShare(replicate, journey))];
    });
  return {
    paired: baselineFrom === null,
    minutesPerPair,
    journeys: [...names].sort().map((journey) => ({
      journey,
      baseline: figures(baseline, journey),
      candidate: figures(candidate, journey),
    })),
    first: rounds.map(([pair, replicates]) => {
      const [first] = replicates.toSorted((a, b) => a.startedAtUs - b.startedAtUs);
      return { pair, side: first?.side === candidate ? "candidate" : "baseline" };
    }),
  };
}

/** What a sequential comparison knows after the rounds so far; undefined where it is none. */
export function sequentialState(
  stored: Pick<
    StoredComparison,
    "sequential" | "rounds" | "settings" | "minutesPerPair" | "baselineFrom" | "sides"
  >,
  used: ReadonlyMap<number, readonly Replicate[]>,
): SequentialDecision | undefined {
  const [baseline, candidate] = stored.sides;
  if (!stored.sequential || baseline === undefined || candidate === undefined || used.size === 0)
    return undefined;
  const input = comparisonInput(used, baseline.name, candidate.name, stored);
  return sequentialDecision(input, stored.settings, { maxPairs: stored.rounds });
}

function wholeFindings(
  stored: StoredComparison,
  sorted: SortedRounds,
  planned: number,
): readonly ValidityFinding[] {
  const findings: ValidityFinding[] = [...sorted.breaking];
  if (stored.ended === undefined) {
    findings.push({
      code: "interrupted",
      severity: "invalid",
      text: "the comparison was interrupted before its end",
      measured: null,
      limit: null,
    });
  }
  const suspect = sorted.excluded.filter(({ interference }) => !interference).length;
  const share = planned === 0 ? 1 : suspect / planned;
  // Of what was planned; of what ran, where the sequential test ended it.
  const needed = Math.max(MIN_REPLICATES, Math.ceil(MIN_REMAINING_SHARE * Math.min(planned, stored.rounds)));
  const outside = sorted.excluded.length - suspect;
  const disturbed = outside === 0 ? "" : ` (${outside} of them disturbed by the machine's host)`;
  if (share > MAX_EXCLUDED_SHARE || sorted.used.size < needed) {
    findings.push({
      code: "too-many-excluded",
      severity: "invalid",
      text: `${sorted.excluded.length} of ${planned} rounds had to be left out${disturbed}; ${needed} must remain, and at most ${MAX_EXCLUDED_SHARE * 100} % may be left out for anything but the host`,
      measured: share,
      limit: MAX_EXCLUDED_SHARE,
    });
  } else if (sorted.excluded.length > 0) {
    findings.push({
      code: "rounds-excluded",
      severity: "warning",
      text: `${sorted.excluded.length} of ${planned} rounds were left out, because a measurement in them is not to be believed${disturbed}`,
      measured: share,
      limit: MAX_EXCLUDED_SHARE,
    });
  }
  return findings;
}

/** Warnings of single replicates, counted, so that thirty of them read as one. */
function repeatedWarnings(replicates: readonly Replicate[]): readonly ValidityFinding[] {
  const byCode = new Map<string, { count: number; example: ValidityFinding }>();
  for (const { validity } of replicates) {
    for (const finding of validity) {
      if (finding.severity !== "warning") continue;
      const known = byCode.get(finding.code);
      byCode.set(finding.code, { count: (known?.count ?? 0) + 1, example: known?.example ?? finding });
    }
  }
  return [...byCode.values()].map(({ count, example }) => ({
    ...example,
    text: `in ${count} of ${replicates.length} replicates, for instance: ${example.text}`,
  }));
}

function linesOf(
  stored: StoredComparison,
  replicates: readonly Replicate[],
  used: ReadonlyMap<number, unknown>,
): readonly ReplicateLine[] {
  return replicates.map((replicate) => ({
    runId: replicate.runId,
    side: replicate.side,
    round: replicate.round,
    place: (stored.order[replicate.round - 1]?.indexOf(replicate.side) ?? 0) + 1,
    startedAtUs: replicate.startedAtUs,
    requests: replicate.overall.requests,
    errors: replicate.overall.errors,
    achievedShare: replicate.arrivals.planned > 0 ? replicate.arrivals.achievedRatio : null,
    used: used.has(replicate.round),
    journeys: replicate.journeys.map(({ journey, quantiles }) => {
      const { gatingQuantile } = settingsOf(stored.settings, journey);
      return {
        journey,
        valueMs: quantiles.find(({ probability }) => probability === gatingQuantile)?.valueMs ?? null,
      };
    }),
    findings: replicate.validity,
  }));
}

/** All replicates of a stored comparison, in the order they ran. */
export async function storedReplicates(
  folder: string,
  stored: StoredComparison,
): Promise<readonly Replicate[]> {
  const probabilities = probabilitiesOf(stored.settings);
  const found: Replicate[] = [];
  for (const [index, order] of stored.order.entries()) {
    for (const side of order) {
      const runFolder = join(folder, replicateName(index + 1, side, stored.sides.length));
      const replicate = await readReplicate(runFolder, probabilities);
      // A stored baseline's own manifest has the names it had then.
      if (replicate !== undefined) found.push({ ...replicate, side, round: index + 1 });
    }
  }
  return found;
}

/** Baseline against candidate where there are rounds enough to say anything; sizings have no baseline. */
function resultOf(stored: StoredComparison, { used }: SortedRounds): ComparisonResult | null {
  const [baseline, candidate, third] = stored.sides;
  if (
    baseline === undefined ||
    candidate === undefined ||
    third !== undefined ||
    used.size < MIN_REPLICATES
  ) {
    return null;
  }
  const input = comparisonInput(used, baseline.name, candidate.name, stored);
  return compareSides(input, stored.settings);
}

/** What is required of the candidate beside the comparison, from its runs of the rounds that count. */
async function objectivesOf(
  folder: string,
  stored: StoredComparison,
  { used }: SortedRounds,
): Promise<ObjectivesVerdict | undefined> {
  const candidate = stored.sides.at(-1);
  if (stored.objectives === undefined || candidate === undefined) return undefined;
  const rounds = [...used.keys()].sort((a, b) => a - b);
  const folders = rounds.map((round) =>
    join(folder, replicateName(round, candidate.name, stored.sides.length)),
  );
  return judgeRequired(stored.objectives, folders);
}

/** Where the difference comes from; undefined where no agent took spans of both sides. */
function attributionOf(
  stored: StoredComparison,
  { used }: SortedRounds,
): readonly JourneyAttribution[] | undefined {
  const [baseline, candidate, third] = stored.sides;
  if (baseline === undefined || candidate === undefined || third !== undefined) return undefined;
  const rounds = [...used.values()].flatMap((replicates): TracedRound[] => {
    const of = (side: string) => replicates.find((one) => one.side === side)?.traces;
    const [before, after] = [of(baseline.name), of(candidate.name)];
    return before === undefined || after === undefined ? [] : [{ baseline: before, candidate: after }];
  });
  if (rounds.length === 0) return undefined;
  return attributeChange(rounds, {
    paired: stored.baselineFrom === null,
    confidence: ATTRIBUTION_CONFIDENCE,
  });
}

/**
 * Judges a comparison from what is stored of it and nothing else: the same folder gives the same judgement, byte for byte.
 * @throws ConfigError when the folder is not that of a comparison
 */
export async function judgeStoredComparison(folder: string): Promise<ComparisonReport> {
  const stored = await readComparison(folder);
  const replicates = await storedReplicates(folder, stored);
  const planned = stored.order.slice(0, stored.ended?.rounds ?? stored.rounds);
  const sorted = sortRounds(replicates, planned);
  const probabilities = probabilitiesOf(stored.settings);
  const { control, findings: drift } = controlDrift(
    await readReplicate(join(folder, CONTROL_BEFORE), probabilities),
    await readReplicate(join(folder, CONTROL_AFTER), probabilities),
  );
  const usedOf = (side: string): readonly Replicate[] =>
    [...sorted.used.values()].flatMap((round) => round.filter((one) => one.side === side));
  const steady = stored.sides.map(({ name }) => steadyStateOf(name, usedOf(name)));
  const validity = [
    ...wholeFindings(stored, sorted, planned.length),
    ...drift,
    ...steady.flatMap(({ findings }) => findings),
    ...repeatedWarnings([...sorted.used.values()].flat()),
  ].toSorted((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
  const result = resultOf(stored, sorted);
  const attribution = attributionOf(stored, sorted);
  const sequential = sequentialState(stored, sorted.used);
  const objectives = await objectivesOf(folder, stored, sorted);
  const sides = stored.sides.map((side) =>
    sideFigures(side, usedOf(side.name), stored.settings.gatingQuantile, stored.prices),
  );
  const dominance =
    stored.kind === "compare"
      ? dominanceOf(sides, (baseline, candidate) =>
          compareSides(comparisonInput(sorted.used, baseline, candidate, stored), stored.settings),
        )
      : [];
  return {
    schemaVersion: 1,
    comparison: stored,
    verdict: comparisonVerdict({
      stored,
      result,
      sequential,
      objectives,
      sides,
      dominance,
      validity,
      attributed: sorted.attributed,
    }),
    result,
    ...(objectives === undefined ? {} : { objectives }),
    ...(attribution === undefined ? {} : { attribution }),
    sequential: sequential ?? null,
    sides,
    dominance,
    replicates: linesOf(stored, replicates, sorted.used),
    excluded: sorted.excluded,
    validity,
    control,
    steadyState: steady.map(({ text }) => text),
    selfKnowledge: selfKnowledge(stored, sorted.used),
  };
}
