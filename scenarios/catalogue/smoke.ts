import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

export const smoke = defineScenario({
  name: "smoke",
  description: "Does everything answer? A few journeys a second for a quarter of a minute.",
  parameters: z.object({
    peakRate: ratePerSecond(2, "Arrival rate"),
    warmupSeconds: seconds(3, "Warm-up"),
    holdSeconds: seconds(15, "Measured part"),
    ...commonParameters({ p95Ms: 1000, errorRatio: 0 }),
  }),
  workload: (p, context) => ({
    warmup: warmupTo(p.peakRate, p.warmupSeconds),
    arrival: {
      startRatePerSecond: p.peakRate,
      stages: [{ durationSeconds: p.holdSeconds, ratePerSecond: p.peakRate, label: "hold" }],
    },
    ...commonSpec(p, context),
  }),
});
