import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigError } from "../core/errors";
import { problemsFromZod } from "../core/zod-problems";

/** Version of the learned model's file. Raise it with every change of meaning. */
export const TRAFFIC_MODEL_VERSION = 1;

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const counts = z.record(z.string(), count);

const thinkTimeSchema = z.object({
  meanSeconds: z.number().min(0),
  medianSeconds: z.number().min(0),
  /** Standard deviation of the logarithm. */
  sigma: z.number().min(0),
  observations: count,
  /** Largest distance of the fitted distribution from the pauses seen (Kolmogorov-Smirnov), 0..1. */
  distance: share,
});

const popularitySchema = z.object({
  exponent: z.number().min(0),
  /** Most popular items that the fit rests on. */
  ranks: count,
  observations: count,
  distance: share,
});

const valueSchema = z.object({ value: z.string(), requests: count });

const placeholderSchema = z.object({
  name: z.string(),
  kind: z.enum(["number", "uuid", "hash", "token", "email", "date", "slug"]),
  suffix: z.string(),
  /** Different values. */
  items: count,
  /** Rounded outwards to two figures; numbers only. */
  range: z.object({ min: z.int(), max: z.int() }).nullable(),
  /** Zipf's law; null where there are too few items. */
  popularity: popularitySchema.nullable(),
  /** Only with --keep-values, and only those that enough clients asked for. */
  values: z.array(valueSchema),
});

const parameterSchema = z.object({
  name: z.string(),
  /** Share of the step's requests that have it. */
  share,
  range: z.object({ min: z.int(), max: z.int() }).nullable(),
  values: z.array(valueSchema),
});

const stepSchema = z.object({
  /** Name of the step in a scenario. */
  name: z.string(),
  method: z.string(),
  /** `/products/{productId}` */
  path: z.string(),
  placeholders: z.array(placeholderSchema),
  parameters: z.array(parameterSchema),
  requests: count,
  share,
  /** Pause after it; null where it was too seldom to say. */
  thinkTime: thinkTimeSchema.nullable(),
});

/** What was learned of a log. No address, agent, cookie or value of a query is in it. */
export const trafficModelSchema = z.object({
  schemaVersion: z.literal(TRAFFIC_MODEL_VERSION),
  madeBy: z.string(),
  log: z.object({
    files: count,
    formats: z.array(z.string()),
    from: z.string(),
    to: z.string(),
    /** Local time of the log minus UTC, minutes. */
    utcOffsetMinutes: z.int(),
    /** Step of its clock, seconds. */
    resolutionSeconds: z.number(),
    requests: count,
    malformed: count,
    malformedByReason: counts,
  }),
  settings: z.object({
    idleMinutes: z.number(),
    mostSteps: count,
    mostLiterals: count,
    fewestClients: count,
    includeStatic: z.boolean(),
    includeHealthChecks: z.boolean(),
    includeBots: z.boolean(),
    keepValues: z.boolean(),
    peakPercentile: z.number(),
    windowMinutes: count,
  }),
  requests: z.object({
    /** Requests that became steps of visits. */
    steps: count,
    /** Requests for templates beyond `mostSteps`. */
    rare: count,
    setApart: counts,
    /** Requests of visits that no person makes. */
    bots: counts,
  }),
  sessions: z.object({
    count,
    /** Known by a cookie or a field, not by address and agent. */
    byCookie: count,
    requestsPerSession: z.number().min(0),
    bots: counts,
    cutShort: count,
  }),
  steps: z.array(stepSchema),
  chain: z.object({
    entry: z.record(z.string(), share),
    transitions: z.array(z.object({ from: z.string(), to: z.string(), probability: share, count })),
  }),
  arrivals: z.object({
    /** Sessions begun per minute, over all minutes of the log. */
    perMinute: z.object({
      mean: z.number(),
      p50: z.number(),
      p95: z.number(),
      p99: z.number(),
      max: z.number(),
    }),
    peakPerMinute: z.number().min(0),
    /** Mean sessions per minute by hour of the day, in the log's local time. */
    hourOfDay: z.array(z.number().nullable()).length(24),
    /** Monday first. */
    dayOfWeek: z.array(z.number().nullable()).length(7),
    /** Index of dispersion of sessions per second within minutes; 1 is a Poisson process. */
    dispersion: z.number().nullable(),
    /** The minutes that a scenario replays. */
    window: z.object({ from: z.string(), counts: z.array(count) }),
  }),
});

export type TrafficModel = z.output<typeof trafficModelSchema>;
export type TrafficModelStep = z.output<typeof stepSchema>;
export type TrafficPlaceholder = z.output<typeof placeholderSchema>;
export type TrafficParameter = z.output<typeof parameterSchema>;

/**
 * Reads a learned model.
 * @throws ConfigError when it is none, or of another version
 */
export function readTrafficModel(file: string): TrafficModel {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError("The learned model cannot be read", [
      {
        field: "--model",
        value: file,
        allowed: "the JSON file that perfbed traffic learn wrote",
        hint: cause instanceof Error ? cause.message : String(cause),
      },
    ]);
  }
  const parsed = trafficModelSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigError(
      file,
      problemsFromZod(parsed.error, raw, trafficModelSchema).slice(0, 10),
      "Learn it again with this version of perfbed.",
    );
  }
  return parsed.data;
}
