import { readFileSync } from "node:fs";
import { join } from "node:path";

type Row = readonly number[];

export interface TestCase {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly pGreater: number;
  readonly pLess: number;
  readonly pTwoSided: number;
}

/** test/fixtures/reference/statistics.json, made by test/crosscheck/reference.py. */
export interface StatisticsReference {
  readonly madeBy: Readonly<Record<string, string>>;
  readonly distributions: Readonly<
    Record<"tQuantile" | "tSurvival" | "normalQuantile" | "betaQuantile" | "clopperPearson", readonly Row[]>
  >;
  readonly paired: readonly (TestCase & { readonly differences: readonly number[] })[];
  readonly welch: readonly (TestCase & {
    readonly baseline: readonly number[];
    readonly candidate: readonly number[];
    readonly df: number;
  })[];
  readonly wilcoxon: readonly {
    readonly differences: readonly number[];
    readonly pGreater: number;
    readonly pLess: number;
    readonly estimate: number;
  }[];
  readonly corrections: readonly { readonly p: Row; readonly holm: Row; readonly benjaminiHochberg: Row }[];
  readonly power: Readonly<Record<"paired" | "unpaired" | "detectable" | "pairs", readonly Row[]>>;
  readonly order: readonly {
    readonly values: Row;
    readonly lag1: number;
    readonly slope: number;
    readonly slopeP: number;
  }[];
}

export interface ChangePointReference {
  readonly madeBy: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly name: string;
    readonly series: Row;
    readonly results: readonly {
      readonly windowLength: number;
      readonly maxPValue: number;
      readonly minMagnitude: number;
      readonly changePoints: readonly {
        readonly index: number;
        readonly meanBefore: number;
        readonly meanAfter: number;
        readonly p: number;
      }[];
    }[];
  }[];
  readonly original: readonly {
    readonly name: string;
    readonly series: Row;
    readonly maxPValue: number;
    readonly indexes: Row;
  }[];
}

export interface QuantileReference {
  readonly cases: readonly { readonly values: Row; readonly quantiles: readonly Row[] }[];
}

const read = (name: string): string =>
  readFileSync(join(__dirname, "../../fixtures/reference", name), "utf8");

export const statisticsReference = (): StatisticsReference => JSON.parse(read("statistics.json"));
export const quantileReference = (): QuantileReference => JSON.parse(read("quantiles.json"));
export const changePointReference = (): ChangePointReference => JSON.parse(read("change-points.json"));

/** Relative to the larger of the wished value and 1. */
export function expectNear(actual: number, wished: number, tolerance = 1e-6): void {
  const error = Math.abs(actual - wished) / Math.max(1, Math.abs(wished));
  if (!(error <= tolerance)) throw new Error(`${actual} is not ${wished} to ${tolerance}`);
}
