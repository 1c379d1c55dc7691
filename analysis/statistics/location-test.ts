import { type Description, describe } from "./descriptive";
import { clampP, type Interval, tQuantile, tSurvival } from "./distributions";

/** Outcome of a test of "the shift is 0". Positive: the candidate's values are larger. */
export interface LocationTest {
  readonly method: "paired-t" | "welch" | "wilcoxon";
  /** Observations: pairs, or replicates of both sides together. */
  readonly n: number;
  readonly estimate: number;
  /** Two-sided, at the confidence asked for; an end may be infinite where so few values can give no better. */
  readonly interval: Interval;
  /** One-sided: the candidate's values are larger. Never 0. */
  readonly pGreater: number;
  /** One-sided: the candidate's values are smaller. Never 0. */
  readonly pLess: number;
  readonly pTwoSided: number;
  /** Degrees of freedom of the t distribution; null for a rank test. */
  readonly df: number | null;
  /** Standard deviation of one pair's difference, or the root of the summed variances of both sides: what planning needs. */
  readonly sd: number;
  /** True when the spread seen was below what the measurement can resolve, and the floor was used instead. */
  readonly spreadFloored: boolean;
}

export interface TestOptions {
  /** Confidence of the interval, 0..1. @default 0.95 */
  readonly confidence?: number;
  /**
   * The least standard deviation that a difference can honestly have (resolution of the clock, binomial noise of a count). Equal
   * replicates would otherwise have no spread, and any difference would be infinitely significant. @default 0
   */
  readonly sdFloor?: number;
}

function fromT(
  method: "paired-t" | "welch",
  n: number,
  estimate: number,
  standardError: number,
  df: number,
  sd: number,
  spreadFloored: boolean,
  confidence: number,
): LocationTest {
  const t =
    standardError > 0
      ? estimate / standardError
      : estimate === 0
        ? 0
        : Math.sign(estimate) * Number.POSITIVE_INFINITY;
  const margin = tQuantile(1 - (1 - confidence) / 2, df) * standardError;
  return {
    method,
    n,
    estimate,
    interval: { lower: estimate - margin, upper: estimate + margin },
    pGreater: clampP(tSurvival(t, df)),
    pLess: clampP(tSurvival(-t, df)),
    pTwoSided: clampP(2 * tSurvival(Math.abs(t), df)),
    df,
    sd,
    spreadFloored,
  };
}

/**
 * Student's paired t-test (Gosset 1908) on the differences candidate - baseline.
 * @throws RangeError for fewer than two differences
 */
export function pairedTTest(differences: readonly number[], options: TestOptions = {}): LocationTest {
  const { n, mean, sd } = describe(differences);
  if (n < 2) throw new RangeError("a paired test needs two pairs at least");
  const floor = options.sdFloor ?? 0;
  const used = Math.max(sd, floor);
  return fromT("paired-t", n, mean, used / Math.sqrt(n), n - 1, used, sd < floor, options.confidence ?? 0.95);
}

/**
 * Welch (1947), "The generalization of Student's problem when several different population variances are involved", with the degrees
 * of freedom of Satterthwaite (1946): two independent sides whose spreads may differ.
 * @throws RangeError for fewer than two values on a side
 */
export function welchTTest(
  baseline: readonly number[],
  candidate: readonly number[],
  options: TestOptions = {},
): LocationTest {
  const a = describe(baseline);
  const b = describe(candidate);
  if (a.n < 2 || b.n < 2) throw new RangeError("Welch's test needs two values a side at least");
  // The floor is that of a difference; each side carries half of its variance.
  const floor = (options.sdFloor ?? 0) / Math.SQRT2;
  const share = ({ n, sd }: Description): number => Math.max(sd, floor) ** 2 / n;
  const [shareA, shareB] = [share(a), share(b)];
  const sum = shareA + shareB;
  const df = sum === 0 ? a.n + b.n - 2 : sum ** 2 / (shareA ** 2 / (a.n - 1) + shareB ** 2 / (b.n - 1));
  const sd = Math.hypot(Math.max(a.sd, floor), Math.max(b.sd, floor));
  const floored = a.sd < floor || b.sd < floor;
  return fromT(
    "welch",
    a.n + b.n,
    b.mean - a.mean,
    Math.sqrt(sum),
    df,
    sd,
    floored,
    options.confidence ?? 0.95,
  );
}
