import { z } from "zod";
import type { ScenarioContext, WorkloadSpec } from "../define";
import { pathJourneys } from "../journeys/paths";
import { storefrontJourneys } from "../journeys/storefront";
import type { ArrivalProfile, Journey, ServiceLevelObjective } from "../model";

/** Fields that the scenarios of the catalogue share. Rates are journeys per second of the whole fleet, times are seconds. */
export const ratePerSecond = (value: number, description: string) =>
  z.number().positive().max(50_000).default(value).describe(`${description}, journeys per second.`);

export const seconds = (value: number, description: string) =>
  z.number().min(0).max(86_400).default(value).describe(`${description}, seconds.`);

/** Parameters of every scenario of the catalogue. */
export const commonParameters = (defaults: { readonly p95Ms: number; readonly errorRatio: number }) => ({
  thinkTimeScale: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe("Multiplies every pause between two requests; 0 removes them."),
  p95Ms: z
    .number()
    .positive()
    .default(defaults.p95Ms)
    .describe("Objective: P95 of every journey, milliseconds."),
  errorRatio: z
    .number()
    .min(0)
    .max(1)
    .default(defaults.errorRatio)
    .describe("Objective: share of failed requests, 0..1."),
  paths: z
    .array(z.string().regex(/^\/(?!\/)/, 'a path that starts with one "/"'))
    .default([])
    .describe("GET these paths in order in place of the sample's journeys: for an application of your own."),
});

interface CommonValues {
  readonly thinkTimeScale: number;
  readonly p95Ms: number;
  readonly errorRatio: number;
  readonly paths: readonly string[];
}

/** The storefront's journeys when it is under test and no paths are given; else the given paths, or just "/". */
export function journeysFor(values: CommonValues, context: ScenarioContext): readonly Journey[] {
  if (values.paths.length > 0) return pathJourneys(values.paths, values.thinkTimeScale);
  return context.storefront
    ? storefrontJourneys(values.thinkTimeScale)
    : pathJourneys(["/"], values.thinkTimeScale);
}

export function objectives(values: CommonValues): readonly ServiceLevelObjective[] {
  return [
    { kind: "latency", quantile: 0.95, threshold: values.p95Ms },
    { kind: "error-ratio", threshold: values.errorRatio },
  ];
}

/** Up to the rate in the first half, then held: connections, caches and compilers get warm before it counts. */
export function warmupTo(rate: number, durationSeconds: number): ArrivalProfile {
  return {
    startRatePerSecond: Math.min(1, rate),
    stages: [
      { durationSeconds: durationSeconds / 2, ratePerSecond: rate, label: "warm-up" },
      { durationSeconds: durationSeconds / 2, ratePerSecond: rate, label: "warm-up" },
    ],
  };
}

/** Journeys and objectives that every scenario of the catalogue has in common. */
export function commonSpec(
  values: CommonValues,
  context: ScenarioContext,
): Pick<WorkloadSpec, "journeys" | "slos"> {
  return { journeys: journeysFor(values, context), slos: objectives(values) };
}
