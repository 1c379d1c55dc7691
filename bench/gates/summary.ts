import { falseAlarmRate } from "../../analysis/comparison";
import { percentText } from "../../analysis/comparison/wording";
import type { GateOutcome } from "./outcome";

export const SELF = "aa";

/** Journeys that a planted change makes slower. A gate that names another one first has not found it. */
export const PLANTS: Readonly<Record<string, readonly string[]>> = {
  "member-prices": ["search"],
  "missing-index": ["search"],
  "n-plus-one": ["browse", "search"],
  "lost-cache": ["product"],
};

/** Largest tolerable share of false alarms, and smallest tolerable share of planted changes that are caught. */
export const MOST_FALSE_ALARMS = 0.05;
export const LEAST_CAUGHT = 0.9;

const shareText = (count: number, of: number): string => {
  const { rate, interval } = falseAlarmRate(count, of);
  return `${count} of ${of} = ${percentText(rate)} (95 % interval ${percentText(interval.lower)} to ${percentText(interval.upper)})`;
};

/** The journey that got worse by most, among those that were called a regression. */
export function namedJourney({ journeys }: GateOutcome): string | undefined {
  return journeys
    .filter(({ verdict }) => verdict === "regression")
    .toSorted((a, b) => (b.change ?? 0) - (a.change ?? 0))[0]?.journey;
}

/** Called a regression, and the journey that it names first is one that was made slower. */
export function isCaught(outcome: GateOutcome): boolean {
  const named = namedJourney(outcome);
  return (
    outcome.verdict === "regression" && named !== undefined && (PLANTS[outcome.kind] ?? []).includes(named)
  );
}

const median = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export interface GatesSummary {
  readonly text: string;
  /** Whether both limits hold; a part without a gate is not judged. */
  readonly holds: boolean;
}

/** One block for A/A campaigns and one for each planted change. Invalid gates have judged nothing: they are told, and count as a miss. */
export function summariseGates(outcomes: readonly GateOutcome[]): GatesSummary {
  const lines: string[] = [];
  let holds = true;
  const self = outcomes.filter(({ kind }) => kind === SELF);
  const judged = self.filter(({ verdict }) => verdict !== "invalid").flatMap(({ journeys }) => journeys);
  if (judged.length > 0) {
    const alarms = judged.filter(({ verdict }) => verdict === "regression").length;
    const enough = alarms / judged.length <= MOST_FALSE_ALARMS;
    holds = holds && enough;
    lines.push(
      `A version against itself: ${self.length} campaigns, ${self.filter(({ verdict }) => verdict === "invalid").length} invalid`,
      `  journeys called slower than themselves  ${shareText(alarms, judged.length)}; at most ${percentText(MOST_FALSE_ALARMS)}: ${enough ? "holds" : "DOES NOT HOLD"}`,
    );
  }
  for (const kind of [...new Set(outcomes.map((outcome) => outcome.kind))].filter((name) => name !== SELF)) {
    const gates = outcomes.filter((outcome) => outcome.kind === kind);
    const caught = gates.filter(isCaught).length;
    const enough = caught / gates.length >= LEAST_CAUGHT;
    holds = holds && enough;
    lines.push(
      `Planted ${kind}: ${gates.length} gates, ${gates.filter(({ verdict }) => verdict === "invalid").length} invalid`,
      `  called a regression, the right journey first  ${shareText(caught, gates.length)}; at least ${percentText(LEAST_CAUGHT)}: ${enough ? "holds" : "DOES NOT HOLD"}`,
    );
    for (const journey of PLANTS[kind] ?? []) {
      const changes = gates.flatMap(({ journeys }) =>
        journeys.flatMap((one) => (one.journey === journey && one.change !== null ? [one.change] : [])),
      );
      if (changes.length === 0) continue;
      const [least, most] = [Math.min(...changes), Math.max(...changes)];
      lines.push(
        `  measured change of ${journey}: median ${percentText(median(changes) ?? 0)} (${percentText(least)} to ${percentText(most)})`,
      );
    }
  }
  return { text: lines.join("\n"), holds };
}
