import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

export const spike = defineScenario({
  name: "spike",
  description:
    "A flash sale: the rate jumps at once, holds, and falls back. How long until the new instances serve?",
  parameters: z.object({
    baseRate: ratePerSecond(6, "Arrival rate before and after the spike"),
    peakRate: ratePerSecond(36, "Arrival rate of the spike"),
    warmupSeconds: seconds(12, "Warm-up"),
    baseSeconds: seconds(15, "Time at the base rate before the spike"),
    holdSeconds: seconds(40, "Length of the spike"),
    recoverySeconds: seconds(100, "Time at the base rate after the spike: long enough to see scale-in"),
    ...commonParameters({ p95Ms: 1500, errorRatio: 0.02 }),
  }),
  workload: (p, context) => ({
    warmup: warmupTo(p.baseRate, p.warmupSeconds),
    arrival: {
      startRatePerSecond: p.baseRate,
      stages: [
        { durationSeconds: p.baseSeconds, ratePerSecond: p.baseRate, label: "base" },
        { durationSeconds: 0, ratePerSecond: p.peakRate, label: "spike" },
        { durationSeconds: p.holdSeconds, ratePerSecond: p.peakRate, label: "spike" },
        { durationSeconds: 0, ratePerSecond: p.baseRate, label: "recovery" },
        { durationSeconds: p.recoverySeconds, ratePerSecond: p.baseRate, label: "recovery" },
      ],
    },
    ...commonSpec(p, context),
  }),
});
