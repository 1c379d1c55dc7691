import { ConfigError, type Problem } from "../../../core/errors";
import type { Sizing } from "../../contracts";
import type { AwsSettings } from "../settings";
import { type Demand, hourlyDemand, NOT_INCLUDED } from "./demand";
import { LIST_PRICES } from "./list-prices";
import { type PriceList, priceOf } from "./prices";

export interface CostItem extends Demand {
  /** USD an hour and unit; null when the price list does not have it. */
  readonly unitUsd: number | null;
}

/** What an environment costs by the hour, as far as that is known before it is made. */
export interface CostEstimate {
  readonly currency: "USD";
  readonly region: string;
  /** Month of the prices. */
  readonly asOf: string;
  readonly source: string;
  readonly items: readonly CostItem[];
  /** Of the items with a known price, at the smallest size. USD an hour. */
  readonly minUsd: number;
  /** The same at the largest size. */
  readonly maxUsd: number;
  /** Items without a price, of another region with its name: the true cost is higher than the sums by what these cost. */
  readonly unknown: readonly string[];
  readonly notIncluded: string;
}

/**
 * Pure: prices what `sizing` and `settings` ask for.
 * @throws ConfigError when nothing that AWS offers is as large as the sizing
 */
export function estimateHourlyCost(
  sizing: Sizing,
  settings: AwsSettings,
  prices: PriceList = LIST_PRICES,
): CostEstimate {
  const { region } = settings;
  const items = hourlyDemand(sizing, settings).map((demand) => ({
    ...demand,
    unitUsd: priceOf(prices, demand.region ?? region, demand.item) ?? null,
  }));
  const sum = (count: (item: CostItem) => number): number =>
    items.reduce((total, item) => total + count(item) * (item.unitUsd ?? 0), 0);
  return {
    currency: prices.currency,
    region,
    asOf: prices.asOf,
    source: prices.source,
    items,
    minUsd: sum(({ min }) => min),
    maxUsd: sum(({ max }) => max),
    unknown: [
      ...new Set(
        unpriced(items).map(({ item, region: place }) =>
          place === undefined ? item : `${item} in ${place}`,
        ),
      ),
    ],
    notIncluded: NOT_INCLUDED,
  };
}

const unpriced = (items: readonly CostItem[]): readonly CostItem[] =>
  items.filter(({ unitUsd }) => unitUsd === null);

const HINT = "Give your own price list in aws.guard.priceFile; docs/aws-cost.md has its form.";

/** Everything that stands against `up` under a limit: a cost above it, at the largest size, and every price that is not known. */
export function costProblems(estimate: CostEstimate, limitUsd: number): Problem[] {
  const fields = unpriced(estimate.items).map(
    ({ item, region = estimate.region }) => `prices.regions.${region}.${item}`,
  );
  const problems: Problem[] = [...new Set(fields)].map((field) => ({
    field,
    allowed: "a known price, while there is a limit on the cost",
    hint: HINT,
  }));
  if (estimate.maxUsd > limitUsd) {
    problems.push({
      field: "aws.guard.maxHourlyCostUsd",
      value: limitUsd,
      allowed: `at least ${dollars(estimate.maxUsd)}, what this environment costs an hour at its largest size`,
      hint: `${estimate.source}. Take a smaller sizing, or raise the limit (--max-hourly-cost).`,
    });
  }
  return problems;
}

/**
 * Refuses an environment that may cost more than the settings allow; without a limit it refuses nothing.
 * @throws ConfigError
 */
export function refuseCostly(estimate: CostEstimate, limitUsd: number | undefined): void {
  if (limitUsd === undefined) return;
  const problems = costProblems(estimate, limitUsd);
  if (problems.length > 0) throw new ConfigError("Cost of the environment on AWS", problems);
}

const dollars = (usd: number): string => `USD ${usd.toFixed(2)}`;

/** For a terminal or a log: one line, and one for what is not in it. */
export function costText(estimate: CostEstimate): string {
  const { minUsd, maxUsd, unknown, source, notIncluded } = estimate;
  const range = minUsd === maxUsd ? dollars(minUsd) : `${dollars(minUsd)} to ${maxUsd.toFixed(2)}`;
  const missing =
    unknown.length === 0 ? "" : ` and what these cost, which is not known: ${unknown.join(", ")}`;
  return `${range} an hour${missing} (${source})\nNot included: ${notIncluded}.`;
}
