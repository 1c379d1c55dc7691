import type { ProductSummary } from "./catalogue";

/** How many products of the same shelf are compared. */
export const CANDIDATES = 60;
export const RECOMMENDED = 8;

function words(name: string): Set<string> {
  return new Set(
    name
      .toLowerCase()
      .split(/\W+/)
      .filter((word) => word !== ""),
  );
}

/** Between 0 (nothing in common) and 1: shared words (Jaccard), a price near by, the same brand, and what others like. */
export function similarity(product: ProductSummary, other: ProductSummary): number {
  const own = words(product.name);
  const theirs = words(other.name);
  let shared = 0;
  for (const word of own) if (theirs.has(word)) shared += 1;
  const union = own.size + theirs.size - shared;
  const byWords = union === 0 ? 0 : shared / union;
  const byPrice = Math.exp(-Math.abs(Math.log(other.priceCents / product.priceCents)));
  const byBrand = product.brand === other.brand ? 1 : 0;
  return 0.5 * byWords + 0.25 * byPrice + 0.15 * byBrand + 0.1 * (other.rating / 5);
}

/** The most similar candidates that can be bought, best first; equal ones by id, so that the answer is stable. */
export function recommend(product: ProductSummary, candidates: readonly ProductSummary[]): ProductSummary[] {
  return candidates
    .filter((candidate) => candidate.id !== product.id && candidate.stock > 0)
    .map((candidate) => ({ candidate, score: similarity(product, candidate) }))
    .sort((a, b) => b.score - a.score || a.candidate.id - b.candidate.id)
    .slice(0, RECOMMENDED)
    .map((scored) => scored.candidate);
}
