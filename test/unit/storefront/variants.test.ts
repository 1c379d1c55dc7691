import { isVariant, VARIANTS, Variant, type VariantSwitches } from "../../../sample/storefront/variants";

/** The switches in which a variant differs from the baseline. */
function changed(variant: Variant): (keyof VariantSwitches)[] {
  const keys: (keyof VariantSwitches)[] = [
    "searchIndex",
    "queryPerProduct",
    "cacheKeyPerRequest",
    "poolSizeCap",
    "transactionPerRead",
    "remotePricing",
    "searchPriceGroups",
    "indexedPromotions",
    "cachedRecommendations",
  ];
  return keys.filter((key) => VARIANTS[variant][key] !== VARIANTS[Variant.Baseline][key]);
}

test("each variant differs from the baseline in its own switches only, so that an effect has one cause", () => {
  expect(Object.fromEntries(Object.values(Variant).map((variant) => [variant, changed(variant)]))).toEqual({
    baseline: [],
    "missing-index": ["searchIndex"],
    "n-plus-one": ["queryPerProduct"],
    "lost-cache": ["cacheKeyPerRequest"],
    "small-pool": ["poolSizeCap", "transactionPerRead"],
    "slow-dependency": ["remotePricing"],
    "member-prices": ["searchPriceGroups"],
    improved: ["indexedPromotions", "cachedRecommendations"],
  });
});

test("only the names of the table are variants", () => {
  expect(["baseline", "improved", "Baseline", "", "constructor"].map(isVariant)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
