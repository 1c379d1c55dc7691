/** Names of the run folders of a comparison. */
export const CONTROL_BEFORE = "control-before";
export const CONTROL_AFTER = "control-after";

const two = (n: number): string => String(n).padStart(2, "0");

/** `pair-03-candidate`; with more than two sides `round-03-medium`. @param round from 1 */
export function replicateName(round: number, side: string, sides: number): string {
  return `${sides === 2 ? "pair" : "round"}-${two(round)}-${side}`;
}

/** The round that warms everything up and is never judged. */
export const warmUpName = (side: string): string => `warm-up-${side}`;
