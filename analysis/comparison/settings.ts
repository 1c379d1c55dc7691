import { z } from "zod";
import { ConfigError, type Problem } from "../../core/errors";
import { closestName, problemsFromZod } from "../../core/zod-problems";
import { smallestWilcoxonP, wilcoxonPairsFor } from "../statistics/wilcoxon";
import { firstLevel } from "./family-wise";

/**
 * `auto`: paired t from {@link MIN_PAIRS_FOR_PAIRED_TEST} pairs on, Welch below and for unpaired sides. `wilcoxon`: exact signed-rank
 * test, robust against outlying runs, at the price of a smallest possible p.
 */
export const COMPARISON_METHODS = ["auto", "paired-t", "wilcoxon", "welch"] as const;
export type ComparisonMethod = (typeof COMPARISON_METHODS)[number];

/** Below this, the degrees of freedom that pairing costs outweigh what it gains. */
export const MIN_PAIRS_FOR_PAIRED_TEST = 8;

/** Fewer replicates a side than this say nothing about their own spread. */
export const MIN_REPLICATES = 3;

const share = z.number().gt(0).lt(1);
const overrides = z.strictObject({
  gatingQuantile: share.optional(),
  threshold: z.number().gt(0).max(10).optional(),
  errorThreshold: share.optional(),
  throughputThreshold: share.optional(),
});

const schema = z.strictObject({
  method: z.enum(COMPARISON_METHODS).default("auto"),
  alpha: z.number().gt(0).max(0.2).default(0.05),
  power: z.number().min(0.5).lt(1).default(0.8),
  confidence: z.number().min(0.5).lt(1).default(0.95),
  gatingQuantile: share.default(0.95),
  threshold: z.number().gt(0).max(10).default(0.1),
  errorThreshold: share.default(0.005),
  throughputThreshold: share.default(0.05),
  throughputGates: z.boolean().default(true),
  journeys: z.record(z.string(), overrides).default({}),
});

/** What one journey may have of its own. */
export type JourneyOverrides = z.output<typeof overrides>;

/**
 * - `alpha`: chance of any false regression in the whole verdict, at most. Default 0.05.
 * - `power`: chance of seeing an effect, for everything that plans. Default 0.8.
 * - `confidence`: of the two-sided intervals; `pass` needs the upper end below the threshold. Default 0.95.
 * - `gatingQuantile`: latency quantile the verdict hangs on. Default 0.95.
 * - `threshold`: relative slowdown of it. Default 0.1 (10 %).
 * - `errorThreshold`: rise of the error share. Default 0.005 (half a percentage point).
 * - `throughputThreshold`: loss of achieved / planned arrivals, in shares. Default 0.05.
 * - `throughputGates`: whether the verdict hangs on throughput; false where the tool cannot tell it. Default true.
 * - `journeys`: overrides by journey name.
 */
export type ComparisonSettings = z.output<typeof schema>;
export type ComparisonSettingsInput = z.input<typeof schema>;

/** Fills in the defaults. @throws ConfigError with every problem */
export function comparisonSettings(input: unknown = {}): ComparisonSettings {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new ConfigError("comparison settings", problemsFromZod(parsed.error, input, schema, "comparison"));
  }
  return parsed.data;
}

/**
 * Pairs of each preset. With 14 pairs, five journeys and a spread of 0.12 between the log-ratios of pairs (a shared machine of two cores),
 * +20 % on one journey is caught 99 times in 100, and an unchanged journey passes 78 times; at a spread of 0.07 (runs that repeat within
 * 5 %) always, and more than 99 times. With 8 pairs: 83 and 49, or 99.9 and 90.
 */
export const COMPARISON_PRESETS = {
  quick: { pairs: 8 },
  standard: { pairs: 14 },
  thorough: { pairs: 20 },
} as const;
export type ComparisonPreset = keyof typeof COMPARISON_PRESETS;

export interface PlannedComparison {
  readonly pairs: number;
  readonly paired: boolean;
  readonly journeys: readonly string[];
}

/**
 * Refuses a comparison that could not find a regression however large: too few pairs for the smallest p-value of its method to reach
 * alpha after Holm. To be called before anything is provisioned.
 * @throws ConfigError naming the pairs needed
 */
export function checkPlannedComparison(settings: ComparisonSettings, planned: PlannedComparison): void {
  const problems: Problem[] = [];
  const { pairs, paired, journeys } = planned;
  const level = firstLevel("latency", settings, journeys.length);
  if (!Number.isInteger(pairs) || pairs < MIN_REPLICATES) {
    problems.push({
      field: "pairs",
      value: pairs,
      allowed: `a whole number, at least ${MIN_REPLICATES}`,
      hint: `${COMPARISON_PRESETS.standard.pairs} is the default`,
    });
  } else if (settings.method === "wilcoxon" && journeys.length > 0) {
    const needed = wilcoxonPairsFor(level);
    if (pairs < needed) {
      const smallest = smallestWilcoxonP(pairs);
      problems.push({
        field: "pairs",
        value: pairs,
        allowed: `at least ${needed} with the method wilcoxon`,
        hint: `The smallest p-value of ${pairs} pairs is ${smallest.toPrecision(2)}; after Holm over ${journeys.length} journeys it is ${Math.min(1, (smallest * settings.alpha) / level).toPrecision(2)} and cannot reach alpha = ${settings.alpha}. Run ${needed} pairs or use the method auto`,
      });
    }
  }
  if (!paired && (settings.method === "paired-t" || settings.method === "wilcoxon")) {
    problems.push({
      field: "comparison.method",
      value: settings.method,
      allowed: "auto, welch",
      hint: "The sides are not paired",
    });
  }
  for (const name of Object.keys(settings.journeys)) {
    if (journeys.includes(name)) continue;
    const guess = closestName(name, journeys);
    problems.push({
      field: `comparison.journeys.${name}`,
      allowed: `one of ${journeys.join(", ")}`,
      ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
    });
  }
  if (problems.length > 0) throw new ConfigError("comparison", problems);
}

/** The settings of one journey, overrides applied. */
export function settingsOf(
  settings: ComparisonSettings,
  journey: string,
): Required<{ [K in keyof JourneyOverrides]: NonNullable<JourneyOverrides[K]> }> {
  const own = settings.journeys[journey] ?? {};
  return {
    gatingQuantile: own.gatingQuantile ?? settings.gatingQuantile,
    threshold: own.threshold ?? settings.threshold,
    errorThreshold: own.errorThreshold ?? settings.errorThreshold,
    throughputThreshold: own.throughputThreshold ?? settings.throughputThreshold,
  };
}
