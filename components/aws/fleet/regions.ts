import type { AwsSettings } from "../settings";

type FleetPlaces = Pick<AwsSettings, "region" | "fleet">;

/** Regions that generators are given to in turn; a region named twice gets twice as many. */
const turns = ({ region, fleet }: FleetPlaces): readonly string[] =>
  fleet.regions.length === 0 ? [region] : fleet.regions;

/** Regions of the fleet beside the environment's own, each once. */
export const furtherRegions = (places: FleetPlaces): readonly string[] =>
  [...new Set(turns(places))].filter((one) => one !== places.region);

/** Regions that an environment has parts in, its own first. */
export const environmentRegions = (places: FleetPlaces): readonly string[] => [
  places.region,
  ...furtherRegions(places),
];

/** Region of each of `count` generators, in their order. */
export function generatorRegions(places: FleetPlaces, count: number): readonly string[] {
  const order = turns(places);
  return Array.from({ length: count }, (_, index) => order[index % order.length] ?? places.region);
}

/** How many of `count` generators each region gets; regions without any are not in it. */
export function generatorsByRegion(places: FleetPlaces, count: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const region of generatorRegions(places, count)) counts.set(region, (counts.get(region) ?? 0) + 1);
  return counts;
}
