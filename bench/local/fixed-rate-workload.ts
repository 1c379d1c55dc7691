import { z } from "zod";
import { defineScenario } from "../../scenarios/define";
import type { Workload } from "../../scenarios/model";
import { buildWorkload } from "../../scenarios/resolve";

/** What scripts/fixed-rate.js does, as a scenario of perfbed's own: rendered to k6, not written for it. */
export function fixedRateWorkload(ratePerSecond: number, durationSeconds: number): Workload {
  const scenario = defineScenario({
    name: "fixed-rate",
    description: "One request an arrival at a fixed rate.",
    parameters: z.object({}),
    workload: () => ({
      arrival: {
        startRatePerSecond: ratePerSecond,
        stages: [{ durationSeconds, ratePerSecond, label: "hold" }],
      },
      journeys: [
        {
          name: "visit",
          weight: 1,
          steps: [
            {
              name: "product",
              request: { method: "GET", path: "/products/1" },
              checks: [{ kind: "status", statuses: [200] }],
            },
          ],
        },
      ],
    }),
  });
  return buildWorkload(scenario, { seed: 1 }, { storefront: false });
}
