import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

export const load = defineScenario({
  name: "load",
  description:
    "An ordinary busy hour in short: does the application keep its objectives at the expected rate?",
  parameters: z.object({
    peakRate: ratePerSecond(15, "Arrival rate that is held"),
    startRate: ratePerSecond(8, "Arrival rate of the warm-up and at the start of the ramp"),
    warmupSeconds: seconds(15, "Warm-up"),
    rampSeconds: seconds(15, "Ramp from the start rate to the peak rate"),
    holdSeconds: seconds(65, "Time at the peak rate"),
    ...commonParameters({ p95Ms: 500, errorRatio: 0.01 }),
  }),
  workload: (p, context) => ({
    warmup: warmupTo(p.startRate, p.warmupSeconds),
    arrival: {
      startRatePerSecond: p.startRate,
      stages: [
        { durationSeconds: p.rampSeconds, ratePerSecond: p.peakRate, label: "ramp" },
        { durationSeconds: p.holdSeconds, ratePerSecond: p.peakRate, label: "hold" },
      ],
    },
    ...commonSpec(p, context),
  }),
});
