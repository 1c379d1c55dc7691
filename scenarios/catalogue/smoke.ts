import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

const { p95Ms: _p95, ...shared } = commonParameters({ p95Ms: 1000, errorRatio: 0 });

export const smoke = defineScenario({
  name: "smoke",
  description: "Does everything answer? A few journeys a second for a quarter of a minute.",
  parameters: z.object({
    peakRate: ratePerSecond(4, "Arrival rate"),
    warmupSeconds: seconds(3, "Warm-up"),
    holdSeconds: seconds(15, "Measured part"),
    // A P95 would need 200 requests of each journey: more than a smoke test makes.
    p50Ms: z.number().positive().default(500).describe("Objective: P50 of every journey, milliseconds."),
    ...shared,
  }),
  workload: (p, context) => ({
    warmup: warmupTo(p.peakRate, p.warmupSeconds),
    arrival: {
      startRatePerSecond: p.peakRate,
      stages: [{ durationSeconds: p.holdSeconds, ratePerSecond: p.peakRate, label: "hold" }],
    },
    ...commonSpec({ ...p, p95Ms: p.p50Ms }, context),
    slos: [
      { kind: "latency", quantile: 0.5, threshold: p.p50Ms },
      { kind: "error-ratio", threshold: p.errorRatio },
    ],
  }),
});
