/** What the choice of instances to end depends on. */
export interface TerminationCandidate {
  readonly name: string;
  /** Launch order: 1 is the oldest. */
  readonly ordinal: number;
  /** Whether it serves requests; one that is still starting serves nobody. */
  readonly inService: boolean;
  readonly protectedFromScaleIn: boolean;
}

/**
 * Which instances a scale-in ends: never a protected one; those still starting first, then the newest (AWS's predefined
 * termination policy `NewestInstance`). AWS's default policy would take outdated launch templates, then the nearest billing hour,
 * then one at random; here all instances are of one configuration and nobody bills, so the rest of it is chance. Newest first is
 * repeatable and keeps the instances with warm caches and compiled code, so figures before and after a peak compare like with like.
 * Returns fewer than `count` when protection leaves no more.
 */
export function chooseForTermination<T extends TerminationCandidate>(
  candidates: readonly T[],
  count: number,
): T[] {
  return candidates
    .filter((candidate) => !candidate.protectedFromScaleIn)
    .sort((a, b) => Number(a.inService) - Number(b.inService) || b.ordinal - a.ordinal)
    .slice(0, Math.max(0, count));
}
