import { type PriceList, priceOf } from "../../components/aws/cost";
import { chargesOf, type StackCharge } from "./charges";
import type { StackResource } from "./stack";

const priceIn = (prices: PriceList, regions: readonly string[], item: string): number | undefined =>
  regions.map((region) => priceOf(prices, region, item)).find((usd) => usd !== undefined);

/** The dearest of the ways that something may turn out, as far as their prices are known. */
const dearest = ({ regions, oneOf }: StackCharge, prices: PriceList): number =>
  Math.max(...oneOf.map(({ item, units }) => units * (priceIn(prices, regions, item) ?? 0)));

/** What a stack costs an hour at its largest size, as far as prices are known; each resource has those of its region. USD. */
export const hourlyUsd = (charges: readonly StackCharge[], prices: PriceList): number =>
  charges.reduce((total, charge) => total + dearest(charge, prices), 0);

/** Everything against a stack under a limit: more than it, and every price that is not known. */
export function costCeiling(
  stack: readonly StackResource[],
  maxHourlyUsd: number,
  prices: PriceList,
): readonly string[] {
  const charges = chargesOf(stack);
  const unknown = new Set(
    charges.flatMap(({ regions, oneOf }) =>
      oneOf
        .filter(({ item }) => priceIn(prices, regions, item) === undefined)
        .map(({ item }) => `the price of ${item} in ${regions[0] ?? "an unknown region"} is not known`),
    ),
  );
  const usd = hourlyUsd(charges, prices);
  return [
    ...unknown,
    ...(usd > maxHourlyUsd
      ? [`it costs USD ${usd.toFixed(2)} an hour; at most ${maxHourlyUsd} are allowed (${prices.source})`]
      : []),
  ];
}
