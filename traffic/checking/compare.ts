import {
  curveSimilarity,
  mixSimilarity,
  ratioSimilarity,
  transitionSimilarity,
} from "../../analysis/traffic/similarity";
import { ExitCode } from "../../core/errors";
import type { Measured, TrafficSide } from "./side";

export const CHECK_PARTS = ["arrivals", "mix", "transitions", "dispersion"] as const;
export type CheckPart = (typeof CHECK_PARTS)[number];

/** One part of the score, 0..1; or why there is none. */
export interface PartScore {
  readonly part: CheckPart;
  readonly score: number | null;
  /** What was compared, or why it could not be. */
  readonly detail: string;
}

export interface TrafficCheck {
  /** `missing`: a part that was asked for has no data, so that nothing can be said of the whole. */
  readonly verdict: "similar" | "different" | "missing";
  readonly exitCode: ExitCode;
  /** Mean of the parts that are known; null when none is. */
  readonly score: number | null;
  readonly minScore: number;
  readonly parts: readonly PartScore[];
}

function compared<T>(
  log: Measured<T>,
  generated: Measured<T>,
  score: (a: T, b: T) => number | null,
  detail: (a: T, b: T) => string,
): { readonly score: number | null; readonly detail: string } {
  if ("missing" in log) return { score: null, detail: `the log: ${log.missing}` };
  if ("missing" in generated) return { score: null, detail: `the generated load: ${generated.missing}` };
  return { score: score(log.value, generated.value), detail: detail(log.value, generated.value) };
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const short = (value: number): string => Number(value.toPrecision(3)).toString();

/** The entry of a mix or table whose share differs most, for people. */
function largestDifference(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): string {
  const [totalA, totalB] = [Math.max(1, sum(a.values())), Math.max(1, sum(b.values()))];
  let worst = { name: "", from: 0, to: 0 };
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [from, to] = [(a.get(name) ?? 0) / totalA, (b.get(name) ?? 0) / totalB];
    if (Math.abs(to - from) > Math.abs(worst.to - worst.from)) worst = { name, from, to };
  }
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return worst.name === ""
    ? "no difference"
    : `most apart: ${worst.name}, ${percent(worst.from)} in the log and ${percent(worst.to)} generated`;
}

/**
 * Compares generated load with the log it was made after, part by part; the score is the mean of the parts.
 * @param scale what the rate was multiplied by on purpose
 */
export function compareTraffic(
  log: TrafficSide,
  generated: TrafficSide,
  options: { readonly scale: number; readonly minScore: number; readonly parts: readonly CheckPart[] },
): TrafficCheck {
  const results: Readonly<
    Record<CheckPart, () => { readonly score: number | null; readonly detail: string }>
  > = {
    arrivals: () =>
      compared(
        log.ratesPerSecond,
        generated.ratesPerSecond,
        (a, b) =>
          curveSimilarity(
            a.map((rate) => rate * options.scale),
            b,
          ),
        (a, b) =>
          `${short((sum(a) / a.length) * options.scale)} visits a second in the log${options.scale === 1 ? "" : `, scaled by ${options.scale}`}, ${short(sum(b) / b.length)} generated, in ${a.length} parts`,
      ),
    mix: () => compared(log.mix, generated.mix, mixSimilarity, largestDifference),
    transitions: () =>
      compared(log.transitions, generated.transitions, transitionSimilarity, (a, b) => {
        const moves = (rows: ReadonlyMap<string, ReadonlyMap<string, number>>): number =>
          sum([...rows.values()].map((row) => sum(row.values())));
        return `${moves(a).toLocaleString("en")} moves in the log, ${moves(b).toLocaleString("en")} generated`;
      }),
    dispersion: () =>
      compared(
        log.dispersion,
        generated.dispersion,
        ratioSimilarity,
        (a, b) =>
          `index of dispersion ${short(a)} in the log, ${short(b)} generated (1 is random, 0 a metronome)`,
      ),
  };
  const parts = CHECK_PARTS.filter((part) => options.parts.includes(part)).map(
    (part): PartScore => ({ part, ...results[part]() }),
  );
  const known = parts.flatMap(({ score }) => (score === null ? [] : [score]));
  const score = known.length === 0 ? null : sum(known) / known.length;
  const verdict =
    known.length < parts.length || score === null
      ? "missing"
      : score >= options.minScore
        ? "similar"
        : "different";
  return {
    verdict,
    exitCode:
      verdict === "similar"
        ? ExitCode.Pass
        : verdict === "different"
          ? ExitCode.Regression
          : ExitCode.Inconclusive,
    score,
    minScore: options.minScore,
    parts,
  };
}
