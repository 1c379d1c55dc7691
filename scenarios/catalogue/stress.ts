import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

export const stress = defineScenario({
  name: "stress",
  description: "Beyond the expected rate, step by step, and back: what gives way first, and does it recover?",
  parameters: z.object({
    baseRate: ratePerSecond(10, "Arrival rate before and after"),
    peakRate: ratePerSecond(60, "Arrival rate of the highest step"),
    steps: z.int().min(1).max(50).default(4).describe("Steps from the base rate to the peak rate."),
    warmupSeconds: seconds(15, "Warm-up"),
    stepSeconds: seconds(25, "Length of one step"),
    recoverySeconds: seconds(40, "Time at the base rate after the last step"),
    ...commonParameters({ p95Ms: 1000, errorRatio: 0.02 }),
  }),
  workload: (p, context) => ({
    warmup: warmupTo(p.baseRate, p.warmupSeconds),
    arrival: {
      startRatePerSecond: p.baseRate,
      stages: [
        ...Array.from({ length: p.steps }, (_, index) => {
          const rate = p.baseRate + ((p.peakRate - p.baseRate) * (index + 1)) / p.steps;
          return [
            { durationSeconds: 0, ratePerSecond: rate, label: `step-${index + 1}` },
            { durationSeconds: p.stepSeconds, ratePerSecond: rate, label: `step-${index + 1}` },
          ];
        }).flat(),
        { durationSeconds: 0, ratePerSecond: p.baseRate, label: "recovery" },
        { durationSeconds: p.recoverySeconds, ratePerSecond: p.baseRate, label: "recovery" },
      ],
    },
    ...commonSpec(p, context),
  }),
});
