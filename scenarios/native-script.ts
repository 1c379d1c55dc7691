import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { z } from "zod";
import { NO_ARRIVALS } from "./arrival";
import { defineScenario, type Scenario } from "./define";

/** An import of k6's own modules: what makes a file a k6 script. */
const K6_IMPORT = /^\s*import\s[^;]*?from\s+["']k6(\/[a-z0-9/._-]+)?["']/m;

/** True when the file is a script of k6: it imports k6's modules. */
export function isK6Script(file: string): boolean {
  return K6_IMPORT.test(readFileSync(file, "utf8"));
}

/** A user's own k6 script as a scenario. It keeps its requests and checks; its arrivals too, unless `rate` is given. */
export function k6ScriptScenario(file: string): Scenario {
  return defineScenario({
    name:
      basename(file, extname(file))
        .replace(/[^A-Za-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "") || "k6-script",
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
      environment: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
        .default({})
        .describe('Variables for the script\'s __ENV, as JSON: {"NAME":"value"}. BASE_URL is always there.'),
      p95Ms: z
        .number()
        .min(0)
        .default(0)
        .describe("Objective: P95 of every journey, milliseconds; 0 sets none."),
      errorRatio: z
        .number()
        .min(0)
        .max(1)
        .default(0.01)
        .describe("Objective: share of failed requests, 0..1."),
    }),
    workload: (p) => {
      const ownArrivals = p.rate === 0;
      const hold = (durationSeconds: number, label: string) =>
        durationSeconds === 0
          ? NO_ARRIVALS
          : { startRatePerSecond: p.rate, stages: [{ durationSeconds, ratePerSecond: p.rate, label }] };
      return {
        warmup: hold(p.warmupSeconds, "warm-up"),
        arrival: ownArrivals ? NO_ARRIVALS : hold(p.durationSeconds, "hold"),
        journeys: [],
        slos: [
          ...(p.p95Ms > 0 ? [{ kind: "latency" as const, quantile: 0.95, threshold: p.p95Ms }] : []),
          { kind: "error-ratio" as const, threshold: p.errorRatio },
        ],
        script: { tool: "k6", file, environment: p.environment, ownArrivals },
      };
    },
  });
}
