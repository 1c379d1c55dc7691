import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

export const soak = defineScenario({
  name: "soak",
  description:
    "A steady rate for a long time: leaks, growing tables, filling disks. Half an hour unless you say otherwise.",
  parameters: z.object({
    peakRate: ratePerSecond(10, "Arrival rate"),
    warmupSeconds: seconds(30, "Warm-up"),
    holdSeconds: seconds(1800, "Measured part"),
    ...commonParameters({ p95Ms: 500, errorRatio: 0.005 }),
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
