import { z } from "zod";
import { defineScenario } from "../define";
import { commonParameters, commonSpec, ratePerSecond, seconds, warmupTo } from "./common";

export const breakpoint = defineScenario({
  name: "breakpoint",
  description: "The rate rises without a stop until requests fail: where is the limit of this sizing?",
  parameters: z.object({
    startRate: ratePerSecond(5, "Arrival rate at the start"),
    peakRate: ratePerSecond(150, "Arrival rate at the end, if it gets there"),
    warmupSeconds: seconds(15, "Warm-up"),
    rampSeconds: seconds(150, "Time from the start rate to the peak rate"),
    abortErrorRatio: z
      .number()
      .positive()
      .max(1)
      .default(0.2)
      .describe("Stop once this share of the requests of the last 10 s failed, 0..1."),
    ...commonParameters({ p95Ms: 2000, errorRatio: 0.2 }),
  }),
  workload: (p, context) => ({
    warmup: warmupTo(p.startRate, p.warmupSeconds),
    arrival: {
      startRatePerSecond: p.startRate,
      stages: [{ durationSeconds: p.rampSeconds, ratePerSecond: p.peakRate, label: "ramp" }],
    },
    abortErrorRatio: p.abortErrorRatio,
    ...commonSpec(p, context),
  }),
});
