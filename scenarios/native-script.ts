import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { z } from "zod";
import { NO_ARRIVALS } from "./arrival";
import { defineScenario, type Scenario } from "./define";
import type { LoadTool, ServiceLevelObjective } from "./model";

/** An import of k6's own modules: what makes a file a k6 script. */
const K6_IMPORT = /^\s*import\s[^;]*?from\s+["']k6(\/[a-z0-9/._-]+)?["']/m;

/** Tools whose scripts are told by their ending. */
const BY_EXTENSION: Readonly<Record<string, Exclude<LoadTool, "k6">>> = {
  ".py": "locust",
  ".java": "gatling",
  ".scala": "gatling",
  ".jmx": "jmeter",
};

/** Endings of files that can only be a load tool's own script. */
export const SCRIPT_EXTENSIONS: readonly string[] = Object.keys(BY_EXTENSION);

/** True when the file is a script of k6: it imports k6's modules. */
export function isK6Script(file: string): boolean {
  return K6_IMPORT.test(readFileSync(file, "utf8"));
}

/** The tool whose own script a file is; undefined for perfbed's own scenario files. */
export function toolOfScript(file: string): LoadTool | undefined {
  return BY_EXTENSION[extname(file)] ?? (isK6Script(file) ? "k6" : undefined);
}

const scenarioName = (file: string, tool: LoadTool): string =>
  basename(file, extname(file))
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || `${tool}-script`;

const hold = (ratePerSecond: number, durationSeconds: number, label: string) =>
  durationSeconds === 0
    ? NO_ARRIVALS
    : { startRatePerSecond: ratePerSecond, stages: [{ durationSeconds, ratePerSecond, label }] };

/** Parameters that every script has, whatever its tool. */
const commonParameters = {
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .describe(
      'Variables for the script\'s environment, as JSON: {"NAME":"value"}. BASE_URL is always there.',
    ),
  p95Ms: z.number().min(0).default(0).describe("Objective: P95 of every journey, milliseconds; 0 sets none."),
  errorRatio: z.number().min(0).max(1).default(0.01).describe("Objective: share of failed requests, 0..1."),
};

function objectives(p: { p95Ms: number; errorRatio: number }): readonly ServiceLevelObjective[] {
  return [
    ...(p.p95Ms > 0 ? [{ kind: "latency" as const, quantile: 0.95, threshold: p.p95Ms }] : []),
    { kind: "error-ratio" as const, threshold: p.errorRatio },
  ];
}

/** A user's own script as a scenario of its tool. */
export function scriptScenario(file: string, tool: LoadTool): Scenario {
  return tool === "k6" ? k6ScriptScenario(file) : timedScriptScenario(file, tool);
}

/** A user's own k6 script as a scenario. It keeps its requests and checks; its arrivals too, unless `rate` is given. */
export function k6ScriptScenario(file: string): Scenario {
  return defineScenario({
    name: scenarioName(file, "k6"),
    description: `The k6 script ${basename(file)}.`,
    parameters: z.object({
      rate: z
        .number()
        .min(0)
        .max(50_000)
        .default(0)
        .describe(
          "Iterations per second of the whole fleet, in place of the script's own options; 0 keeps those.",
        ),
      durationSeconds: z
        .number()
        .min(1)
        .max(86_400)
        .default(60)
        .describe("Measured part when `rate` is given, seconds."),
      warmupSeconds: z
        .number()
        .min(0)
        .max(86_400)
        .default(0)
        .describe(
          "First seconds of the script that do not count; with `rate` they come before the measured part.",
        ),
      ...commonParameters,
    }),
    workload: (p) => {
      const ownArrivals = p.rate === 0;
      return {
        warmup: hold(p.rate, p.warmupSeconds, "warm-up"),
        arrival: ownArrivals ? NO_ARRIVALS : hold(p.rate, p.durationSeconds, "hold"),
        journeys: [],
        slos: objectives(p),
        script: { tool: "k6", file, environment: p.environment, ownArrivals },
      };
    },
  });
}

/** Locust's users are made by its command line, not by its script. */
const locustParameters = {
  users: z
    .int()
    .min(1)
    .max(100_000)
    .default(10)
    .describe("Users of the whole fleet, split evenly over its generators."),
  spawnRate: z.number().gt(0).max(10_000).default(10).describe("Users started per second, whole fleet."),
};

/**
 * A user's own script of a tool that does not tell its plan beforehand. It keeps its requests, its checks and its arrivals; perfbed sets
 * the length and judges.
 */
function timedScriptScenario(file: string, tool: Exclude<LoadTool, "k6">): Scenario {
  return defineScenario({
    name: scenarioName(file, tool),
    description: `The ${tool} script ${basename(file)}.`,
    parameters: z.object({
      durationSeconds: z
        .number()
        .min(1)
        .max(86_400)
        .default(60)
        .describe("Measured part, seconds; the script is stopped then if it has not ended by itself."),
      warmupSeconds: z
        .number()
        .min(0)
        .max(86_400)
        .default(0)
        .describe("First seconds of the script that do not count; they come before the measured part."),
      ...(tool === "locust" ? locustParameters : {}),
      ...commonParameters,
    }),
    workload: (p) => ({
      // Rate 0 stands for "not planned".
      warmup: hold(0, p.warmupSeconds, "script"),
      arrival: hold(0, p.durationSeconds, "script"),
      journeys: [],
      slos: objectives(p),
      script: { tool, file, environment: p.environment, ownArrivals: true },
    }),
  });
}
