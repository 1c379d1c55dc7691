import { cacheItem, databaseItem, instanceItem, PriceItem, type PriceList } from "./prices";

const HOURS_A_MONTH = 730;
const monthly = (usd: number): number => usd / HOURS_A_MONTH;

/** Prices of a family double with the size. `of` is the price of `large`. */
const SIZES = {
  medium: 0.5,
  large: 1,
  xlarge: 2,
  "2xlarge": 4,
  "4xlarge": 8,
  "8xlarge": 16,
  "12xlarge": 24,
  "16xlarge": 32,
  "24xlarge": 48,
  "48xlarge": 96,
} as const;

type Size = keyof typeof SIZES;

const GRAVITON: readonly Size[] = [
  "medium",
  "large",
  "xlarge",
  "2xlarge",
  "4xlarge",
  "8xlarge",
  "12xlarge",
  "16xlarge",
];
const INTEL: readonly Size[] = [...GRAVITON.filter((size) => size !== "medium"), "24xlarge", "48xlarge"];

/** To a hundredth of a cent an hour, as the price list gives them. */
const round = (usd: number): number => Math.round(usd * 10_000) / 10_000;

const family = (name: string, of: number, sizes: readonly Size[]): Record<string, number> =>
  Object.fromEntries(sizes.map((size) => [instanceItem(`${name}.${size}`), round(of * SIZES[size])]));

const named = (
  item: (name: string) => string,
  prices: Readonly<Record<string, number>>,
): Record<string, number> =>
  Object.fromEntries(Object.entries(prices).map(([name, usd]) => [item(name), usd]));

/** Northern Virginia, Ohio and Oregon, which have the same prices for these. */
const UNITED_STATES: Readonly<Record<string, number>> = {
  ...named(instanceItem, {
    "t4g.nano": 0.0042,
    "t4g.micro": 0.0084,
    "t4g.small": 0.0168,
    "t4g.medium": 0.0336,
    "t4g.large": 0.0672,
    "t4g.xlarge": 0.1344,
    "t4g.2xlarge": 0.2688,
  }),
  ...family("c7g", 0.0725, GRAVITON),
  ...family("m7g", 0.0816, GRAVITON),
  ...family("r7g", 0.1071, GRAVITON),
  ...family("c7i", 0.08925, INTEL),
  ...family("m7i", 0.1008, INTEL),
  ...family("r7i", 0.1323, INTEL),
  ...named((name) => databaseItem("rds", name), {
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.065,
    "db.t4g.large": 0.129,
    "db.t4g.xlarge": 0.258,
    "db.m7g.large": 0.168,
    "db.m7g.xlarge": 0.337,
    "db.m7g.2xlarge": 0.674,
    "db.r7g.large": 0.239,
    "db.r7g.xlarge": 0.478,
    "db.r7g.2xlarge": 0.956,
  }),
  ...named((name) => databaseItem("aurora", name), {
    "db.t4g.medium": 0.073,
    "db.t4g.large": 0.146,
    "db.r7g.large": 0.276,
    "db.r7g.xlarge": 0.553,
    "db.r7g.2xlarge": 1.106,
  }),
  ...named(cacheItem, {
    "cache.t4g.micro": 0.0128,
    "cache.t4g.small": 0.0256,
    "cache.t4g.medium": 0.052,
    "cache.m7g.large": 0.1264,
    "cache.r7g.large": 0.1752,
  }),
  [PriceItem.LoadBalancer]: 0.0225,
  [PriceItem.NatGateway]: 0.045,
  [PriceItem.InterfaceEndpoint]: 0.01,
  [PriceItem.PublicAddress]: 0.005,
  [PriceItem.VolumeGiB]: monthly(0.08),
  [PriceItem.DatabaseGiB]: monthly(0.115),
  [PriceItem.DatabaseIops]: monthly(0.02),
  [PriceItem.ProxyVcpu]: 0.015,
  [PriceItem.FargateArmVcpu]: 0.03238,
  [PriceItem.FargateArmGiB]: 0.00356,
  [PriceItem.FargateIntelVcpu]: 0.04048,
  [PriceItem.FargateIntelGiB]: 0.004445,
  [PriceItem.ServerlessCacheGiB]: 0.084,
  [PriceItem.WebAcl]: monthly(5),
  [PriceItem.WebAclRule]: monthly(1),
};

/**
 * Prices on demand, Linux, without discounts and taxes, written down by hand after AWS's public price list. Instances and Valkey nodes were
 * compared with tables that others have read from AWS's price API in 2026, see docs/aws-cost.md; nothing was asked of AWS. Only what seemed
 * certain is in it: everything else, other regions included, is an unknown price and never nothing. `aws.guard.priceFile` names a list of one's own.
 */
export const LIST_PRICES: PriceList = {
  currency: "USD",
  asOf: "2025-06",
  source: "AWS public price list, on demand, as of June 2025; copied by hand, not asked of AWS since",
  regions: { "us-east-1": UNITED_STATES, "us-east-2": UNITED_STATES, "us-west-2": UNITED_STATES },
};
